import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parquetColumns } from '../../../../core/adapters/duckdb/parquet-layout.ts';
import { readParquet } from '../../../../core/adapters/duckdb/read-parquet.ts';
import { loadNativeModule } from '../../../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

let folder: string;
let connection: DuckDBConnection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-parquet-'));
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', { env: {}, nodeModules: PROJECT_MODULES });
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run("SET TimeZone = 'UTC'");
});
afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true, force: true });
});

const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();

/** 30,000 rows of every type that is read, most with missing values. */
const COLUMNS = `
  (i % 7 = 0)::BOOLEAN AS flag,
  CASE WHEN i % 3 > 0 THEN i % 5 = 0 END AS flag_or_none,
  (i % 200 - 100)::TINYINT AS tiny,
  CASE WHEN i % 1000 < 990 THEN i::SMALLINT END AS small,
  (i * 70001 - 1000000000)::INTEGER AS whole,
  CASE WHEN i % 11 > 0 THEN (i::BIGINT * 307445734561825 - 4611686018427387904) END AS large,
  (i % 251)::UTINYINT AS unsigned_tiny,
  (i * 2)::USMALLINT AS unsigned_small,
  hash(i) / 18446744073709551616.0 AS score,
  CASE WHEN hash(i + 7) % 4 = 0 THEN NULL WHEN i % 97 = 0 THEN 'nan'::DOUBLE WHEN i % 98 = 0 THEN '-infinity'::DOUBLE
    ELSE -ln(1 + i) END AS score_or_none,
  (hash(i) % 13) / 7.0 AS few,
  CASE WHEN i < 20000 THEN NULL ELSE round(i / 100.0) END AS late_values,
  (i / 3.0)::FLOAT AS single,
  NULL::DOUBLE AS none,
  CASE WHEN i = 5 THEN DATE 'infinity' WHEN i % 9 > 0 THEN DATE '1950-03-01' + CAST(i AS INTEGER) END AS day,
  CASE WHEN i = 5 THEN TIMESTAMP '-infinity' WHEN i = 6 THEN TIMESTAMP '9999-12-31 23:59:59.999999'
    WHEN i % 9 > 0 THEN TIMESTAMP '1969-12-31 23:59:50' + to_microseconds(CAST(i AS BIGINT) * 1237) END AS micros,
  (TIMESTAMP '1969-12-31 23:59:50' + to_milliseconds(CAST(i AS BIGINT) * 7))::TIMESTAMP_MS AS millis,
  TIMESTAMPTZ '2001-01-01 00:00:00+02' + to_hours(CAST(i % 100 AS INTEGER)) AS zoned`;
const NAMES = [...COLUMNS.matchAll(/AS ([a-z_]+)(?:,|$)/g)].map(([, name = '']) => name);

const TIMES = new Set(['day', 'micros', 'millis', 'zoned']);

async function write(name: string, options: string, columns = COLUMNS): Promise<string> {
  const file = join(folder, name);
  await connection.run(`COPY (SELECT ${columns} FROM range(30000) r(i)) TO '${file}' (FORMAT parquet, ${options})`);
  return file;
}

async function readOf(files: readonly string[], names: readonly string[], batchRows = 7001): Promise<Float64Array[]> {
  const found = await parquetColumns(
    names.map((name) => ({ files, name })),
    query,
  );
  if (found === undefined) throw new Error('left to the engine');
  const read = names.map(() => new Float64Array(found[0]?.rows ?? 0));
  let from = 0;
  for await (const { rows, columns } of readParquet(found, batchRows)) {
    columns.forEach(({ values }, at) => {
      read[at]?.set(Float64Array.from(values, Number), from);
    });
    from += rows;
  }
  expect(from).toBe(found[0]?.rows);
  return read;
}

async function engineReads(files: readonly string[], name: string): Promise<Float64Array> {
  const list = files.map((file) => `'${file}'`).join(', ');
  const number = TIMES.has(name) ? `epoch_ms(CAST(${name} AS TIMESTAMP))` : name;
  const rows = await query(`SELECT coalesce(CAST(${number} AS DOUBLE), 'nan'::DOUBLE) FROM read_parquet([${list}])`);
  return Float64Array.from(rows, ([value]) => Number(value));
}

describe('readParquet', () => {
  it.each([
    'CODEC uncompressed',
    'CODEC snappy',
    'CODEC gzip',
    'CODEC zstd',
    'CODEC snappy, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 100000, STRING_DICTIONARY_PAGE_SIZE_LIMIT 1000000',
    'CODEC snappy, ROW_GROUP_SIZE 2048',
    'CODEC zstd, DICTIONARY_SIZE_LIMIT 1',
  ])('reads every value as the engine does: %s', async (options) => {
    const file = await write('all.parquet', options);
    const encodings = await query(`SELECT DISTINCT path_in_schema, encodings FROM parquet_metadata('${file}')`);
    const common = encodings.filter(([, found]) => !/DELTA|BYTE_STREAM/.test(String(found))).map(([name]) => name);
    const names = NAMES.filter((name) => common.includes(name));
    expect(names.length).toBeGreaterThan(options.includes('V2') ? 4 : 17);
    const read = await readOf([file], names);
    for (const [at, name] of names.entries()) expect(read[at], name).toEqual(await engineReads([file], name));
  });

  it('reads several files in their order, in batches of any length', async () => {
    const files = [
      await write('b.parquet', 'ROW_GROUP_SIZE 4096', 'i AS n'),
      await write('a.parquet', 'CODEC gzip', '-i AS n'),
    ];
    const expected = await engineReads(files, 'n');
    for (const batchRows of [999, 30_001, 100_000]) {
      expect((await readOf(files, ['n'], batchRows))[0]).toEqual(expected);
    }
  });

  it.each([
    ['text', "'a' || i AS n", 'snappy'],
    ['a decimal', '(i / 100)::DECIMAL(9, 2) AS n', 'snappy'],
    ['a time in nanoseconds', "(TIMESTAMP '2001-01-01' + to_minutes(i))::TIMESTAMP_NS AS n", 'snappy'],
    ['a time of day', "TIME '00:00:00' + to_seconds(i) AS n", 'snappy'],
    ['a large unsigned number', 'i::UBIGINT AS n', 'snappy'],
    ['a nested value', '{ n: i } AS outside', 'snappy'],
    ['another compression', 'i AS n', 'lz4_raw'],
  ])('leaves %s to the engine', async (_, columns, codec) => {
    const file = await write('left.parquet', `CODEC ${codec}`, columns);
    expect(await parquetColumns([{ files: [file], name: 'n' }], query)).toBeUndefined();
  });

  it('leaves groups of so many rows to the engine that a page of a few bytes could stand for any number of values', async () => {
    const groups = async (rows: number, columns: string) => {
      const file = join(folder, 'groups.parquet');
      const options = '(FORMAT parquet, ROW_GROUP_SIZE 4000000)';
      await connection.run(`COPY (SELECT ${columns} FROM range(${rows})) TO '${file}' ${options}`);
      return (...names: string[]) =>
        parquetColumns(
          names.map((name) => ({ files: [file], name })),
          query,
        );
    };
    const limit = 2 ** 20;
    expect(await (await groups(limit, 'NULL::DOUBLE AS n'))('n')).toHaveLength(1);
    expect(await (await groups(limit + 2048, 'NULL::DOUBLE AS n'))('n')).toBeUndefined();
    // Together as much as two groups of each column may hold in memory, though there is next to nothing in the file.
    const many = Array.from({ length: 17 }, (_, i) => `n${i}`);
    const columns = await groups(limit, many.map((name) => `NULL::DOUBLE AS ${name}`).join(', '));
    expect(await columns(...many.slice(0, 16))).toHaveLength(16);
    expect(await columns(...many)).toBeUndefined();
  });

  it('leaves files that hold a column as numbers of two types to the engine', async () => {
    const files = [
      await write('one.parquet', 'CODEC snappy', 'i AS n'),
      await write('two.parquet', 'CODEC snappy', 'i::FLOAT AS n'),
    ];
    for (const file of files) expect(await parquetColumns([{ files: [file], name: 'n' }], query)).toHaveLength(1);
    expect(await parquetColumns([{ files, name: 'n' }], query)).toBeUndefined();
  });

  it('reads no batch of a table without rows', async () => {
    const file = join(folder, 'empty.parquet');
    await connection.run(`COPY (SELECT 1.5::DOUBLE AS n WHERE false) TO '${file}' (FORMAT parquet)`);
    expect(await readOf([file], ['n'])).toEqual([new Float64Array(0)]);
  });

  it('leaves tables of unequal length, text files and columns of folder names to the engine', async () => {
    const file = await write('long.parquet', 'CODEC snappy', 'i AS n');
    const short = join(folder, 'short.parquet');
    await connection.run(`COPY (SELECT 1 AS n) TO '${short}' (FORMAT parquet)`);
    const columns = (files: readonly string[], name = 'n') => ({ files, name });
    expect(await parquetColumns([columns([file]), columns([short])], query)).toBeUndefined();
    expect(await parquetColumns([columns([file], 'year')], query)).toBeUndefined();
    await mkdir(join(folder, 'N=7'), { recursive: true });
    await copyFile(file, join(folder, 'N=7', 'a.parquet'));
    expect(await parquetColumns([columns([join(folder, 'N=7', 'a.parquet')])], query)).toBeUndefined();
    expect(await parquetColumns([columns(['/a.csv'])], query)).toBeUndefined();
    expect(await parquetColumns([], query)).toBeUndefined();
  });

  it('gives the values that were written, or an error, whatever byte of a compressed page changed', async () => {
    const file = await write('changed.parquet', 'CODEC gzip, ROW_GROUP_SIZE 2048', `${COLUMNS.split(',')[0]}, i AS n`);
    const [[offset, size] = []] = await query(
      `SELECT data_page_offset, total_compressed_size FROM parquet_metadata('${file}') WHERE path_in_schema = 'n'`,
    );
    const [expected = new Float64Array(0)] = await readOf([file], ['n']);
    const whole = await readFile(file);
    const random = seededRandom(4);
    let refused = 0;
    for (let turn = 0; turn < 200; turn++) {
      const bytes = Buffer.from(whole);
      const at = Number(offset) + Math.floor(random.uniform() * Number(size));
      bytes[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(random.uniform() * 255));
      await writeFile(join(folder, 'bad.parquet'), bytes);
      const read = await readOf([join(folder, 'bad.parquet')], ['n']).catch((error: unknown) => error);
      if (read instanceof Error) refused++;
      // gzip has a checksum, so that nothing else is possible.
      else expect(Array.isArray(read) ? read[0] : read).toEqual(expected);
    }
    expect(refused).toBeGreaterThan(150);
  });

  it.each(['snappy', 'uncompressed'])(
    'never hangs or reads beyond a page of a changed file: %s',
    async (codec) => {
      const names = ['flag', 'flag_or_none', 'large', 'score_or_none', 'few'];
      const file = await write('fuzzed.parquet', `CODEC ${codec}, ROW_GROUP_SIZE 2048`);
      const whole = await readFile(file);
      const random = seededRandom(5);
      for (let turn = 0; turn < 40; turn++) {
        const bytes = Buffer.from(whole);
        // All but the footer, which the engine reads.
        for (let change = 0; change < 20; change++) {
          bytes[Math.floor(random.uniform() * whole.length * 0.9)] = Math.floor(random.uniform() * 256);
        }
        await writeFile(join(folder, 'bad.parquet'), bytes);
        const read = await readOf([join(folder, 'bad.parquet')], names).catch((error: unknown) => error);
        if (read instanceof Error) expect(read.message).not.toContain('left to the engine');
        else expect(read).toHaveLength(names.length);
      }
    },
    30_000,
  );
});
