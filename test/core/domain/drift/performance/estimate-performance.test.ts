import { describe, expect, it } from 'vitest';
import { estimatePerformance } from '../../../../../core/domain/drift/performance/estimate-performance.ts';
import { isotonicSteps } from '../../../../../core/domain/drift/performance/isotonic.ts';
import { findMetric } from '../../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../../core/domain/metrics/scored-rows.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';

/** Rows whose probability of 1 is known, with inputs about a mean; scores are a distorted probability. */
function draw(random: ReturnType<typeof seededRandom>, rows: number, mean: number) {
  const scores = new Float64Array(rows);
  const labels = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const logit = mean + 1.5 * random.normal();
    labels[row] = random.uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
    scores[row] = 1 / (1 + Math.exp(-2 * logit - 0.5));
  }
  return { scores, labels };
}

function realised(name: string, { scores, labels }: ReturnType<typeof draw>): number {
  const metric = findMetric(name, 'binary-classification');
  const found = metric?.estimate(scoredRows({ labels, scores, weights: null, classes: 2 }), { decisionThreshold: 0.5 });
  return found?.kind === 'estimate' ? found.value : Number.NaN;
}

describe('estimatePerformance', () => {
  it.each(['accuracy', 'precision', 'recall', 'f1', 'roc_auc'] as const)(
    'promises the %s that labels show later, whatever the mix of inputs and though scores are not probabilities',
    (name) => {
      const random = seededRandom(21);
      const evaluation = draw(random, 20_000, 0);
      const steps = isotonicSteps(evaluation.scores, evaluation.labels);
      let covered = 0;
      const trials = 200;
      for (let trial = 0; trial < trials; trial++) {
        const window = draw(random, 1500, trial % 2 === 0 ? 1 : -0.7);
        const estimated = estimatePerformance(window.scores, { steps, threshold: 0.5, rowsPerObservation: 1 }).find(
          (one) => one.name === name,
        );
        const value = realised(name, window);
        if ((estimated?.lower ?? 1) <= value && value <= (estimated?.upper ?? 0)) covered++;
      }
      expect(covered / trials).toBeGreaterThan(0.92);
    },
  );

  it('sees that a window is harder than the evaluation, before any label is there', () => {
    const random = seededRandom(5);
    const evaluation = draw(random, 20_000, 3);
    const steps = isotonicSteps(evaluation.scores, evaluation.labels);
    const by = { steps, threshold: 0.5, rowsPerObservation: 1 };
    const of = (mean: number) => estimatePerformance(draw(random, 5000, mean).scores, by)[0];
    expect(of(0)?.upper).toBeLessThan(of(3)?.lower ?? 0);
  });

  it('has the intervals of independent rows where each of them was logged five times in a group', () => {
    const random = seededRandom(5);
    const { scores, labels } = draw(random, 400, 0);
    const steps = isotonicSteps(scores, labels);
    const fiveTimes = Float64Array.from({ length: scores.length * 5 }, (_, row) => scores[Math.floor(row / 5)] ?? 0);
    const alone = estimatePerformance(scores, { steps, threshold: 0.5, rowsPerObservation: 1 });
    const grouped = estimatePerformance(fiveTimes, { steps, threshold: 0.5, rowsPerObservation: 5 });
    for (const [at, { name, value, lower, upper }] of alone.entries()) {
      const digits = name === 'roc_auc' ? 2 : 9;
      expect(grouped[at]?.value, name).toBeCloseTo(value ?? 0, digits);
      expect(grouped[at]?.lower, name).toBeCloseTo(lower ?? 0, digits);
      expect(grouped[at]?.upper, name).toBeCloseTo(upper ?? 0, digits);
    }
  });

  it('has no value where there is none: no prediction of 1, no row', () => {
    const steps = isotonicSteps([0.2, 0.8], [0, 1]);
    const none = estimatePerformance(Float64Array.of(0.1, 0.1), { steps, threshold: 0.5, rowsPerObservation: 1 });
    expect(none.find(({ name }) => name === 'precision')?.value).toBeNull();
    expect(
      estimatePerformance(new Float64Array(0), { steps, threshold: 0.5, rowsPerObservation: 1 }).map(
        ({ value }) => value,
      ),
    ).toEqual([null, null, null, null, null]);
  });
});
