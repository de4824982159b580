import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { loadNativeModule } from '../../../../core/adapters/native/native-module.ts';
import { asWritten } from '../../../../core/domain/data/written-column.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

let folder: string;
const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES });
/** 500 rows: days as text, moments with a zone, one other text behind the first rows, and none at all. */
const ROWS = Array.from({ length: 500 }, (_, row) => {
  const day = `2026-0${1 + (row % 3)}-${String(1 + (row % 28)).padStart(2, '0')}`;
  return {
    day: row % 7 === 3 ? null : day,
    moment: `${day}T23:30:00-02:00`,
    mostly: row === 450 ? 'unknown' : day,
    german: `${day.slice(8)}.${day.slice(5, 7)}.2026`,
    impossible: row === 450 ? '2026-02-31' : day,
    nothing: null,
  };
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-times-'));
  const names = Object.keys(ROWS[0] ?? {});
  const lines = ROWS.map((row) =>
    Object.values(row)
      .map((value) => value ?? '')
      .join(','),
  );
  await writeFile(join(folder, 'rows.csv'), `${names.join(',')}\n${lines.join('\n')}\n`);
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', { env: {}, nodeModules: PROJECT_MODULES });
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const path = (name: string) => join(folder, name).replaceAll("'", "''");
  const texts = `read_csv('${path('rows.csv')}', all_varchar = true)`;
  await connection.run(`COPY (FROM ${texts}) TO '${path('rows.parquet')}' (FORMAT parquet)`);
  connection.closeSync();
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

async function typesOf(file: string): Promise<Record<string, string>> {
  const { columns } = await reader.describe(join(folder, file));
  return Object.fromEntries(columns.map(({ name, type }) => [name, type]));
}

async function valuesOf(file: string, column: string): Promise<readonly unknown[]> {
  const table = await reader.describe(join(folder, file));
  const found: unknown[] = [];
  for await (const batch of reader.read(table, { columns: [column], batchRows: 100 })) {
    found.push(...(batch.columns[0]?.values ?? []));
  }
  return found;
}

describe('textTimes', () => {
  it('takes columns of text in Parquet for times where CSV does', async () => {
    const types = await typesOf('rows.parquet');
    expect(types).toMatchObject({ day: 'time', moment: 'time', mostly: 'text', german: 'text', impossible: 'text' });
    const { nothing, ...inCsv } = await typesOf('rows.csv');
    expect(types).toMatchObject(inCsv);
    // A column without any value stays of text, as Parquet says that it is.
    expect([nothing, types.nothing]).toEqual(['real', 'text']);
  });

  it.each(['day', 'moment'])('gives the same moments as CSV: %s', async (column) => {
    const values = await valuesOf('rows.parquet', column);
    expect(values).toEqual(await valuesOf('rows.csv', column));
    const expected = ROWS.map((row) =>
      row[column === 'day' ? 'day' : 'moment'] === null
        ? Number.NaN
        : Date.parse(row[column === 'day' ? 'day' : 'moment'] ?? ''),
    );
    expect(values).toEqual(expected);
  });

  it('keeps the text for a model that takes it', async () => {
    const values = await valuesOf('rows.parquet', asWritten('day'));
    expect(values.slice(0, 4)).toEqual(ROWS.slice(0, 4).map(({ day }) => day));
  });
});
