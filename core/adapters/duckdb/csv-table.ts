import type { CsvOptions, TableForm } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { CsvFiles } from './csv-extra-fields.ts';
import { chooseDelimiter, columnNames, readRecords } from './csv-head.ts';
import { fileList, literal, partitioning, type TableFiles } from './table-scan.ts';
import { readTextHead, type TextEncoding } from './text-head.ts';

/** Files of CSV as one table of texts. */
export interface CsvTable {
  /** The files by the way in which they are written. */
  readonly groups: readonly CsvFiles[];
  /** A statement that gives the texts: `v0`, `v1` … in the order of `names`, empty where nothing is, NULL where a file lacks the column. */
  readonly select: string;
  readonly names: readonly string[];
  readonly form: Pick<TableForm, 'format' | 'delimiter' | 'encoding' | 'header'>;
}

interface CsvFile {
  readonly file: string;
  readonly names: readonly string[];
  readonly delimiter: string;
  readonly encoding: TextEncoding;
  /** Lines without a character before the header. */
  readonly emptyLines: number;
}

/** A text that no file of UTF-8 holds unless someone means to. */
const NO_TEXT = '\u0001\u0002\u0003';
/** Chosen: as much of a line as a person looks at. */
const SHOWN = 200;
/** Chosen: files that are open at a time. */
const FILES_AT_ONCE = 8;

/**
 * Rules for reading CSV: the first line is the header, fields with a delimiter or a line break are in double
 * quotes, no character begins a comment. Columns of several files are joined by name, and `column=value` folders are
 * columns.
 *
 * @throws {UserError} DATA_INVALID for a file without a header or without any column of the first one, and what
 *   `readTextHead` throws.
 */
export async function openCsv(table: TableFiles, options: CsvOptions): Promise<CsvTable> {
  const [first, ...others] = table.files;
  if (first === undefined) throw new RangeError('no file');
  const opened = [await openOne(first, options)];
  const delimiter = opened[0]?.delimiter ?? ',';
  for (let from = 0; from < others.length; from += FILES_AT_ONCE) {
    const some = others.slice(from, from + FILES_AT_ONCE);
    opened.push(...(await Promise.all(some.map((file) => openOne(file, { ...options, delimiter })))));
  }
  refuseStrangers(opened);
  const names = [...new Set([...opened.flatMap((one) => one.names), ...table.partitions])];
  const groups = groupsOf(opened);
  const select = groups.map((group) => selectGroup(group, names, table)).join(' UNION ALL ');
  const encoding = opened.some((one) => one.encoding === 'utf-16') ? 'utf-16' : 'utf-8';
  return { select, names, groups: groups.flatMap(filesOf), form: { format: 'csv', delimiter, encoding, header: true } };
}

async function openOne(file: string, options: CsvOptions): Promise<CsvFile> {
  const { text, isWhole, encoding } = await readTextHead(file);
  const delimiter = options.delimiter ?? (/\.tsv(\.|$)/i.test(file) ? '\t' : chooseDelimiter(text, isWhole));
  const [header] = readRecords(text, { delimiter, limit: 1, isWhole });
  if (header === undefined) {
    throw new UserError('DATA_INVALID', `${file} has no header: it is empty, or its first line is not complete`, {
      fix: 'Write the names of the columns in the first line.',
    });
  }
  // What the decoder puts in place of bytes that are not UTF-8; the engine looks at the rows.
  if (encoding === 'utf-8' && header.some((name) => name.includes('\ufffd'))) {
    throw new UserError('DATA_INVALID', `${file}: the header is not UTF-8: ${header.join(delimiter).slice(0, SHOWN)}`, {
      fix: 'Write the file as UTF-8 (or as UTF-16 with a byte order mark).',
    });
  }
  const emptyLines = /^[\r\n]*/.exec(text)?.[0].split(/\r\n|\r|\n/).length ?? 1;
  return { file, names: columnNames(header), delimiter, encoding, emptyLines: emptyLines - 1 };
}

/** A file that has nothing of the first one has no header, or is written with another delimiter. */
function refuseStrangers([first, ...others]: readonly CsvFile[]): void {
  const known = new Set(first?.names);
  const stranger = others.find(({ names }) => !names.some((name) => known.has(name)));
  if (first === undefined || stranger === undefined) return;
  const shown = (names: readonly string[]) => names.join(first.delimiter).slice(0, SHOWN);
  throw new UserError(
    'DATA_INVALID',
    `${stranger.file} has the header ${shown(stranger.names)}, which has no column in common with ${first.file}: ${shown(first.names)}`,
    { fix: 'Write all files of the folder with the same header and delimiter.' },
  );
}

/** Consecutive files that are read in the same way. */
function groupsOf(files: readonly CsvFile[]): readonly (readonly CsvFile[])[] {
  const groups: CsvFile[][] = [];
  let last = '';
  for (const file of files) {
    const key = JSON.stringify([file.names, file.encoding, file.emptyLines]);
    if (key === last) groups.at(-1)?.push(file);
    else groups.push([file]);
    last = key;
  }
  return groups;
}

function filesOf(group: readonly CsvFile[]): readonly CsvFiles[] {
  const [first] = group;
  if (first === undefined) return [];
  const { delimiter, encoding, names } = first;
  return [{ files: group.map(({ file }) => file), delimiter, encoding, fields: names.length }];
}

function selectGroup(group: readonly CsvFile[], names: readonly string[], table: TableFiles): string {
  const [first] = group;
  if (first === undefined) throw new RangeError('no file');
  const at = new Map(first.names.map((name, index) => [name, index]));
  const values = names.map((name, index) => {
    const own = at.get(name);
    const partition = table.partitions.includes(name) ? `"${name.replaceAll('"', '""')}"` : 'NULL::VARCHAR';
    return `${own === undefined ? partition : `c${own}`} AS v${index}`;
  });
  const columns = first.names.map((_, index) => `c${index}: 'VARCHAR'`).join(', ');
  const options = [
    `columns = {${columns}}`,
    `delim = ${literal(first.delimiter)}`,
    `quote = '"', escape = '"', comment = '', header = true, auto_detect = false, null_padding = false`,
    // The engine takes the first line for the header, even an empty one.
    `skip = ${first.emptyLines}`,
    // The engine drops fields that no column is for where they hold the text of a missing value: no field holds this one.
    `nullstr = ${literal(NO_TEXT)}`,
    // A line of the widest text that is read from JSON too.
    'max_line_size = 16777216',
    ...(first.encoding === 'utf-16' ? ["encoding = 'utf-16'"] : []),
    `${partitioning(table)}, hive_types_autocast = false`,
  ];
  return `SELECT ${values.join(', ')} FROM read_csv(${fileList(group.map(({ file }) => file))}, ${options.join(', ')})`;
}
