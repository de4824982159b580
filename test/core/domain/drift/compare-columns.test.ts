import { describe, expect, it } from 'vitest';
import { compareColumns, type DriftPolicy, datasetVerdict } from '../../../../core/domain/drift/compare-columns.ts';
import { withClusters } from '../../../../core/domain/drift/design-effect.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const FLOORS: DriftPolicy['floors'] = {
  ...{ ks: 0.1, psi: 0.1, wasserstein: 0.1, 'jensen-shannon': 0.1, hellinger: 0.1, 'total-variation': 0.1 },
  ...{ 'cramers-v': 0.1, missing: 0.05 },
};
const NO_FLOORS = Object.fromEntries(Object.keys(FLOORS).map((name) => [name, 0])) as DriftPolicy['floors'];
const policy: DriftPolicy = {
  falseAlarmRate: 0.05,
  tests: { numeric: 'ks', categorical: 'chi-square' },
  measures: { numeric: 'ks', categorical: 'psi' },
  floors: FLOORS,
  limits: 'none',
};
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
    expect(small).toMatchObject({
      verdict: 'no-drift',
      reason: expect.stringContaining('significant, but not surely above'),
    });
    expect(small?.adjustedPValue).toBeLessThan(0.001);
  });

  it('finds a large effect of few rows undecided, and the same effect of many rows drift', () => {
    const steps = (rows: number, from: number) => Array.from({ length: rows }, (_, i) => from + i / rows);
    const of = (rows: number) =>
      compareColumns([{ reference: numeric(steps(rows, 0)), past: [], current: numeric(steps(rows, 0.2)) }], policy)[0];
    for (const rows of [40, 1000]) expect(Math.abs((of(rows)?.effect.value ?? 0) - 0.2)).toBeLessThan(0.03);
    expect(of(40)).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('chance can explain') });
    expect(of(40)?.reason).toMatch(/A shift of 0\.10* could not be seen in this window/);
    expect(of(1000)?.verdict).toBe('drift');
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
    { name: 'another type', current: categorical({ a: 100 }) },
  ])('is open on $name', ({ current }) => {
    expect(verdicts([{ reference: normals(100), past: [], current }])).toEqual(['inconclusive']);
  });

  it.each([0.99, 1])('drifts where a share of %d goes missing, whatever the rest looks like', (share) => {
    const reference = normals(1000);
    const rows = Array.from({ length: 1000 }, (_, i) => (i < share * 1000 ? Number.NaN : random.normal()));
    for (const limits of ['none', 'history'] as const) {
      const past = Array.from({ length: 6 }, () => normals(200));
      const [column] = compareColumns([{ reference, past, current: numeric(rows) }], { ...policy, limits });
      expect(column).toMatchObject({ verdict: 'drift', effect: { name: 'missing', value: share } });
      expect(column?.reason).toContain('Missing: 0 % before');
    }
  });

  it('drifts where missing values come back, and not where they went by chance or less than the floor', () => {
    const withMissing = (missing: number) =>
      numeric(Array.from({ length: 4000 }, (_, i) => (i < missing ? Number.NaN : random.normal())));
    const of = (before: number, now: number) =>
      verdicts([{ reference: withMissing(before), past: [], current: withMissing(now) }]);
    expect(of(2000, 100)).toEqual(['drift']);
    expect(of(400, 410)).toEqual(['no-drift']);
    expect(of(0, 120)).toEqual(['no-drift']);
  });

  it('is never quiet about a window in which no value of the reference occurs, cut or not', () => {
    const many = (prefix: string, count: number): ColumnProfile => {
      const codes = Int32Array.from({ length: 5 * count }, (_, i) => i % count);
      const categories = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
      return profileColumn(
        'c',
        { kind: 'categorical', codes, categories },
        { kind: 'categorical', resolution: FULL_RESOLUTION },
      );
    };
    for (const count of [20, 900, 1500, 20_000]) {
      const pair = { reference: many('a', count), past: [], current: many('b', count) };
      expect(verdicts([pair]), `${count} values`).not.toEqual(['no-drift']);
    }
    // Five rows each of 900 values shift by more than the floor by chance alone.
    const [same] = compareColumns([{ reference: many('a', 900), past: [], current: many('a', 900) }], policy);
    expect(same).toMatchObject({ verdict: 'inconclusive', rowsToSee: null });
    expect(verdicts([{ reference: many('a', 20), past: [], current: many('a', 20) }])).not.toEqual(['drift']);
  });

  it('takes flags as words and as numbers for the same flags', () => {
    const words = categorical({ true: 600, false: 400 });
    for (const current of [categorical({ '1': 610, '0': 390 }), categorical({ True: 610, False: 390 })]) {
      expect(verdicts([{ reference: words, past: [], current }])).toEqual(['no-drift']);
      expect(verdicts([{ reference: current, past: [], current: words }])).toEqual(['no-drift']);
    }
    expect(verdicts([{ reference: words, past: [], current: categorical({ '1': 200, '0': 800 }) }])).toEqual(['drift']);
    expect(verdicts([{ reference: words, past: [], current: categorical({ '1': 600, '2': 400 }) }])).toEqual(['drift']);
  });

  it('is open on text where the reference has numbers, and drifts where it has no value at all', () => {
    const summed = (codes: readonly number[]) =>
      profileColumn(
        'x',
        { kind: 'categorical', codes: Int32Array.from(codes), categories: ['a'] },
        { kind: 'numeric', resolution: FULL_RESOLUTION },
      );
    const against = (current: ColumnProfile) => verdicts([{ reference: normals(100), past: [], current }]);
    expect(against(summed(Array(100).fill(0)))).toEqual(['inconclusive']);
    expect(against(summed(Array(100).fill(-1)))).toEqual(['drift']);
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
      if (verdicts(pairs, { floors: NO_FLOORS }).includes('drift')) alarms++;
    }
    expect(alarms / trials).toBeLessThan(0.1);
    expect(alarms / trials).toBeGreaterThan(0.01);
  });
});

describe('a window that is too small for the floor', () => {
  it('says how many rows would be enough, and they are', () => {
    const reference = normals(5000);
    const [small] = compareColumns([{ reference, past: [], current: normals(60) }], policy);
    expect(small?.verdict).toBe('inconclusive');
    const rows = small?.rowsToSee ?? 0;
    expect(rows).toBeGreaterThan(100);
    expect(rows).toBeLessThan(400);
    const [enough] = compareColumns([{ reference, past: [], current: normals(rows + 1) }], policy);
    expect(enough?.rowsToSee).toBeUndefined();
  });

  it('says so where the reference has too few for any', () => {
    const [column] = compareColumns([{ reference: normals(60), past: [], current: normals(100_000) }], policy);
    expect(column).toMatchObject({ verdict: 'inconclusive', rowsToSee: null });
  });

  it('drifts all the same where the shift is large', () => {
    expect(verdicts([{ reference: normals(5000), past: [], current: normals(60, 1.5) }])).toEqual(['drift']);
  });
});

describe.each([
  ['ks', 'ks'],
  ['cramer-von-mises', 'wasserstein'],
  ['anderson-darling', 'psi'],
  ['mann-whitney', 'hellinger'],
  ['epps-singleton', 'jensen-shannon'],
] as const)('a policy of %s and %s', (test, effect) => {
  it('finds a shift, and names both', () => {
    const own = {
      ...policy,
      tests: { ...policy.tests, numeric: test },
      measures: { ...policy.measures, numeric: effect },
    };
    const [column] = compareColumns([{ reference: normals(1000), past: [], current: normals(900, 1) }], own);
    expect(column).toMatchObject({ verdict: 'drift', effect: { name: effect } });
    const [quiet] = compareColumns([{ reference: normals(1000), past: [], current: normals(900) }], own);
    expect(quiet?.verdict).not.toBe('drift');
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

describe('compareColumns with rows in groups', () => {
  /** Users of 50 equal rows each. */
  const users = (count: number, mean = 0): readonly [ColumnProfile, ColumnProfile] => {
    const each = Array.from({ length: count }, () => mean + random.normal());
    const values = Float64Array.from({ length: count * 50 }, (_, row) => each[Math.floor(row / 50)] ?? 0);
    const ids = Uint32Array.from(values, (_, row) => Math.floor(row / 50));
    const column = { kind: 'numeric' as const, values };
    const profile = profileColumn('x', column, { kind: 'numeric', resolution: FULL_RESOLUTION });
    return [profile, withClusters(profile, column, { kind: 'clusters', ids, count })];
  };

  it('raises no alarm about what a few users more or less explain, and one about a shift of all of them', () => {
    const alarms = { alone: 0, grouped: 0 };
    for (let repetition = 0; repetition < 40; repetition++) {
      const [[before, grouped], [now, nowGrouped]] = [users(60), users(40)];
      if (verdicts([{ reference: before, past: [], current: now }])[0] === 'drift') alarms.alone++;
      if (verdicts([{ reference: grouped, past: [], current: nowGrouped }])[0] === 'drift') alarms.grouped++;
    }
    expect(alarms.alone).toBeGreaterThan(20);
    expect(alarms.grouped).toBeLessThan(4);
    expect(verdicts([{ reference: users(300)[1], past: [], current: users(200, 1)[1] }])).toEqual(['drift']);
  });

  it('says how many rows of such groups would be enough', () => {
    const [found] = compareColumns([{ reference: users(300)[1], past: [], current: users(10)[1] }], policy);
    expect(found?.verdict).toBe('inconclusive');
    expect(found?.rowsToSee).toBeGreaterThan(10_000);
  });

  it('decides nothing by a few large groups, however many small ones are next to them', () => {
    const sizes = [200, 200, ...Array.from({ length: 20 }, () => 2)];
    const unequal = () => {
      const rows = sizes.flatMap((size, id) => {
        const mean = random.normal();
        return Array.from({ length: size }, () => ({ id, value: mean + random.normal() }));
      });
      const column = { kind: 'numeric' as const, values: Float64Array.from(rows, ({ value }) => value) };
      const profile = profileColumn('x', column, { kind: 'numeric', resolution: FULL_RESOLUTION });
      const ids = Uint32Array.from(rows, ({ id }) => id);
      return withClusters(profile, column, { kind: 'clusters', ids, count: sizes.length });
    };
    const reference = users(60)[1];
    for (let repetition = 0; repetition < 20; repetition++) {
      const [found] = compareColumns([{ reference, past: [], current: unequal() }], policy);
      expect(found).toMatchObject({ verdict: 'inconclusive', pValue: null });
      expect(found?.reason).toBe(
        'Not tested: the current window has groups that count as 2.41 of equal size, fewer than the 5 needed.',
      );
    }
  });

  it('decides nothing with too few groups, or groups in one window alone', () => {
    const [plain, grouped] = users(60);
    const reasonOf = (reference: ColumnProfile, current: ColumnProfile) => {
      const [column] = compareColumns([{ reference, past: [], current }], policy);
      expect(column).toMatchObject({ verdict: 'inconclusive', pValue: null });
      return column?.reason;
    };
    expect(reasonOf(grouped, users(4)[1])).toBe(
      'Not tested: the current window has 4 groups, fewer than the 5 needed.',
    );
    expect(reasonOf(users(3)[1], grouped)).toBe('Not tested: the reference has 3 groups, fewer than the 5 needed.');
    expect(reasonOf(grouped, plain)).toContain('the rows of the current window are not grouped');
    expect(reasonOf(plain, grouped)).toContain('register a version after drift.group was set');
  });
});

describe('tests that give no p-value below one', () => {
  it('decide nothing where many columns need a smaller one', () => {
    const pairs = (shift: number) =>
      Array.from({ length: 60 }, (_, at) => ({
        reference: normals(500),
        past: [],
        current: normals(500, at === 0 ? shift : 0),
      }));
    const tests = { numeric: 'anderson-darling', categorical: 'chi-square' } as const;
    const [far, ...others] = compareColumns(pairs(2), { ...policy, tests });
    expect(far).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('no smaller p-value') });
    expect(others.map(({ verdict }) => verdict)).not.toContain('drift');
    expect(verdicts(pairs(2).slice(0, 10), { tests })[0]).toBe('drift');
  });

  it('are none of those by permutation: five rows each of many categories drift among thousands of tests', () => {
    const codes = (prefix: string) =>
      categorical(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${prefix}${at}`, 3])));
    const [column] = compareColumns([{ reference: codes('a'), past: [], current: codes('b') }], {
      ...policy,
      falseAlarmRate: 1e-9,
    });
    expect(column?.verdict).toBe('drift');
  });
});
