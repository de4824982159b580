import { mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { loadNativeModule } from '../../../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

let folder: string;
const engines = { env: {}, nodeModules: PROJECT_MODULES };
const reader = new DuckDbTableReader(engines);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-whole-'));
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** How many rows are read to the end. */
async function readAll(file: string, columns: readonly string[]): Promise<number> {
  let rows = 0;
  const table = await reader.describe(file);
  for await (const batch of reader.read(table, { columns, batchRows: 10_000 })) rows += batch.rows;
  return rows;
}

const csv = `a,b\n${Array.from({ length: 20_000 }, (_, i) => `${i},x\n`).join('')}`;
const jsonl = Array.from({ length: 20_000 }, (_, i) => `${JSON.stringify({ a: i, b: 'x' })}\n`).join('');

describe('a table that breaks off', () => {
  const FORMS = [
    { ending: 'csv.gz', text: csv, pack: gzipSync },
    { ending: 'csv.zst', text: csv, pack: zstdCompressSync },
    { ending: 'jsonl.gz', text: jsonl, pack: gzipSync },
  ];
  it.each(FORMS)('is refused as $ending, wherever it is cut', async ({ ending, text, pack }) => {
    const whole = pack(text);
    expect(await readAll(await write(`whole.${ending}`, whole), ['a'])).toBe(20_000);
    for (const cut of [whole.length - 1, whole.length - 8, Math.floor(whole.length / 2)]) {
      const file = await write(`cut.${ending}`, whole.subarray(0, cut));
      await expect(readAll(file, ['a'])).rejects.toMatchObject({ code: 'DATA_INVALID' });
    }
  });

  it('is refused where a packed file is cut at the end of a line, and says so', async () => {
    const half = csv.slice(0, csv.indexOf('\n', csv.length / 2) + 1);
    const file = await write('line.csv.gz', gzipSync(half).subarray(0, -8));
    const message = expect.stringMatching(/line\.csv\.gz is truncated or damaged/);
    await expect(readAll(file, ['a'])).rejects.toMatchObject({ code: 'DATA_INVALID', message });
  });

  it('is refused where a checksum of gzip is wrong', async () => {
    const packed = gzipSync(csv);
    packed.writeUInt32LE(7, packed.length - 8);
    await expect(readAll(await write('sum.csv.gz', packed), ['a'])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('has all rows of a gzip file of several members', async () => {
    const file = await write('members.csv.gz', Buffer.concat([gzipSync('a,b\n1,x\n'), gzipSync('2,y\n')]));
    expect(await readAll(file, ['a'])).toBe(2);
  });

  it.each([70_000, 149_999])('is refused where only row %i is broken, in a table of JSON lines', async (at) => {
    const lines = Array.from({ length: 150_000 }, (_, i) => (i === at ? '{"a": 1,' : `{"a": ${i}}`));
    const file = await write('broken.jsonl', `${lines.join('\n')}\n`);
    await expect(readAll(file, ['a'])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('is refused where pages of a late part of a Parquet file are damaged, and never cut there', async () => {
    const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', engines);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const file = join(folder, 'late.parquet');
    const rows = 'SELECT i AS a, md5(i::VARCHAR) AS b FROM range(300000) r(i)';
    await connection.run(`COPY (${rows}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 20000)`);
    connection.closeSync();
    const bytes = await readFile(file);
    bytes.fill(0xff, Math.floor(bytes.length * 0.8), Math.floor(bytes.length * 0.85));
    await writeFile(file, bytes);
    await expect(readAll(file, ['a', 'b'])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});

describe('a table that is replaced while it is read', () => {
  it.each([
    ['by a shorter one', async (file: string) => writeFile(file, 'a,b\n1,x\n')],
    [
      'by another one of the same size and time',
      async (file: string) => {
        await writeFile(`${file}.new`, csv.replaceAll('x', 'y'));
        await utimes(`${file}.new`, 1_000_000, 1_000_000);
        await rename(`${file}.new`, file);
      },
    ],
  ])('is refused: %s', async (_, replace) => {
    const file = await write('replaced.csv', csv);
    await utimes(file, 1_000_000, 1_000_000);
    const table = await reader.describe(file);
    await replace(file);
    const reading = Array.fromAsync(reader.read(table, { columns: ['b'], batchRows: 1000 }));
    await expect(reading).rejects.toMatchObject({ code: 'DATA_MODIFIED' });
  });
});

describe('a table of more than a thousand columns', () => {
  it('is described with the type of each', async () => {
    const names = Array.from({ length: 1500 }, (_, at) => `f${at}`);
    const row = names.map((_, at) => (at % 2 === 0 ? '0.5' : '2001-02-03')).join();
    const { columns } = await reader.describe(await write('wide.csv', `${names.join()}\n${row}\n${row}\n`));
    expect(columns.map(({ type }) => type)).toEqual(names.map((_, at) => (at % 2 === 0 ? 'real' : 'time')));
  });
});

describe('a CSV file of one column', () => {
  it('has no row where a line has no character, as for pandas, and one where it has two quotes', async () => {
    expect(await readAll(await write('blank.csv', 'a\n1\n\n2\n\n'), ['a'])).toBe(2);
    expect(await readAll(await write('quotes.csv', 'a\n1\n""\n2\n'), ['a'])).toBe(3);
  });
});

describe('a column of JSON lines', () => {
  const COLUMNS = [
    { text: '10-11-12', type: 'text' },
    { text: '03-04-2001', type: 'text' },
    { text: '12:30', type: 'text' },
    { text: '550E8400-E29B-41D4-A716-446655440000', type: 'text' },
    { text: '007', type: 'text' },
    { text: '2001-02-03', type: 'time' },
    { text: '2001-02-03T04:05:06Z', type: 'time' },
    { text: null, type: 'real' },
  ];
  it.each(COLUMNS)('with $text is one of $type', async ({ text, type }) => {
    const table = await reader.describe(await write('one.jsonl', `${JSON.stringify({ a: text })}\n{"a":null}\n`));
    expect(table.columns).toMatchObject([{ name: 'a', type }]);
    for await (const { columns } of reader.read(table, { columns: ['a'], batchRows: 10 })) {
      if (type === 'text') expect(columns[0]?.values).toEqual([text, null]);
    }
  });
});
