import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { UserError } from '../../errors.ts';
import { fileList, literal } from './table-scan.ts';
import type { TextEncoding } from './text-head.ts';

type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** Files of CSV that are written in the same way. */
export interface CsvFiles {
  readonly files: readonly string[];
  readonly delimiter: string;
  readonly encoding: TextEncoding;
  /** Fields of the header. */
  readonly fields: number;
}

/** Occurs in no text: lines are not cut. */
const NO_DELIMITER = '\u0001';
/** Chosen: as much of a line as a person looks at. */
const SHOWN = 200;

/**
 * Refuses what the engine reads and others read otherwise. Rows with more fields than the header where those beyond it are
 * empty: the engine drops them, so that a row that an unquoted delimiter shifted by one has its values in the wrong
 * columns. And spaces around a value in double quotes: the engine drops them, for pandas and RFC 4180 they are of it.
 *
 * @throws {UserError} DATA_INVALID with the line.
 */
export async function refuseExtraFields(csv: CsvFiles, query: Query): Promise<void> {
  if (!(await maybeExtra(csv, query))) return;
  for (const file of csv.files) await scanFields(file, csv);
}

/** True if some line ends with a delimiter too many, or with one behind a value of several lines; or has spaces around quotes. */
async function maybeExtra({ files, delimiter, encoding, fields }: CsvFiles, query: Query): Promise<boolean> {
  const inPattern = /[|\\^$.*+?()[\]{}]/.test(delimiter) ? `\\${delimiter}` : delimiter;
  const unquoted = `regexp_replace(line, '"[^"]*"', '', 'g')`;
  const count = (text: string, character: string) =>
    `(length(${text}) - length(replace(${text}, ${literal(character)}, '')))`;
  const isOdd = `${count('line', '"')} % 2 = 1`;
  const ends = `regexp_matches(line, ${literal(`${inPattern}[ \\t]*("")?[ \\t]*$`)})`;
  const spaced = `regexp_matches(line, ${literal(`(^|${inPattern}) +"|" `)})`;
  const odd = `CASE WHEN ${spaced} THEN true WHEN NOT ${ends} THEN false WHEN ${isOdd} THEN true ELSE ${count(unquoted, delimiter)} >= ${fields} END`;
  const options = [
    `columns = {line: 'VARCHAR'}, delim = ${literal(NO_DELIMITER)}, quote = '', escape = '', comment = ''`,
    'header = false, auto_detect = false, max_line_size = 16777216',
    ...(encoding === 'utf-16' ? ["encoding = 'utf-16'"] : []),
  ];
  const from = `read_csv(${fileList(files)}, ${options.join(', ')})`;
  // What cannot be read as lines is looked at character by character.
  return query(`SELECT count_if(${odd}) FROM ${from}`).then(
    ([row]) => Number(row?.[0]) > 0,
    () => true,
  );
}

/** Goes through each record as RFC 4180 cuts it. */
async function scanFields(file: string, { delimiter, encoding, fields }: CsvFiles): Promise<void> {
  const decoder = new TextDecoder(encoding === 'utf-16' ? 'utf-16le' : 'utf-8');
  const scan = new FieldScan(delimiter);
  const refuse = (found: OddRecord | undefined) => {
    if (found !== undefined) throw oddRecord(file, found, fields);
  };
  for await (const chunk of unpacked(file)) refuse(scan.add(decoder.decode(chunk, { stream: true }), fields));
  refuse(scan.add('\n', fields));
}

/** The bytes of a file of text, unpacked where its name says that it is packed. */
export function unpacked(file: string): Readable {
  const stream = createReadStream(file);
  if (/\.gz$/i.test(file)) return stream.pipe(createGunzip());
  return /\.zst$/i.test(file) ? stream.pipe(createZstdDecompress()) : stream;
}

interface OddRecord {
  /** First line or column, from 1. */
  readonly line: number;
  readonly fields: number;
  readonly text: string;
  /** A value in double quotes has spaces around it. */
  readonly isSpaced: boolean;
}

/** Position in the records of a CSV text. */
class FieldScan {
  readonly #delimiter: string;
  #line = 1;
  #begun = 1;
  #fields = 1;
  #isQuoted = false;
  #isFieldStart = true;
  #isClosed = false;
  /** Nothing but spaces since the last delimiter, and at least one. */
  #isSpace = false;
  #isSpaced = false;
  #text = '';

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The first record of the text that has more fields than are allowed, or spaces around a value in quotes. */
  add(text: string, allowed: number): OddRecord | undefined {
    for (const character of text) {
      if (this.#text.length < SHOWN && character !== '\n') this.#text += character;
      if (character === '\n') this.#line++;
      if (character === '"' && (this.#isFieldStart || this.#isQuoted)) this.#isQuoted = !this.#isQuoted;
      else if (character === this.#delimiter && !this.#isQuoted) this.#fields++;
      else if (character === '\n' && !this.#isQuoted) {
        if (this.#fields > allowed || this.#isSpaced) return this.#record();
        this.#begin();
        continue;
      }
      this.#isSpaced ||= (character === '"' && this.#isSpace) || (character === ' ' && this.#isClosed);
      this.#isSpace = character === ' ' && (this.#isFieldStart || this.#isSpace) && !this.#isQuoted && !this.#isClosed;
      // A second quote right after the one that closes a value opens it again.
      this.#isClosed = !this.#isQuoted && character === '"';
      this.#isFieldStart = !this.#isQuoted && (character === this.#delimiter || this.#isClosed);
    }
    return undefined;
  }

  #record(): OddRecord {
    return { line: this.#begun, fields: this.#fields, text: this.#text, isSpaced: this.#isSpaced };
  }

  #begin(): void {
    this.#begun = this.#line;
    this.#fields = 1;
    this.#isFieldStart = true;
    this.#isClosed = false;
    this.#isSpace = false;
    this.#isSpaced = false;
    this.#text = '';
  }
}

function oddRecord(file: string, { line, fields, text, isSpaced }: OddRecord, needed: number): UserError {
  const place = `${file}: line ${line}`;
  if (isSpaced) {
    return new UserError(
      'DATA_INVALID',
      `${place} has a space between a double quote and the end of its value: ${text.trimEnd()}`,
      {
        fix: 'Write values in double quotes without spaces between the quotes and the delimiters.',
      },
    );
  }
  const message = `${place} has ${fields} fields, but the header has ${needed}: ${text.trimEnd()}`;
  return new UserError('DATA_INVALID', message, {
    fix: 'Write every row with a value for each column; put a value that contains the delimiter into double quotes.',
  });
}
