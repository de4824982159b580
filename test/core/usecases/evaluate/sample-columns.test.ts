import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { profileColumns, scaleProfile } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { sampleColumns } from '../../../../core/usecases/evaluate/sample-columns.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { runSql } from '../../../../testkit/write-parquet.ts';

const ROWS = 5_000_000;
const tables = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });
let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sample-'));
  // Rows with their number, two thirds of them of one part, every fourth without.
  const part = `CASE WHEN i % 4 = 0 THEN NULL WHEN i % 3 = 0 THEN 'odd' ELSE 'even' END`;
  await runSql(
    `COPY (SELECT CAST(i AS DOUBLE) AS row, ${part} AS part FROM range(${ROWS}) AS r(i)) TO '${root}/rows.parquet' (FORMAT parquet)`,
  );
});
afterAll(async () => {
  await tables.close();
  await rm(root, { recursive: true, force: true });
});

async function sample() {
  const table = await tables.describe(path.join(root, 'rows.parquet'));
  return { table, found: await sampleColumns(table, { sampled: ['row', 'part'], rows: ROWS }, { tables }) };
}

describe('sampleColumns', () => {
  it('gives half a million random rows, whole, the same ones every time', async () => {
    const { rows, columns } = (await sample()).found;
    expect(Math.abs(rows - 500_000)).toBeLessThan(5 * Math.sqrt(500_000));
    const numbers = columns.get('row');
    const parts = columns.get('part');
    if (numbers?.kind !== 'numeric' || parts?.kind !== 'categorical') throw new Error('other columns');
    const partOf = (row: number) => (row % 4 === 0 ? -1 : parts.categories.indexOf(row % 3 === 0 ? 'odd' : 'even'));
    expect(numbers.values.every((row, i) => parts.codes[i] === partOf(row))).toBe(true);
    expect((await sample()).found.columns.get('row')).toEqual(numbers);
  }, 30_000);
});

describe('scaleProfile', () => {
  it('gives the profile of all rows, each quantile within half a percent of the rows', async () => {
    const { table, found } = await sample();
    const data = { label: 'late', features: [], exclude: [] };
    const profile = scaleProfile(profileColumns({ table, data }, found), ROWS);
    const [row, part] = profile.columns;
    if (row?.kind !== 'numeric' || part?.kind !== 'categorical') throw new Error('other columns');
    row.quantiles.forEach((value, i) => {
      expect(Math.abs(value / ROWS - i / (row.quantiles.length - 1))).toBeLessThan(0.005);
    });
    expect(part.rows).toBe(ROWS);
    expect(Math.abs(part.missing / ROWS - 0.25)).toBeLessThan(0.005);
    expect(part.counts.reduce((sum, [, count]) => sum + count, 0) + part.missing).toBeCloseTo(ROWS, -1);
  }, 30_000);
});
