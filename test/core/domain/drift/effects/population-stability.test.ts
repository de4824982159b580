import { describe, expect, it } from 'vitest';
import { populationStability } from '../../../../../core/domain/drift/effects/population-stability.ts';
import golden from '../../../../golden/drift.json' with { type: 'json' };

const categorical = (counts: readonly number[]) => ({
  name: 'c',
  kind: 'categorical' as const,
  rows: counts.reduce((sum, count) => sum + count, 0),
  missing: 0,
  counts: counts.map((count, index): [string, number] => [`c${index}`, count]),
  other: 0,
});
const indexOf = (table: unknown) => {
  const [before = [], now = []] = table as number[][];
  return populationStability.measure(categorical(before), categorical(now))?.value ?? Number.NaN;
};

describe('populationStability', () => {
  it.each(golden.psi)('equals the symmetric divergence of SciPy on %j', (table, expected) => {
    expect(Math.abs(indexOf(table) - Number(expected))).toBeLessThan(1e-12);
  });

  it('is 0 for equal counts, and the same in both directions', () => {
    expect(
      indexOf([
        [50, 7],
        [50, 7],
      ]),
    ).toBe(0);
    expect(
      indexOf([
        [50, 50],
        [80, 20],
      ]),
    ).toBeCloseTo(
      indexOf([
        [80, 20],
        [50, 50],
      ]),
      12,
    );
  });
});
