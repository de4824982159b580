import { describe, expect, it } from 'vitest';
import { maxError, medianAbsoluteError } from '../../../../core/domain/metrics/absolute-error-order.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';

/** Predictions that miss a label of 10 by these errors, one up and one down. */
function missed(errors: readonly number[], weights: readonly number[] | null = null) {
  const scores = Float64Array.from(errors, (error, row) => 10 + (row % 2 === 0 ? error : -error));
  const labels = new Float64Array(errors.length).fill(10);
  return scoredRows({ labels, scores, weights: weights && Float64Array.from(weights), classes: 1 });
}

function median(errors: readonly number[], weights: readonly number[] | null = null) {
  const found = medianAbsoluteError.estimate(missed(errors, weights), { decisionThreshold: 0.5 });
  if (found.kind === 'undefined') throw new Error(found.reason);
  return { ...found, parts: [...found.influence()] };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('medianAbsoluteError', () => {
  it.each([
    // Eight errors: between the quantiles of a quarter and three quarters, 2 and 7, half of the rows: ten to a unit of share.
    { errors: upTo(8), value: 4.5, low: -5, high: 5 },
    // Of 64 a fifth to both sides (0.8 over the root of the third order): from the 20th to the 45th, over 0.4.
    { errors: upTo(64), value: 32.5, low: -31.25, high: 31.25 },
    // From the second to the fourth of five. Four of them are no more than the median: a mean of -0.6 is taken off.
    { errors: [1, 2, 3, 3, 9], value: 3, low: -0.4, high: 1.6 },
    { errors: [9, 3, 1, 3, 2], value: 3, low: -0.4, high: 1.6 },
  ])('of $errors is $value, by the density around it', ({ errors, value, low, high }) => {
    const found = median(errors);
    expect(found.value).toBe(value);
    errors.forEach((error, row) => {
      expect(found.parts[row], `${error}`).toBeCloseTo(error <= value ? low : high, 12);
    });
  });

  it('is the mean of the lower and the upper weighted median', () => {
    expect(median([1, 2, 3, 4], [1, 1, 1, 1]).value).toBe(2.5);
    expect(median([1, 2, 3, 4], [1, 1, 1, 3]).value).toBe(3.5);
    expect(median([1, 2, 3, 4], [1, 1, 1, 4]).value).toBe(4);
    expect(median([4, 3, 2, 1], [1, 1, 3, 1]).value).toBe(2);
    // Sums of tenths are a half but for rounding.
    expect(median(upTo(10), Array(10).fill(0.1)).value).toBe(5.5);
    expect(median(upTo(10), Array(10).fill(1e-9)).value).toBe(5.5);
    expect(median(upTo(11), [...Array(10).fill(1e9), 0]).value).toBe(5.5);
  });

  it('takes an integer weight for as many rows', () => {
    const [errors, weights] = [
      [3, 8, 1, 6, 4, 9, 2],
      [2, 1, 3, 1, 2, 1, 2],
    ];
    const copies = errors.flatMap((error, row) => Array<number>(weights[row] ?? 0).fill(error));
    const [weighted, many] = [median(errors, weights), median(copies)];
    expect(weighted.value).toBe(many.value);
    errors.forEach((error, row) => {
      const part = ((weights[row] ?? 0) * (many.parts[copies.indexOf(error)] ?? 0) * errors.length) / copies.length;
      expect(weighted.parts[row], `${error}`).toBeCloseTo(part, 12);
    });
    expect(weighted.exactReach).toBeUndefined();
  });

  it('reaches from one error of the sample to another', () => {
    // Ranks 2 and 9 of ten (W. J. Conover), whatever the order of rows.
    expect(median([10, 4, 7, 1, 2, 9, 3, 8, 5, 6]).exactReach?.(0.95)).toEqual({ below: 3.5, above: 3.5 });
  });
});

describe('maxError', () => {
  it('is the largest error to either side', () => {
    const of = (errors: readonly number[]) => maxError.estimate(missed(errors), { decisionThreshold: 0.5 });
    expect(of([1, 7, 2])).toMatchObject({ kind: 'estimate', value: 7, byClass: false });
    expect(of([8, 7, 2])).toMatchObject({ value: 8 });
    expect(of([1, 2, 9])).toMatchObject({ value: 9 });
  });
});
