import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import { type DatasetProfile, profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { profileLargeTable } from '../../../../core/usecases/evaluate/profile-large-table.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { randomText } from '../../../../testkit/random-texts.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });
const ports = { tables: reader, engine: reader, clockMs: () => 0, progress: () => {} };
const ROWS = 20_000;
const DAY_MS = 86_400_000;
let root = '';

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'large-table-'));
  const random = seededRandom(5);
  const lines = Array.from({ length: ROWS }, (_, row) => {
    // From a Wednesday before 1970 to a Sunday, with a week without rows and some rows without a time.
    const day = Math.floor((row * 70) / ROWS);
    const time =
      row % 97 === 0 || (day >= 21 && day < 28)
        ? ''
        : new Date((day - 33) * DAY_MS + (row % 24) * 3_600_000).toISOString();
    const amount = row % 13 === 0 ? '' : String(Math.exp(random.normal() + day / 70));
    const region = row % 11 === 0 ? '' : `region ${Math.floor(300 * random.uniform() ** 3)}`;
    return [time, amount, region, row % 5, row % 3 === 0, row % 2].join(',');
  });
  await writeFile(path.join(root, 'rows.csv'), `time,amount,region,code,flag,label\n${lines.join('\n')}\n`);
  const notes = Array.from({ length: 3_000 }, (_, row) => {
    const time = new Date(Math.floor(row / 100) * DAY_MS).toISOString();
    return [time, randomText(random), row % 2].join(',');
  });
  await writeFile(path.join(root, 'notes.csv'), `time,note,label\n${notes.join('\n')}\n`);
  await writeFile(path.join(root, 'timeless.csv'), 'time,amount,label\n,1,0\n,2,1\n');
});
afterAll(async () => {
  await reader.close();
  await rm(root, { recursive: true, force: true });
});

async function profiles(file: string, windowMs: number | undefined) {
  const table = await reader.describe(path.join(root, file));
  const request = { table, data: { label: 'label', time: 'time', exclude: [] }, windowMs };
  const rows = table.form?.rows ?? ROWS;
  return { held: await profileDataset(request, ports), large: await profileLargeTable(request, { rows }, ports) };
}

const WINDOWS = [
  ['days', DAY_MS],
  ['weeks', 7 * DAY_MS],
  ['windows that do not divide a week', 5 * DAY_MS],
] as const;

describe('profileLargeTable', () => {
  it.each(WINDOWS)('has the past windows of rows in memory: %s', async (_, windowMs) => {
    const { held, large } = await profiles('rows.csv', windowMs);
    expect(large.windows?.map(({ from, to }) => ({ from, to }))).toEqual(
      held.windows?.map(({ from, to }) => ({ from, to })),
    );
    expect(large.windows?.length).toBeGreaterThan(7);
    expect({ rows: large.rows, from: large.from, to: large.to }).toEqual({
      rows: held.rows,
      from: held.from,
      to: held.to,
    });
    for (const [at, window] of (held.windows ?? []).entries())
      expectAgreement(large.windows?.[at]?.columns, window.columns);
  });

  it('has no windows unless they are asked for, and none without times', async () => {
    expect((await profiles('rows.csv', undefined)).large).not.toHaveProperty('windows');
    const { large } = await profiles('timeless.csv', DAY_MS);
    expect(large).toMatchObject({ rows: 2, from: null, to: null });
    expect(large.windows ?? []).toEqual([]);
  });
});

describe('profileLargeTable of texts', () => {
  it('has the measures of a sample, also in the past windows', async () => {
    const { held, large } = await profiles('notes.csv', 7 * DAY_MS);
    const names = (of: DatasetProfile) => (of.windows ?? []).map(({ columns }) => columns.map(({ name }) => name));
    expect(names(held)[0]).toContain('note.unknown-words');
    expect(names(large)).toEqual(names(held));
    expect(large.columns.map(({ name, rows }) => [name, rows])).toEqual(
      held.columns.map(({ name, rows }) => [name, rows]),
    );
  });
});

type Columns = DatasetProfile['columns'];

/** Counts are equal; points of sketches have ranks that are at most half a bin apart, here 1 % of the rows. */
function expectAgreement(large: Columns | undefined, held: Columns) {
  for (const [at, column] of held.entries()) {
    const other = large?.[at];
    if (column.kind === 'categorical') {
      expect(other).toEqual(column);
      continue;
    }
    expect(other).toMatchObject({ name: column.name, kind: 'numeric', rows: column.rows, missing: column.missing });
    const quantiles = other?.kind === 'numeric' ? other.quantiles : [];
    expect(quantiles).toHaveLength(column.quantiles.length);
    const rank = (value: number) => column.quantiles.filter((one) => one <= value).length / column.quantiles.length;
    expect([quantiles[0], quantiles.at(-1)]).toEqual([column.quantiles[0], column.quantiles.at(-1)]);
    for (const [point, value] of quantiles.entries()) {
      expect(Math.abs(rank(value) - rank(column.quantiles[point] ?? 0)), `${column.name} ${point}`).toBeLessThan(0.02);
    }
  }
}
