import { describe, expect, it } from 'vitest';
import { fitRidgeLogistic } from '../../../../../core/domain/drift/multivariate/ridge-logistic.ts';

describe('fitRidgeLogistic', () => {
  it('refuses rows of one label alone', () => {
    const design = { rows: 2, columns: [Float64Array.of(1, 2)] };
    expect(() => fitRidgeLogistic(design, Uint8Array.of(1, 1), Uint32Array.of(0, 1))).toThrow(RangeError);
  });

  it('has a finite weight where the labels are separable', () => {
    const design = { rows: 4, columns: [Float64Array.of(-2, -1, 1, 2)] };
    const [intercept, weight] = fitRidgeLogistic(design, Uint8Array.of(0, 0, 1, 1), Uint32Array.of(0, 1, 2, 3));
    expect(intercept).toBeCloseTo(0, 9);
    expect(weight).toBeGreaterThan(0.5);
    expect(weight).toBeLessThan(3);
  });
});
