import { describe, expect, it } from 'vitest';
import { populationStabilityIndex } from '../../../../core/domain/drift/population-stability-index.ts';
import golden from '../../../golden/drift.json' with { type: 'json' };

const paired = (table: unknown) => {
  const [reference, current] = table as [number[], number[]];
  return { categories: reference.map(String), reference, current };
};

describe('populationStabilityIndex', () => {
  it.each(golden.psi)('equals the symmetric divergence of SciPy on %j', (table, expected) => {
    expect(Math.abs(populationStabilityIndex(paired(table)) - Number(expected))).toBeLessThan(1e-12);
  });

  it('is 0 for equal counts, and the same in both directions', () => {
    expect(
      populationStabilityIndex(
        paired([
          [50, 7],
          [50, 7],
        ]),
      ),
    ).toBe(0);
    const [there, back] = [
      [
        [50, 50],
        [80, 20],
      ],
      [
        [80, 20],
        [50, 50],
      ],
    ].map((table) => populationStabilityIndex(paired(table)));
    expect(there).toBeCloseTo(back ?? Number.NaN, 12);
  });
});
