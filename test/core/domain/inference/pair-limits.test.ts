import { describe, expect, it } from 'vitest';
import { independentPairs, orderChanges, pairMeanLimits } from '../../../../core/domain/inference/pair-limits.ts';
import { meanLowerLimit, meanUpperLimit } from '../../../../core/domain/inference/relative-entropy.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const labelsOf = (ones: number, zeros: number) =>
  Float64Array.from({ length: ones + zeros }, (_, i) => (i < ones ? 1 : 0));
const rows = { kind: 'rows' } as const;

/** Pairs over the most pairs that have a group in common with one, itself among them: by comparing all of them. */
function comparedPairs(labels: Float64Array, ids: Uint32Array): number {
  const all = [...labels.keys()];
  const ones = all.filter((row) => labels[row] === 1);
  const pairs = ones.flatMap((one) => all.filter((row) => labels[row] === 0).map((zero) => [ids[one], ids[zero]]));
  const together = (a: readonly unknown[], b: readonly unknown[]) => a.some((id) => b.includes(id));
  const most = Math.max(...pairs.map((pair) => pairs.filter((other) => together(pair, other)).length));
  return Math.floor(pairs.length / most);
}

describe('independentPairs', () => {
  it('of rows are as many as the smaller class has', () => {
    expect(independentPairs(labelsOf(63, 108), rows)).toBe(63);
    expect(independentPairs(labelsOf(40, 3), rows)).toBe(3);
  });

  it('of groups are all pairs over the most that share a group with one', () => {
    const random = seededRandom(8);
    const counts = new Set<number>();
    for (let round = 0; round < 40; round++) {
      const length = 12 + Math.floor(random.uniform() * 14);
      const count = 2 + Math.floor(random.uniform() * 80);
      const labels = Float64Array.from({ length }, (_, i) => (i < 2 ? i : Number(random.uniform() < 0.4)));
      const ids = Uint32Array.from({ length }, () => Math.floor(random.uniform() * count));
      const found = independentPairs(labels, { kind: 'clusters', ids, count });
      counts.add(found);
      expect(found).toBe(comparedPairs(labels, ids));
    }
    expect(counts.size).toBeGreaterThan(2);
  });
});

describe('pairMeanLimits', () => {
  const tails = { lower: 0.025, upper: 0.01 };

  it('are those of a mean of that many values', () => {
    expect(pairMeanLimits(0.994, labelsOf(63, 108), { sampled: { sampling: rows, weights: null }, tails })).toEqual({
      lower: meanLowerLimit(0.994, 63, 0.025),
      upper: meanUpperLimit(0.994, 63, 0.01),
      method: 'Hoeffding bound of pairs',
    });
  });

  it('do not exist for weighted rows', () => {
    const sampled = { sampling: rows, weights: new Float64Array(171).fill(1) };
    expect(pairMeanLimits(0.994, labelsOf(63, 108), { sampled, tails })).toBeUndefined();
  });
});

describe('orderChanges', () => {
  it('differ by the difference of ROC AUC, ties included', () => {
    const random = seededRandom(3);
    const labels = labelsOf(30, 50);
    const scores = () => labels.map(() => Math.round(random.uniform() * 9) / 10);
    const [first, second] = [scores(), scores()];
    const aucOf = (one: Float64Array) => {
      const found = findMetric('roc_auc', 'binary-classification')?.estimate(
        scoredRows({ labels, scores: one, weights: null, classes: 2 }),
        { decisionThreshold: 0.5 },
      );
      return found?.kind === 'estimate' ? found.value : Number.NaN;
    };
    const found = orderChanges(labels, first, second);
    expect((found?.better ?? 0) - (found?.worse ?? 0)).toBeCloseTo(aucOf(first) - aucOf(second), 12);
    expect(found?.worse).toBeGreaterThan(0);
    expect(orderChanges(labels, first, first)).toEqual({ better: 0, worse: 0 });
  });

  it('are not counted for more than a hundred million pairs', () => {
    const labels = labelsOf(10_001, 10_000);
    expect(orderChanges(labels, labels, labels)).toBeUndefined();
  });
});

describe('pairs of rows', () => {
  it('of groups of one label share a group with pairs of that label alone', () => {
    // Twenty groups of a single 1 and ten of a hundred 0: a pair shares a group with 1,000 + 2,000 - 100 of 20,000.
    const labels = labelsOf(20, 1000);
    const ids = Uint32Array.from(labels, (label, row) => (label === 1 ? row : 20 + (row % 10)));
    expect(independentPairs(labels, { kind: 'clusters', ids, count: 30 })).toBe(6);
  });

  it('of one label do not count in what models order otherwise', () => {
    const labels = Float64Array.of(1, 0, 0);
    expect(orderChanges(labels, Float64Array.of(3, 1, 2), Float64Array.of(3, 2, 1))).toEqual({ better: 0, worse: 0 });
  });
});
