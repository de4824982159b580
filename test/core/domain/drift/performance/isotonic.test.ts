import { describe, expect, it } from 'vitest';
import { calibratedRate, isotonicSteps } from '../../../../../core/domain/drift/performance/isotonic.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';

describe('isotonicSteps', () => {
  it('pools scores whose shares fall, as the example of every textbook', () => {
    const steps = isotonicSteps([1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 1, 1]);
    expect(steps.map(({ rate }) => rate)).toEqual([0, 0.5, 1]);
    expect(steps.map(({ from, to, rows }) => [from, to, rows])).toEqual([
      [1, 1, 1],
      [2, 3, 2],
      [4, 6, 3],
    ]);
  });

  it('never falls, keeps every row and every 1, and splits no equal scores', () => {
    const random = seededRandom(4);
    for (let round = 0; round < 50; round++) {
      const scores = Array.from({ length: 300 }, () => Math.round(random.uniform() * 40) / 40);
      const labels = scores.map((score) => (random.uniform() < score ? 1 : 0));
      const steps = isotonicSteps(scores, labels);
      const rates = steps.map(({ rate }) => rate);
      expect(rates).toEqual([...rates].sort((a, b) => a - b));
      expect(steps.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
      const ones = steps.reduce((sum, { rate, rows }) => sum + rate * rows, 0);
      expect(ones).toBeCloseTo(
        labels.reduce<number>((sum, label) => sum + label, 0),
        9,
      );
      for (const [at, { from }] of steps.entries()) expect(from).toBeGreaterThan(steps[at - 1]?.to ?? -1);
      // Of all rising functions the nearest: no step can be moved towards its rows.
      for (const { from, to, rate } of steps) {
        const inside = labels.filter((_, row) => (scores[row] ?? 0) >= from && (scores[row] ?? 0) <= to);
        expect(rate).toBeCloseTo(inside.reduce<number>((sum, label) => sum + label, 0) / inside.length, 12);
      }
    }
  });

  it('joins neighbours where there are more steps than a profile holds, and loses no row', () => {
    const rows = 6000;
    // Ever more ones: each pair of neighbours is a step of its own.
    const scores = Array.from({ length: rows * 3 }, (_, row) => Math.floor(row / 3));
    const labels = scores.map((score, row) => (row % 3 < (score * 3) / rows ? 1 : 0));
    const many = Array.from({ length: 3000 }, (_, at) => at);
    const strict = isotonicSteps(
      many.flatMap((at) => Array.from({ length: at + 1 }, () => at)),
      many.flatMap((at) => Array.from({ length: at + 1 }, (__, row) => (row < at ? 1 : 0))),
    );
    for (const steps of [isotonicSteps(scores, labels), strict]) {
      expect(steps.length).toBeLessThanOrEqual(1000);
      const rates = steps.map(({ rate }) => rate);
      expect(rates).toEqual([...rates].sort((a, b) => a - b));
    }
    expect(strict.length).toBeGreaterThan(500);
    expect(strict.reduce((sum, step) => sum + step.rows, 0)).toBe((3000 * 3001) / 2);
  });

  it('has no steps without rows', () => expect(isotonicSteps([], [])).toEqual([]));
});

describe('calibratedRate', () => {
  const steps = isotonicSteps([0.2, 0.4, 0.8], [0, 0, 1]);
  it.each([
    [0, 0],
    [0.3, 0],
    [0.6, 0.5],
    [0.8, 1],
    [1, 1],
  ])('at %d is %d: of the step, or on the line between two', (score, rate) => {
    expect(calibratedRate(steps, score)).toBeCloseTo(rate, 12);
  });
});
