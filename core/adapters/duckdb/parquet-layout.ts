import { fileList, literal } from './table-scan.ts';

/** How a column's values are written, where they are read without the engine. */
export type PlainType = 'DOUBLE' | 'FLOAT' | 'INT32' | 'INT64' | 'BOOLEAN';
/** What a number counts: itself, or the time since 1970-01-01 UTC. */
export type PlainUnit = 'number' | 'day' | 'millisecond' | 'microsecond';
export type PlainCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD';

/** A column within a group of rows of a file. */
export interface ParquetChunk {
  readonly file: string;
  /** Where its pages begin, and how many bytes they have there and decompressed. */
  readonly offset: number;
  readonly storedBytes: number;
  readonly plainBytes: number;
  readonly rows: number;
  readonly type: PlainType;
  readonly unit: PlainUnit;
  readonly codec: PlainCodec;
  /** Whether values may be missing. */
  readonly isOptional: boolean;
}

/** A column of the files of a table, in the order of its rows. */
export interface ParquetColumn {
  readonly chunks: readonly ParquetChunk[];
  readonly rows: number;
}

/** A column that is wanted. */
export interface WantedColumn {
  readonly files: readonly string[];
  readonly name: string;
}

/**
 * Chosen: as many rows as writers put into a group. A page of a few bytes may stand for any number of missing or equal
 * values, and all of a page's are in memory at once.
 */
export const MOST_GROUP_ROWS = 1 << 20;
/**
 * Chosen: all columns' largest groups of rows together, as they are in the file or as numbers, of which two each are in
 * memory at a time.
 */
const MOST_BYTES = 128 << 20;
const NUMBER_BYTES = 8;
const TYPES: ReadonlyMap<string, PlainType> = new Map([
  ['DOUBLE', 'DOUBLE'],
  ['FLOAT', 'FLOAT'],
  ['TINYINT', 'INT32'],
  ['SMALLINT', 'INT32'],
  ['INTEGER', 'INT32'],
  ['UTINYINT', 'INT32'],
  ['USMALLINT', 'INT32'],
  ['BIGINT', 'INT64'],
  ['BOOLEAN', 'BOOLEAN'],
  ['DATE', 'INT32'],
  ['TIMESTAMP', 'INT64'],
  ['TIMESTAMP WITH TIME ZONE', 'INT64'],
]);
const CODECS: readonly PlainCodec[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'];
const ENCODINGS = new Set(['PLAIN', 'RLE', 'PLAIN_DICTIONARY', 'RLE_DICTIONARY']);

type Query = (sql: string) => Promise<readonly Row[]>;

/**
 * Where the values of columns stand, by what the engine says of the files; undefined where they are not plain numbers in
 * a common encoding, all columns equally long, in groups of up to about a million rows: those are left to the engine.
 */
export async function parquetColumns(
  wanted: readonly WantedColumn[],
  query: Query,
): Promise<readonly ParquetColumn[] | undefined> {
  if (wanted.length === 0 || !wanted.every(({ files }) => files.every((file) => file.endsWith('.parquet')))) return;
  const known = new Map<string, Footers>();
  const found: ParquetColumn[] = [];
  for (const { files, name } of wanted) {
    const key = files.join('\0');
    const names = wanted.flatMap((other) => (other.files.join('\0') === key ? [other.name] : []));
    const footers = known.get(key) ?? (await readFooters(files, names, query));
    known.set(key, footers);
    const one = columnOf({ files, name }, footers);
    if (one === undefined || one.rows !== (found[0] ?? one).rows) return undefined;
    found.push(one);
  }
  const largest = found.map(({ chunks }) =>
    chunks.reduce(
      (most, { storedBytes, plainBytes, rows }) => Math.max(most, storedBytes, plainBytes, rows * NUMBER_BYTES),
      0,
    ),
  );
  return largest.reduce((sum, bytes) => sum + bytes, 0) > MOST_BYTES ? undefined : found;
}

type Row = readonly unknown[];

/** What the ends of files say of some columns, by name. */
interface Footers {
  readonly rows: number;
  /** The file, the engine's type, whether values may be missing, and what is written of the type. */
  readonly schema: ReadonlyMap<unknown, readonly Row[]>;
  /** The column in each group of rows, in their order. */
  readonly chunks: ReadonlyMap<unknown, readonly Row[]>;
}

/** In one go for all columns: each statement reads the ends of all files anew. */
async function readFooters(files: readonly string[], names: readonly string[], query: Query): Promise<Footers> {
  const list = fileList(files);
  const inOrder = `[${files.map(literal).join(', ')}]`;
  const named = names.map(literal).join(', ');
  const schema = await query(
    `SELECT name, file_name, duckdb_type, repetition_type, coalesce(logical_type, converted_type)
    FROM parquet_schema(${list}) WHERE name IN (${named})`,
  );
  const chunks = await query(
    `SELECT path_in_schema, file_name, type, compression, encodings, dictionary_page_offset, data_page_offset,
      total_compressed_size, total_uncompressed_size, num_values, row_group_num_rows
    FROM parquet_metadata(${list}) WHERE path_in_schema IN (${named}) ORDER BY list_position(${inOrder}, file_name), row_group_id`,
  );
  const [[rows] = []] = await query(`SELECT sum(num_rows) FROM parquet_file_metadata(${list})`);
  const byName = (found: readonly Row[]) => Map.groupBy(found, ([name]) => name);
  return { rows: Number(rows), schema: byName(schema), chunks: byName(chunks) };
}

function columnOf({ files, name }: WantedColumn, footers: Footers): ParquetColumn | undefined {
  // The value in a folder's name goes before that in the file.
  if (files.some((file) => file.toLowerCase().includes(`/${name.toLowerCase()}=`))) return undefined;
  const schema = footers.schema.get(name) ?? [];
  const known = new Map(
    schema.map(([, file, type, repetition, written]) => [
      String(file),
      { type, repetition, unit: unitOf(type, written) },
    ]),
  );
  // Nested columns may have the name too; columns that the names of folders give have no entry.
  if (schema.length !== files.length || known.size !== files.length) return undefined;
  // Of several types the engine makes one, which may hold fewer digits.
  if (new Set(schema.map(([, , type]) => type)).size > 1) return undefined;
  const chunks: ParquetChunk[] = [];
  for (const [, file, ...row] of footers.chunks.get(name) ?? []) {
    const chunk = chunkOf(row, String(file), known.get(String(file)));
    if (chunk === undefined) return undefined;
    chunks.push(chunk);
  }
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0);
  return rows === footers.rows ? { chunks, rows } : undefined;
}

/** Nanoseconds are left to the engine, which rounds them. */
function unitOf(type: unknown, written: unknown): PlainUnit | undefined {
  if (type === 'DATE') return 'day';
  if (type !== 'TIMESTAMP' && type !== 'TIMESTAMP WITH TIME ZONE') return 'number';
  if (/MICROS=MicroSeconds|TIMESTAMP_MICROS/.test(String(written))) return 'microsecond';
  return /MILLIS=MilliSeconds|TIMESTAMP_MILLIS/.test(String(written)) ? 'millisecond' : undefined;
}

interface KnownColumn {
  readonly type: unknown;
  readonly repetition: unknown;
  readonly unit: PlainUnit | undefined;
}

function chunkOf(row: Row, file: string, known: KnownColumn | undefined): ParquetChunk | undefined {
  const [stored, compression, encodings, dictionary, ...numbers] = row;
  const [data = 0, compressed = 0, plain = 0, values = 0, rows = 0] = numbers.map(Number);
  const type = TYPES.get(String(known?.type));
  const codec = CODECS.find((one) => one === compression);
  const isKnown = String(encodings)
    .split(',')
    .every((encoding) => ENCODINGS.has(encoding.trim()));
  const isFlat = known?.repetition === 'REQUIRED' || known?.repetition === 'OPTIONAL';
  const unit = known?.unit;
  if (type !== stored || type === undefined || unit === undefined || codec === undefined) return;
  if (!isKnown || !isFlat || values !== rows || rows > MOST_GROUP_ROWS) return;
  const offset = dictionary === null || Number(dictionary) === 0 ? data : Math.min(Number(dictionary), data);
  const place = { file, offset, storedBytes: compressed, plainBytes: plain };
  return { ...place, rows, type, unit, codec, isOptional: known?.repetition === 'OPTIONAL' };
}
