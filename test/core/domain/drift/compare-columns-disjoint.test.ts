import { describe, expect, it } from 'vitest';
import { compareColumns, type DriftPolicy } from '../../../../core/domain/drift/compare-columns.ts';
import { DRIFT_EFFECTS } from '../../../../core/domain/drift/drift-effect-registry.ts';
import { NUMERIC_EFFECTS } from '../../../../core/domain/drift/effects/drift-effect.ts';
import { FULL_RESOLUTION, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import { NUMERIC_TESTS } from '../../../../core/domain/drift/tests/drift-test.ts';

const ROWS = 1_000;
const profile = (value: (share: number) => number, rows: number) => {
  const values = Float64Array.from({ length: rows }, (_, at) => value(((at * 7919) % rows) / rows));
  return profileColumn('x', { kind: 'numeric', values }, { kind: 'numeric', resolution: FULL_RESOLUTION });
};
const FLOORS: DriftPolicy['floors'] = {
  ...{ ks: 0.15, wasserstein: 0.2, psi: 0.2, 'jensen-shannon': 0.15 },
  ...{ hellinger: 0.15, 'total-variation': 0.15, 'cramers-v': 0.2, missing: 0.1 },
};

describe('compareColumns of windows without a value in common', () => {
  it.each([
    { name: 'two constants', before: () => 0, now: () => 1 },
    { name: 'two constants of subnormal size', before: () => 0, now: () => 1e-320 },
    { name: 'a constant and numbers', before: () => 0, now: (share: number) => 1 + share },
    { name: 'numbers and a constant', before: (share: number) => share, now: () => 9 },
    { name: 'numbers and a code at the end of doubles', before: (share: number) => share, now: () => 1e308 },
    { name: 'both ends of doubles', before: () => -1e308, now: (share: number) => 1e308 * (0.5 + share / 2) },
    { name: 'numbers that differ by a unit in the last place', before: () => 1e16, now: () => 1e16 + 2 },
  ])('is never "no drift": $name', ({ before, now }) => {
    for (const numeric of NUMERIC_TESTS) {
      for (const measure of NUMERIC_EFFECTS) {
        for (const rows of [ROWS, 20 * ROWS]) {
          const [found] = compareColumns(
            [{ reference: profile(before, rows), past: null, current: profile(now, rows) }],
            {
              ...{ falseAlarmRate: 0.05, floors: FLOORS, limits: 'none' },
              tests: { numeric, categorical: 'chi-square' },
              measures: { numeric: measure, categorical: 'psi' },
            },
          );
          const { verdict, effect, statistic, pValue } = found ?? {};
          expect([numeric, measure, rows, verdict]).not.toEqual([numeric, measure, rows, 'no-drift']);
          const numbers = [statistic, pValue, effect?.value, effect?.lower, effect?.visible].filter(
            (one) => one !== null,
          );
          expect(numbers.every(Number.isFinite)).toBe(true);
        }
      }
    }
  });
});

it('has a floor for each effect', () => {
  expect(Object.keys(FLOORS).sort()).toEqual(Object.keys(DRIFT_EFFECTS).sort());
});
