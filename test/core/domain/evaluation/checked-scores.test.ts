import { describe, expect, it } from 'vitest';
import { checkScores, scoreProblem } from '../../../../core/domain/evaluation/checked-scores.ts';

const binary = { labels: Float64Array.of(1, 0), classes: ['0', '1'], weights: null };
const forest = 1.0000001192092896;

describe('checkScores', () => {
  it('sets probabilities to 0 and 1 that the float32 sums of a forest put a little outside', () => {
    const scores = Float64Array.of(forest, -1e-8);
    checkScores(scores, binary);
    expect([...scores]).toEqual([1, 0]);
    const each = Float64Array.of(forest, 0, 0, 0.2, 0.3, 0.5);
    checkScores(each, { ...binary, classes: ['a', 'b', 'c'] });
    expect([...each]).toEqual([1, 0, 0, 0.2, 0.3, 0.5]);
  });

  it('leaves predictions of numbers as they are', () => {
    const scores = Float64Array.of(forest, -1e-8);
    checkScores(scores, { ...binary, classes: null });
    expect([...scores]).toEqual([forest, -1e-8]);
  });

  it('refuses what is no probability', () => {
    expect(scoreProblem(Float64Array.of(1.001, 0), binary)).toMatch(/1\.001, which is not a probability/);
    expect(scoreProblem(Float64Array.of(0.5, -0.001), binary)).toMatch(/-0\.001, which is not a probability/);
  });
});
