import { type TableFormat, tableFormat } from '../../domain/data/table-format.ts';
import { UserError } from '../../errors.ts';

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path in which no character represents others. */
export function literalGlob(path: string): string {
  return path.replace(/[*?[]/g, (character) => `[${character}]`);
}

/** Files as an SQL list of exactly these: the engine takes each text for a pattern. */
export function fileList(files: readonly string[]): string {
  return `[${files.map((file) => literal(literalGlob(file))).join(', ')}]`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * The format of files, by the ending of their names.
 *
 * @param files At least one.
 * @throws {UserError} DATA_UNSUPPORTED for another ending, or several formats at once.
 */
export function formatOf(files: readonly string[]): TableFormat {
  const formats = new Set(files.map((file) => tableFormat(file)));
  const [format] = formats;
  if (format === undefined || formats.size > 1) {
    const odd = files.find((file) => tableFormat(file) === undefined) ?? files.join(', ');
    throw new UserError('DATA_UNSUPPORTED', `${odd} is not in a known table format`, {
      fix: 'Use files of one format: .parquet, .csv, .tsv, .jsonl or .ndjson (text also as .gz or .zst).',
    });
  }
  return format;
}

/** Files of a table. */
export interface TableFiles {
  /** At least one. */
  readonly files: readonly string[];
  /** Names of `column=value` folders below the folder or pattern that was asked for: they are columns. */
  readonly partitions: readonly string[];
  /** Names of such folders on the way to it: where there are partitions, the engine takes their values before those of files. */
  readonly above: readonly string[];
}

/**
 * Files below a folder, or of a pattern, with the columns that the names of folders are. Folders on the way to what was
 * asked for are none.
 */
export function tableFiles(files: readonly string[], root: string): TableFiles {
  const below = files.flatMap((file) => keysIn(file.slice(root.length).split('/').slice(0, -1)));
  return { files, partitions: [...new Set(below)], above: keysIn(root.split('/')) };
}

function keysIn(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => /^([^=]+)=[^=]*$/.exec(folder)?.[1] ?? []);
}

/** The option of a table function that makes columns of folders, or none. */
export function partitioning({ partitions }: TableFiles): string {
  return `hive_partitioning = ${partitions.length > 0}`;
}

/** The table function that reads files of Parquet or JSON lines; columns are matched by name. */
export function scanOf(table: TableFiles, format: 'parquet' | 'jsonl', more: readonly string[] = []): string {
  // All rows say what the columns are: the first ones would only guess. Rows with few keys in common are not maps.
  const options =
    format === 'jsonl' ? ", format = 'newline_delimited', sample_size = -1, map_inference_threshold = -1" : '';
  const reader = format === 'jsonl' ? 'read_json' : 'read_parquet';
  return `${reader}(${fileList(table.files)}, union_by_name = true, ${partitioning(table)}${options}${more.map((option) => `, ${option}`).join('')})`;
}
