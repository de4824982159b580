import { describe, expect, it } from 'vitest';
import { DRIFT_EFFECTS } from '../../../../core/domain/drift/drift-effect-registry.ts';
import { DRIFT_TESTS } from '../../../../core/domain/drift/drift-test-registry.ts';
import type { DriftEffectName } from '../../../../core/domain/drift/effects/drift-effect.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import type { DriftTestName } from '../../../../core/domain/drift/tests/drift-test.ts';
import golden from '../../../golden/drift-tests.json' with { type: 'json' };

const numeric = (values: readonly number[]): ColumnProfile =>
  profileColumn(
    'x',
    { kind: 'numeric', values: Float64Array.from(values) },
    { kind: 'numeric', resolution: FULL_RESOLUTION },
  );
const categorical = (counts: readonly number[]): ColumnProfile => ({
  name: 'c',
  kind: 'categorical',
  rows: counts.reduce((sum, count) => sum + count, 0),
  missing: 0,
  counts: counts.map((count, at): [string, number] => [`c${at}`, count]),
  other: 0,
});
const pairOf = (table: unknown) => (table as number[][]).map(categorical) as [ColumnProfile, ColumnProfile];
const resultOf = (name: string, [reference, current]: readonly [ColumnProfile, ColumnProfile]) => {
  const found = DRIFT_TESTS[name as DriftTestName].compare(reference, current);
  if ('untested' in found) throw new Error(`${found.untested}`);
  return found;
};
const effectOf = (name: string, [reference, current]: readonly [ColumnProfile, ColumnProfile]) =>
  DRIFT_EFFECTS[name as DriftEffectName].measure(reference, current)?.value ?? Number.NaN;

/** Relative, so that it means the same for the smallest p-values. */
function expectNear(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-300));
}

const studies = Object.entries(golden.numeric);

describe('the drift tests of numbers', () => {
  it.each(
    studies.flatMap(([sample, { tests }]) =>
      Object.entries(tests).map(([test, expected]) => ({
        sample: sample as keyof typeof golden.numeric,
        test,
        expected,
      })),
    ),
  )('$test equals SciPy on samples with $sample', ({ sample, test, expected }) => {
    const { reference, current } = golden.numeric[sample];
    const found = resultOf(test, [numeric(reference), numeric(current)]);
    const [statistic = Number.NaN, pValue = Number.NaN] = expected;
    expectNear(found.statistic, statistic);
    // SciPy's distribution function of Cramér-von Mises stops at terms below 1e-7, and has no digits of small tails.
    if (test === 'cramer-von-mises') expect(Math.abs(found.pValue - pValue)).toBeLessThan(2e-7);
    else expectNear(found.pValue, pValue);
  });

  it('have p-values far below those that a subtraction from 1 could show', () => {
    const { reference, current } = golden.numeric['far apart'];
    for (const test of ['ks', 'mann-whitney', 'cramer-von-mises']) {
      const { pValue } = resultOf(test, [numeric(reference), numeric(current)]);
      expect(pValue).toBeGreaterThan(0);
      expect(pValue).toBeLessThan(1e-60);
    }
  });

  it.each(studies)('measures the distance of %s as SciPy', (_, { reference, current, effects }) => {
    for (const [name, expected] of Object.entries(effects)) {
      expectNear(effectOf(name, [numeric(reference), numeric(current)]), expected);
    }
  });
});

describe('the drift tests of categories', () => {
  it.each(golden.categorical)('equal SciPy on $table', ({ table, effects, ...tests }) => {
    for (const [name, [statistic = Number.NaN, pValue = Number.NaN]] of Object.entries(tests)) {
      const found = resultOf(name, pairOf(table));
      expectNear(found.statistic, statistic);
      expectNear(found.pValue, pValue);
    }
    for (const [name, expected] of Object.entries(effects)) {
      expect(Math.abs(effectOf(name, pairOf(table)) - expected)).toBeLessThan(1e-12);
    }
  });

  it.each(golden.fisher)("has the p-value of Fisher's exact test where counts are small: %j", (table, expected) => {
    expectNear(resultOf('chi-square', pairOf(table)).pValue, Number(expected));
  });

  it.each(golden.permuted)('has the p-value of permutations where counts are small: %j', (table, expected) => {
    const { pValue } = resultOf('chi-square', pairOf(table));
    expect(Math.abs(pValue - Number(expected))).toBeLessThan(0.012);
    expect(resultOf('chi-square', pairOf(table)).pValue).toBe(pValue);
  });
});
