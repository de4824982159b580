import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { loadNativeModule } from '../../../../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { InMemoryTableReader } from '../../../../testkit/fakes/in-memory-table-reader.ts';
import { CONTRACT_ROWS, tableReaderContract } from '../../../contracts/ports/table-reader.ts';

let folder: string;
const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidegate-table's-"));
  const cell = (value: unknown) => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`);
  const lines = CONTRACT_ROWS.map((row) => Object.values(row).map(cell).join(','));
  await writeFile(join(folder, 'rows.csv'), `${Object.keys(CONTRACT_ROWS[0]).join(',')}\n${lines.join('\n')}\n`);
  await writeFile(join(folder, 'rows.jsonl'), CONTRACT_ROWS.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', { env: {}, nodeModules: PROJECT_MODULES });
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const path = (name: string) => join(folder, name).replaceAll("'", "''");
  await connection.run(`COPY (FROM read_csv('${path('rows.csv')}')) TO '${path('rows.parquet')}' (FORMAT parquet)`);
  await connection.run(`COPY (SELECT range AS n FROM range(50000)) TO '${path('part-1.parquet')}' (FORMAT parquet)`);
  await connection.run(
    `COPY (SELECT 50000 + range AS n FROM range(10)) TO '${path('part-2.parquet')}' (FORMAT parquet)`,
  );
  connection.closeSync();
  await writeFile(join(folder, 'broken.parquet'), 'PAR1 and then nothing');
  await writeFile(join(folder, 'rows.xlsx'), '');
  await writeFile(join(folder, 'empty.csv'), 'id,score\n');
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

for (const file of ['rows.csv', 'rows.jsonl', 'rows.parquet']) {
  tableReaderContract(`DuckDbTableReader on ${file}`, async () => ({ reader, path: join(folder, file) }));
}
tableReaderContract('InMemoryTableReader', async () => {
  const types = { id: 'integer', score: 'real', city: 'text', at: 'time', late: 'boolean' } as const;
  const columns = Object.entries(types).map(([name, type]) => ({ name, type }));
  return { reader: new InMemoryTableReader({ '/t': { columns, rows: CONTRACT_ROWS } }), path: '/t' };
});

describe('DuckDbTableReader', () => {
  it('reads the files of a glob in the order of their names', async () => {
    const table = await reader.describe(join(folder, 'part-*.parquet'));
    expect(table.files).toHaveLength(2);
    let next = 0;
    for await (const { columns } of reader.read(table, { columns: ['n'], batchRows: 10_000 })) {
      for (const value of columns[0]?.values ?? []) expect(value).toBe(next++);
    }
    expect(next).toBe(50_010);
  });

  it.each([
    ['broken.parquet', 'DATA_INVALID'],
    ['rows.xlsx', 'DATA_UNSUPPORTED'],
    ['nothing-*.csv', 'DATA_NOT_FOUND'],
  ])('refuses %s', async (file, code) => {
    await expect(reader.describe(join(folder, file))).rejects.toMatchObject({ code });
  });

  it('refuses an address and says what to do', async () => {
    await expect(reader.describe('s3://bucket/rows.parquet')).rejects.toMatchObject({ code: 'DATA_UNSUPPORTED' });
  });

  it('reads no batch of an empty table', async () => {
    const table = await reader.describe(join(folder, 'empty.csv'));
    expect(await Array.fromAsync(reader.read(table, { columns: ['id'], batchRows: 10 }))).toEqual([]);
  });

  it('reads a folder, with the columns that partitions are named for', async () => {
    for (const [year, value] of [
      ['2001', 1],
      ['2002', 2],
    ] as const) {
      await mkdir(join(folder, 'parts', `year=${year}`), { recursive: true });
      await writeFile(join(folder, 'parts', `year=${year}`, 'a.csv'), `n\n${value}\n`);
    }
    await writeFile(join(folder, 'parts', '_SUCCESS.csv'), 'not a table');
    const table = await reader.describe(join(folder, 'parts'));
    expect(table.files).toHaveLength(2);
    expect(await values('parts', ['n', 'year'])).toEqual([
      [1, 2],
      [2001, 2002],
    ]);
  });

  const DIALECTS: Readonly<Record<string, string | Uint8Array>> = {
    'a byte order mark': '\uFEFFid,city\n1,a\n2,b c\n',
    semicolons: 'id;city\n1;a\n2;b c\n',
    tabs: 'id\tcity\n1\ta\n2\tb c\n',
    pipes: 'id|city\n1|a\n2|b c\n',
    'carriage returns': 'id,city\r\n1,a\r\n2,b c\r\n',
    'quoted everything': '"id","city"\n"1","a"\n"2","b c"\n',
    'no last line break': 'id,city\n1,a\n2,b c',
    'spaces around': 'id,city\n1,a\n2,b c\n',
    'quoted commas': 'id,city\n1,a\n2,"b c"\n',
  };
  it.each(Object.entries(DIALECTS))('reads CSV with %s', async (name, content) => {
    const file = `${name.replaceAll(' ', '-')}.csv`;
    await writeFile(join(folder, file), content);
    expect(await values(file, ['id', 'city'])).toEqual([
      [1, 2],
      ['a', 'b c'],
    ]);
  });

  it.each(['csv', 'parquet'])('reads columns and files whose names are statements as names: %s', async (format) => {
    const mark = join(folder, 'RAN').replaceAll("'", "''");
    const name = `x"; COPY (SELECT 1) TO '${mark}'; SELECT "'$1?`;
    const file = join(folder, `'); COPY (SELECT 1) TO 'RAN'; --.${format}`);
    const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', { env: {}, nodeModules: PROJECT_MODULES });
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const rows = `SELECT i AS "${name.replaceAll('"', '""')}", i / 2.0 AS n FROM range(150000) r(i)`;
    await connection.run(
      `COPY (${rows}) TO '${file.replaceAll("'", "''")}' (FORMAT ${format}${format === 'csv' ? ', HEADER' : ''})`,
    );
    connection.closeSync();
    const table = await reader.describe(file);
    let sum = 0;
    for await (const { columns } of reader.read(table, { columns: [name, 'n'], batchRows: 10_000 })) {
      for (const value of columns[0]?.values ?? []) sum += Number(value);
    }
    expect(sum).toBe((150_000 * 149_999) / 2);
    expect(existsSync(join(folder, 'RAN'))).toBe(false);
    expect(existsSync('RAN')).toBe(false);
  });

  it('refuses a Parquet file that was cut off, wherever', async () => {
    const whole = await readFile(join(folder, 'part-1.parquet'));
    for (const share of [0.1, 0.5, 0.99]) {
      await writeFile(join(folder, 'cut.parquet'), whole.subarray(0, Math.floor(whole.length * share)));
      await expect(reader.describe(join(folder, 'cut.parquet'))).rejects.toMatchObject({ code: 'DATA_INVALID' });
    }
  });

  it('refuses a Parquet file with bytes that were changed within', async () => {
    const whole = await readFile(join(folder, 'part-1.parquet'));
    whole.fill(0xff, 100, 5000);
    await writeFile(join(folder, 'changed.parquet'), whole);
    await expect(values('changed.parquet', ['n'])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  const long = Array.from({ length: 50_000 }, (_, i) => `${i},0.5`).join('\n');
  it.each([
    { name: 'a row with a value too few', content: `id,score\n${long}\n7\n` },
    { name: 'a row with a value too many', content: `id,score\n${long}\n7,0.5,9\n` },
    { name: 'Latin-1', content: Buffer.from('id,city\n1,\u00e9t\u00e9\n', 'latin1') },
  ])('refuses CSV with $name', async ({ name, content }) => {
    const file = `refused-${name.replaceAll(' ', '-')}.csv`;
    await writeFile(join(folder, file), content);
    await expect(values(file, ['id'])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it.each(['abc', '"1,000"', '0;5'])(
    'takes no number for missing: with %s far below the column is text',
    async (odd) => {
      await writeFile(join(folder, 'odd.csv'), `id,score\n${long}\n7,${odd}\n`);
      const { columns } = await reader.describe(join(folder, 'odd.csv'));
      expect(columns).toMatchObject([
        { name: 'id', type: 'integer' },
        { name: 'score', type: 'text' },
      ]);
    },
  );

  it("reads times with a zone as instants, whatever the machine's zone is", async () => {
    const file = join(folder, 'zoned.csv');
    await writeFile(file, 'at\n2001-01-01 00:00:00+02\n');
    const adapter = new URL('../../../../core/adapters/duckdb/duckdb-table-reader.ts', import.meta.url);
    const program = `
      import { DuckDbTableReader } from ${JSON.stringify(adapter.href)};
      const reader = new DuckDbTableReader({ env: {}, nodeModules: ${JSON.stringify(PROJECT_MODULES)} });
      const table = await reader.describe(${JSON.stringify(file)});
      for await (const { columns } of reader.read(table, { columns: ['at'], batchRows: 1 })) console.log(columns[0].values[0]);
      await reader.close();`;
    const script = join(folder, 'zoned.ts');
    await writeFile(script, program);
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env: { TZ: 'America/New_York' } });
    expect(Number(stdout)).toBe(Date.UTC(2000, 11, 31, 22));
  });

  it.each([
    ['few rows', 3000, ['n', 'x']],
    ['many rows', 150_000, ['n', 'x']],
    ['many rows with text', 150_000, ['n', 'x', 'city']],
    ['many rows of many columns', 150_000, ['n', 'x', ...Array.from({ length: 40 }, (_, i) => `c${i}`)]],
  ])('reads the same numbers of %s', async (_, rows, columns) => {
    const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', { env: {}, nodeModules: PROJECT_MODULES });
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const extra = Array.from({ length: 40 }, (_, i) => `i + ${i} AS c${i}`).join(', ');
    const file = join(folder, `long-${rows}.parquet`).replaceAll("'", "''");
    const made = `SELECT i AS n, CASE WHEN i % 3 > 0 THEN i / 7.0::DOUBLE END AS x, 'c' || i % 5 AS city, ${extra}`;
    await connection.run(`COPY (${made} FROM range(${rows}) r(i)) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    const table = await reader.describe(join(folder, `long-${rows}.parquet`));
    let row = 0;
    for await (const batch of reader.read(table, { columns, batchRows: 7000 })) {
      const [n, x] = batch.columns;
      const numbers = Array.from({ length: batch.rows }, (_, at) => row + at);
      expect([...(n?.values ?? [])]).toEqual(numbers);
      expect([...(x?.values ?? [])]).toEqual(numbers.map((one) => (one % 3 > 0 ? one / 7 : Number.NaN)));
      row += batch.rows;
    }
    expect(row).toBe(rows);
  });

  it('never shares the files of what does not fit into memory with another engine', async () => {
    const other = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
    const folderOf = async (engine: DuckDbTableReader) => {
      const table = await engine.describe(join(folder, 'rows.csv'));
      const relation = await engine.relate([{ as: 'id', table, column: 'id' }]);
      const [folders] = await relation.query({ sql: "SELECT current_setting('temp_directory')", kinds: ['text'] });
      await relation.close();
      return String(folders?.[0]);
    };
    const [own, its] = [await folderOf(reader), await folderOf(other)];
    await other.close();
    expect(own.startsWith(tmpdir())).toBe(true);
    expect(own).not.toBe(tmpdir());
    expect(own).not.toBe(its);
  });

  it('reads 5,000 columns and a giant text', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `c${i}`);
    await writeFile(join(folder, 'wide.csv'), `${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`);
    expect(await values('wide.csv', ['c4999'])).toEqual([[4999]]);
    await writeFile(join(folder, 'giant.jsonl'), `${JSON.stringify({ id: 1, city: 'x'.repeat(1_000_000) })}\n`);
    expect(String((await values('giant.jsonl', ['city']))[0]?.[0])).toHaveLength(1_000_000);
  });
});

async function values(file: string, columns: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const table = await reader.describe(join(folder, file));
  const [batch] = await Array.fromAsync(reader.read(table, { columns, batchRows: 100 }));
  return batch?.columns.map(({ values: found }) => [...found]) ?? [];
}
