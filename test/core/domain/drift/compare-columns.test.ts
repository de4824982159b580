import { describe, expect, it } from 'vitest';
import { compareColumns, type DriftPolicy, datasetVerdict } from '../../../../core/domain/drift/compare-columns.ts';
import { cutWindows } from '../../../../core/domain/drift/past-windows.ts';
import {
  type ColumnProfile,
  FULL_RESOLUTION,
  isCategorical,
  profileColumn,
} from '../../../../core/domain/drift/profile-column.ts';
import { seededRandom } from '../../../testkit/seeded-random.ts';

const policy: DriftPolicy = { falseAlarmRate: 0.05, floors: { ks: 0.1, psi: 0.1 }, limits: 'none' };
const numeric = (values: readonly number[]): ColumnProfile =>
  profileColumn(
    'x',
    { kind: 'numeric', values: Float64Array.from(values) },
    { kind: 'numeric', resolution: FULL_RESOLUTION },
  );
const categorical = (counts: Readonly<Record<string, number>>): ColumnProfile => ({
  name: 'c',
  kind: 'categorical',
  rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
  missing: 0,
  counts: Object.entries(counts),
  other: 0,
});
const random = seededRandom(5);
const normals = (rows: number, mean = 0) => numeric(Array.from({ length: rows }, () => mean + random.normal()));
const verdicts = (pairs: Parameters<typeof compareColumns>[0], more: Partial<DriftPolicy> = {}) =>
  compareColumns(pairs, { ...policy, ...more }).map(({ verdict }) => verdict);

describe('compareColumns', () => {
  it('finds a large shift, and passes over one that is real but small', () => {
    const reference = normals(20_000);
    expect(verdicts([{ reference, past: [], current: normals(20_000, 0.5) }])).toEqual(['drift']);
    const [small] = compareColumns([{ reference, past: [], current: normals(20_000, 0.08) }], policy);
    expect(small).toMatchObject({ verdict: 'no-drift', reason: expect.stringContaining('real, but not above') });
    expect(small?.adjustedPValue).toBeLessThan(0.001);
  });

  it('takes a large effect of few rows for chance', () => {
    const [column] = compareColumns([{ reference: normals(40), past: [], current: normals(31) }], {
      ...policy,
      floors: { ks: 0, psi: 0 },
    });
    expect(column?.verdict).toBe('no-drift');
  });

  it('names new categories', () => {
    const [column] = compareColumns(
      [{ reference: categorical({ a: 500, b: 500 }), past: [], current: categorical({ a: 300, b: 300, new: 200 }) }],
      policy,
    );
    expect(column).toMatchObject({ verdict: 'drift', reason: expect.stringContaining('New: new (200 rows).') });
  });

  it.each([
    { name: 'a column that is gone', current: undefined },
    { name: 'an empty window', current: numeric([]) },
    { name: 'a column of missing values', current: numeric(Array.from({ length: 50 }, () => Number.NaN)) },
    { name: 'another type', current: categorical({ a: 100 }) },
  ])('is open on $name', ({ current }) => {
    expect(verdicts([{ reference: normals(100), past: [], current }])).toEqual(['inconclusive']);
  });

  it('learns from past windows how much such windows differ anyway', () => {
    const means = [-0.6, 0.5, -0.4, 0.6, 0.1, -0.2];
    const past = means.map((mean) => normals(500, mean));
    const reference = numeric(past.flatMap((window) => (window.kind === 'numeric' ? window.quantiles : [])));
    const pair = (mean: number) => [{ reference, past, current: normals(500, mean) }];
    expect(verdicts(pair(0.6))).toEqual(['drift']);
    expect(verdicts(pair(0.6), { limits: 'history' })).toEqual(['no-drift']);
    expect(verdicts(pair(2), { limits: 'history' })).toEqual(['drift']);
    expect(verdicts([{ reference, past: past.slice(0, 3), current: normals(500, 2) }], { limits: 'history' })).toEqual([
      'inconclusive',
    ]);
  });

  it('alarms on no column in about the stated share of quiet checks of ten columns', () => {
    const trials = 150;
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++) {
      const pairs = Array.from({ length: 10 }, () => ({ reference: normals(200), past: [], current: normals(100) }));
      if (verdicts(pairs, { floors: { ks: 0, psi: 0 } }).includes('drift')) alarms++;
    }
    expect(alarms / trials).toBeLessThan(0.1);
  });
});

describe('datasetVerdict', () => {
  it('is drift by one column, open by one that could not be tested, and open without columns', () => {
    const of = (...found: ('drift' | 'no-drift' | 'inconclusive')[]) =>
      datasetVerdict(found.map((verdict) => ({ verdict })));
    expect(of('no-drift', 'drift', 'inconclusive')).toBe('drift');
    expect(of('no-drift', 'inconclusive')).toBe('inconclusive');
    expect(of('no-drift')).toBe('no-drift');
    expect(of()).toBe('inconclusive');
  });
});

describe('isCategorical', () => {
  it('takes whole numbers of few values as codes, and measurements as numbers', () => {
    const column = (values: number[]) => ({ kind: 'numeric', values: Float64Array.from(values) }) as const;
    expect(isCategorical(column([0, 1, 2, 1, Number.NaN]), true)).toBe(true);
    expect(isCategorical(column([0, 1, 2, 1]), false)).toBe(false);
    expect(isCategorical(column(Array.from({ length: 30 }, (_, i) => i)), true)).toBe(false);
  });
});

describe('cutWindows', () => {
  it('cuts whole weeks from Monday on and leaves out what the data do not fill', () => {
    const day = (text: string) => Date.parse(`${text}T12:00:00Z`);
    const days = Array.from({ length: 20 }, (_, i) => day('2001-01-02') + i * 86_400_000);
    const windows = cutWindows(Float64Array.from([...days, Number.NaN]), 7 * 86_400_000);
    expect(windows.map(({ fromMs, rows }) => [new Date(fromMs).toISOString().slice(0, 10), rows.length])).toEqual([
      ['2001-01-08', 7],
      ['2001-01-15', 7],
    ]);
  });
});
