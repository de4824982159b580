import { describe, expect, it } from 'vitest';
import type { Metric, MetricTask, ScoredRows } from '../../../../core/domain/metrics/metric.ts';
import { findMetric, metricNames } from '../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import golden from '../../../golden/metrics.json' with { type: 'json' };

const options = { decisionThreshold: 0.5 };
const { rows: data } = golden;
const TASKS = ['binary-classification', 'multiclass-classification', 'regression'] as const;
/** One of each family of metrics that have a number in their name. */
const FAMILIES: Readonly<Record<MetricTask, readonly string[]>> = {
  'binary-classification': ['fbeta_2', 'precision_at_recall_0.8', 'recall_at_precision_0.6'],
  'multiclass-classification': ['fbeta_2'],
  regression: ['pinball_loss_0.9', 'tweedie_deviance_1.5', 'tweedie_deviance_3'],
};
const METRICS = TASKS.flatMap((task) =>
  [...metricNames(task), ...FAMILIES[task]]
    .flatMap((name) => findMetric(name, task) ?? [])
    .map((metric): [string, MetricTask, Metric] => [metric.name, task, metric]),
);
/** The width that its slope is taken over follows from the number of rows, whatever these weigh. */
const BY_ROWS = 'median_absolute_error';

interface Parts {
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly classes: number;
  readonly weights: readonly number[] | null;
}

function partsOf(task: MetricTask, weights: readonly number[] | null = null): Parts {
  if (task === 'binary-classification') return { labels: data.label, scores: data.candidate, classes: 2, weights };
  if (task === 'multiclass-classification') return { labels: data.kind, scores: data.shares, classes: 4, weights };
  return { labels: data.amount, scores: data.expectedAmount, classes: 1, weights };
}

function rowsOf({ labels, scores, classes, weights }: Parts): ScoredRows {
  return scoredRows({
    labels: Float64Array.from(labels),
    scores: Float64Array.from(scores),
    weights: weights === null ? null : Float64Array.from(weights),
    classes,
  });
}

/** The rows at these places. */
function picked({ labels, scores, classes, weights }: Parts, at: readonly number[]): Parts {
  const stride = classes > 2 ? classes : 1;
  return {
    labels: at.map((row) => labels[row] ?? 0),
    scores: at.flatMap((row) => scores.slice(row * stride, (row + 1) * stride)),
    classes,
    weights: weights && at.map((row) => weights[row] ?? 0),
  };
}

function estimateOf(metric: Metric, parts: Parts) {
  const found = metric.estimate(rowsOf(parts), options);
  if (found.kind === 'undefined') throw new Error(`${metric.name}: ${found.reason}`);
  return { value: found.value, bias: found.bias ?? 0, influence: found.influence() };
}

function expectClose(actual: Float64Array, expected: readonly number[]): void {
  const size = Math.max(...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  actual.forEach((part, row) => {
    expect(Math.abs(part - (expected[row] ?? 0)), `row ${row}`).toBeLessThanOrEqual(1e-9 * size);
  });
}

/** Places by a score of each row: the highest and the lowest ones, and some between, weigh nothing. */
function weightless({ labels, scores }: Parts): ReadonlySet<number> {
  const stride = scores.length / labels.length;
  const order = [...labels.keys()].sort((a, b) => (scores[a * stride] ?? 0) - (scores[b * stride] ?? 0));
  return new Set([...order.slice(0, 7), ...order.slice(-7), ...order.filter((row) => row % 11 === 0)]);
}

describe.each(METRICS)('%s of %s', (name, task, metric) => {
  const parts = partsOf(task);
  const all = parts.labels.map((_, row) => row);

  it('does not depend on the order of rows', () => {
    const mixed = all.map((row) => (row * 77 + 13) % all.length);
    for (const own of [parts, partsOf(task, data.weight)]) {
      const [before, after] = [estimateOf(metric, own), estimateOf(metric, picked(own, mixed))];
      expect(after.value).toBeCloseTo(before.value, 10);
      expect(after.bias).toBeCloseTo(before.bias, 10);
      if (before.influence.length > 0)
        expectClose(
          after.influence,
          mixed.map((row) => before.influence[row] ?? 0),
        );
    }
  });

  it('does not depend on the unit of weights, and equal ones are none', () => {
    const plain = estimateOf(metric, partsOf(task, data.weight));
    const tripled = estimateOf(
      metric,
      partsOf(
        task,
        data.weight.map((weight) => 3e-9 * weight),
      ),
    );
    expect(tripled.value).toBeCloseTo(plain.value, 10);
    expectClose(tripled.influence, [...plain.influence]);
    const [none, equal] = [
      estimateOf(metric, parts),
      estimateOf(
        metric,
        partsOf(
          task,
          all.map(() => 2),
        ),
      ),
    ];
    expect(equal.value).toBeCloseTo(none.value, 10);
    expectClose(equal.influence, [...none.influence]);
  });

  it.skipIf(name === 'max_error')(
    'takes rows that weigh nothing for none (skipped: max_error, which has no weights)',
    () => {
      const without = weightless(parts);
      const kept = all.filter((row) => !without.has(row));
      const weights = all.map((row) => (without.has(row) ? 0 : (data.weight[row] ?? 0)));
      const [whole, part] = [
        estimateOf(metric, { ...parts, weights }),
        estimateOf(metric, picked({ ...parts, weights }, kept)),
      ];
      expect(whole.value).toBeCloseTo(part.value, 10);
      expect(whole.bias).toBeCloseTo(part.bias, 10);
      if (part.influence.length === 0 || name === BY_ROWS) return;
      const scale = all.length / kept.length;
      const expected = all.map(() => 0);
      kept.forEach((row, i) => {
        expected[row] = scale * (part.influence[i] ?? 0);
      });
      expectClose(whole.influence, expected);
    },
  );

  it.skipIf(name === 'calibration_slope')(
    'is best for predictions without an error (skipped: no slope is the best)',
    () => {
      const { labels, classes } = parts;
      const perfect = labels.flatMap((label) =>
        classes > 2 ? Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0)) : [label],
      );
      const { value, influence } = estimateOf(metric, { ...parts, scores: perfect });
      const [lowest, highest] = metric.range;
      expect(value).toBeCloseTo(metric.direction === 'higher-is-better' ? highest : lowest, 12);
      for (const part of influence) expect(Math.abs(part)).toBeLessThan(1e-12);
      const own = estimateOf(metric, parts).value;
      expect(own).toBeGreaterThan(lowest);
      expect(own).toBeLessThan(highest);
    },
  );

  it('says why it has no value without rows', () => {
    const found = metric.estimate(rowsOf({ ...parts, labels: [], scores: [] }), options);
    expect(found).toEqual({ kind: 'undefined', reason: expect.stringMatching(/^[a-z].*[a-z0-9]$/) });
  });
});
