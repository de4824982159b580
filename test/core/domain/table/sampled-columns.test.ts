import { describe, expect, it } from 'vitest';
import { SampledColumns } from '../../../../core/domain/table/sampled-columns.ts';
import { profileColumns, scaleProfile } from '../../../../core/usecases/evaluate/profile-dataset.ts';

const table = {
  files: ['/test.parquet'],
  columns: [
    { name: 'row', type: 'real' },
    { name: 'part', type: 'text' },
  ],
} as const;
const ROWS = 5_000_000;
const BATCH = 10_000;

/** Rows with their number, two thirds of them of one part, every fourth without. */
function sample() {
  const sampled = new SampledColumns(table, { sampled: ['row', 'part'], rows: ROWS });
  const part = Array.from({ length: BATCH }, (_, i) => (i % 4 === 0 ? null : i % 3 === 0 ? 'odd' : 'even'));
  for (let from = 0; from < ROWS; from += BATCH) {
    const row = Float64Array.from({ length: BATCH }, (_, i) => from + i);
    const columns = new Map([
      ['row', { kind: 'numeric', values: row } as const],
      ['part', { kind: 'text', values: part } as const],
    ]);
    sampled.add({ rows: BATCH, columns });
  }
  return sampled.finish();
}

describe('SampledColumns', () => {
  it('keeps half a million random rows, whole, the same ones every time', () => {
    const { rows, columns } = sample();
    expect(Math.abs(rows - 500_000)).toBeLessThan(5 * Math.sqrt(500_000));
    const numbers = columns.get('row');
    const parts = columns.get('part');
    if (numbers?.kind !== 'numeric' || parts?.kind !== 'categorical') throw new Error('other columns');
    const partOf = (row: number) =>
      row % 4 === 0 ? -1 : parts.categories.indexOf((row % BATCH) % 3 === 0 ? 'odd' : 'even');
    expect(numbers.values.every((row, i) => parts.codes[i] === partOf(row))).toBe(true);
    const again = sample().columns.get('row');
    expect(again).toEqual(numbers);
  }, 30_000);
});

describe('scaleProfile', () => {
  it('gives the profile of all rows, each quantile within half a percent of the rows', () => {
    const found = sample();
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
