import { describe, expect, it } from 'vitest';
import { uncertaintyOf } from '../../../../core/domain/inference/interval.ts';
import type { MetricEstimate, MetricTask } from '../../../../core/domain/metrics/metric.ts';
import { findMetric, metricNames } from '../../../../core/domain/metrics/metric-registry.ts';
import { BINARY, decidedRows, found, MULTICLASS, metric, options, rowsOf } from './metric-rows.ts';

function estimate(name: string, task: MetricTask, rows: ReturnType<typeof rowsOf>): MetricEstimate {
  const one = found(name, task, rows);
  if (one.kind === 'undefined') throw new Error(one.reason);
  return one;
}
const times = (count: number, value: number): readonly number[] => Array<number>(count).fill(value);

// 100 rows: of 30 with label 1 25 are decided so, of 70 with label 0 10.
const labels = [...times(30, 1), ...times(70, 0)];
const scores = labels.map((_, row) => (row < 25 || row >= 90 ? 0.6 : 0.4) + row / 10_000);
const binary = rowsOf(labels, scores);
/** Labels the other way round: 70 rows with label 1. */
const mostly1 = rowsOf(
  labels.map((label) => 1 - label),
  scores,
);
const weighted = rowsOf(
  labels,
  scores,
  labels.map((_, row) => 1 + (row % 3)),
);

describe('what estimates rest on', () => {
  const smaller = { rows: 30, what: 'rows of the smaller class' };
  const smallest = { rows: 30, what: 'rows of the smallest class' };
  const counts = (rows: number) => ({ rows, what: 'rows that it counts' });
  it.each([
    { name: 'roc_auc', support: smaller },
    { name: 'log_loss', support: smaller },
    { name: 'brier_score', support: smaller },
    { name: 'calibration_slope', support: smaller },
    { name: 'precision_at_recall_0.5', support: smaller },
    { name: 'balanced_accuracy', support: smallest },
    { name: 'mcc', support: smallest },
    { name: 'cohen_kappa', support: smallest },
    { name: 'f1', support: smallest },
    { name: 'fbeta_2', support: smallest },
  ])('$name: rows of the smaller class, weighted or not', ({ name, support }) => {
    for (const rows of [binary, mostly1, weighted]) expect(estimate(name, BINARY, rows).support).toEqual(support);
  });

  it('average precision: rows with label 1', () => {
    const of = (rows: typeof binary) => estimate('average_precision', BINARY, rows).support;
    expect(of(binary)).toEqual({ rows: 30, what: 'rows with label 1' });
    expect(of(mostly1)).toEqual({ rows: 70, what: 'rows with label 1' });
  });

  it('proportions: the rows that they count', () => {
    const of = (name: string, rows: typeof binary) => estimate(name, BINARY, rows).support;
    expect(of('accuracy', binary)).toEqual(counts(100));
    expect(of('precision', binary)).toEqual(counts(35));
    expect(of('recall', binary)).toEqual(counts(30));
    expect(of('specificity', binary)).toEqual(counts(70));
    expect(of('recall', weighted)).toEqual(counts(30));
  });

  it('of several classes: the smallest one, and nothing where rows have a loss each', () => {
    const rows = decidedRows([...times(5, 0), ...times(9, 1), ...times(4, 2)], [...times(6, 0), ...times(12, 1)]);
    for (const name of ['balanced_accuracy', 'mcc', 'f1_macro', 'recall_weighted', 'roc_auc_ovr', 'roc_auc_ovo']) {
      expect(estimate(name, MULTICLASS, rows).support, name).toEqual({ rows: 4, what: 'rows of the smallest class' });
    }
    expect(estimate('average_precision_macro', MULTICLASS, rows).support?.rows).toBe(4);
    expect(estimate('accuracy', MULTICLASS, rows).support).toEqual(counts(18));
    expect(estimate('log_loss', MULTICLASS, rows).support).toBeUndefined();
    expect(estimate('mae', 'regression', binary).support).toBeUndefined();
  });

  it('rows are sampled within each class for ROC AUC without weights alone', () => {
    const by = (task: MetricTask, rows: typeof binary) =>
      [...metricNames(task), 'precision_at_recall_0.5', 'recall_at_precision_0.5']
        .flatMap((name) => findMetric(name, task)?.estimate(rows, options) ?? [])
        .filter((one) => one.kind === 'estimate' && one.byClass).length;
    expect(estimate('roc_auc', BINARY, binary).byClass).toBe(true);
    expect(by(BINARY, binary)).toBe(1);
    expect(by(BINARY, weighted)).toBe(0);
    expect(by('regression', binary)).toBe(0);
    expect(by(MULTICLASS, decidedRows([0, 1, 2, 0, 1, 2], [0, 1, 2, 1, 1, 0]))).toBe(0);
  });
});

describe('outcomes', () => {
  // Right 1, missed 1, false alarm, right 0.
  const four = rowsOf([1, 1, 0, 0], [0.9, 0.1, 0.9, 0.1]);
  it.each([
    { name: 'accuracy', expected: [1, 0, 0, 1] },
    { name: 'precision', expected: [1, 2, 0, 2] },
    { name: 'recall', expected: [1, 0, 2, 2] },
    { name: 'specificity', expected: [2, 2, 0, 1] },
  ])('of $name say which rows count, and which of them are successes', ({ name, expected }) => {
    const { outcomes, value } = estimate(name, BINARY, four);
    expect([...(outcomes?.() ?? [])]).toEqual(expected);
    const counted = expected.filter((outcome) => outcome < 2);
    expect(value).toBe(counted.filter((outcome) => outcome === 1).length / counted.length);
    expect(estimate(name, BINARY, rowsOf([1, 1, 0, 0], [0.9, 0.1, 0.9, 0.1], [1, 2, 3, 4])).outcomes).toBeUndefined();
  });

  it('of accuracy are there for several classes too, and of nothing else', () => {
    const rows = decidedRows([0, 1, 2, 2, 1], [0, 2, 2, 1, 1]);
    expect([...(estimate('accuracy', MULTICLASS, rows).outcomes?.() ?? [])]).toEqual([1, 0, 1, 0, 1]);
    expect(estimate('recall_macro', MULTICLASS, rows).outcomes).toBeUndefined();
    expect(estimate('f1', BINARY, four).outcomes).toBeUndefined();
  });

  it('are of the threshold that is asked for', () => {
    const of = (decisionThreshold: number) => {
      const one = metric('recall', BINARY).estimate(four, { decisionThreshold });
      return one.kind === 'estimate' && [...(one.outcomes?.() ?? [])];
    };
    expect(of(0.05)).toEqual([1, 1, 2, 2]);
    expect(of(0.95)).toEqual([0, 0, 2, 2]);
    expect(of(0.05)).toEqual([1, 1, 2, 2]);
    // A score of exactly the threshold counts as 1.
    expect(of(0.9)).toEqual([1, 0, 2, 2]);
  });
});

describe('the worst value at a share of errors', () => {
  const perfect = rowsOf(
    labels,
    labels.map((label) => (label === 1 ? 0.9 : 0.1)),
  );
  it.each([
    // A tenth of 100 rows: of the 30, or of the 70.
    { name: 'accuracy', trials: 100, at: 0.1, worst: 0.9 },
    { name: 'precision', trials: 30, at: 0.1, worst: 0.9 },
    { name: 'recall', trials: 30, at: 0.1, worst: 0.9 },
    { name: 'specificity', trials: 70, at: 0.1, worst: 0.9 },
    { name: 'roc_auc', trials: 30, at: 0.1, worst: 0.9 },
    { name: 'balanced_accuracy', trials: 100, at: 0.1, worst: (20 / 30 + 1) / 2 },
    // 20 hits of 30 rows and 20 decisions, against 30 hits of 30 and 40.
    { name: 'f1', trials: 100, at: 0.1, worst: 40 / 50 },
    // 60 of 70 right, and all of the 30: 0.9 observed, 0.4 * 0.3 + 0.6 * 0.7 expected; against 0.2 * 0.3 + 0.8 * 0.7.
    { name: 'cohen_kappa', trials: 100, at: 0.1, worst: (0.9 - 0.62) / (1 - 0.62) },
    // (tp tn - fp fn) over the root of the margins, 20, 70, 0 and 10.
    { name: 'mcc', trials: 100, at: 0.1, worst: 1400 / Math.sqrt(20 * 30 * 70 * 80) },
    // No more than all 30.
    { name: 'balanced_accuracy', trials: 100, at: 0.5, worst: 0.5 },
    // Then all rows have the same prediction, which has no value.
    { name: 'mcc', trials: 100, at: 0.5, worst: 0 },
  ])('of $name at $at is $worst', ({ name, trials, at, worst }) => {
    const { edge, value } = estimate(name, BINARY, perfect);
    expect(value).toBe(1);
    expect(edge?.trials).toBe(trials);
    expect(edge?.worst(at)).toBeCloseTo(worst, 12);
    expect(edge?.worst(0)).toBeCloseTo(1, 12);
  });

  it('of MCC, kappa and means over classes is there for any number of them: without an error they are exactly 1', () => {
    for (let classes = 3; classes <= 20; classes++) {
      const own = Array.from({ length: 26 * classes }, (_, row) => row % classes);
      const rows = decidedRows(own, own, classes);
      for (const name of ['mcc', 'cohen_kappa', 'balanced_accuracy', 'f1_macro', 'f1_weighted', 'recall_macro']) {
        expect(estimate(name, MULTICLASS, rows).value, `${name} of ${classes}`).toBe(1);
      }
    }
  });

  it('of weighted ROC AUC is there too, and the value no more than 1', () => {
    for (let seed = 0; seed < 60; seed++) {
      const weights = labels.map((_, row) => 0.1 + ((row * 37 + seed * 11) % 101) / 97);
      const one = estimate(
        'roc_auc',
        BINARY,
        rowsOf(
          labels,
          labels.map((label, row) => label + (row % 17) / 100),
          weights,
        ),
      );
      expect(one.value).toBeLessThanOrEqual(1);
      const population = {
        sampling: { kind: 'rows' },
        labels: binary.labels,
        weights: Float64Array.from(weights),
      } as const;
      expect(uncertaintyOf(one, population)).toMatchObject({ kind: 'estimated', method: 'exact bound for no errors' });
    }
  });

  it('of ROC AUC has as many trials as rows of the smaller class', () => {
    expect(estimate('roc_auc', BINARY, mostly1).edge?.trials).toBe(30);
  });

  it('of values with errors counts these too', () => {
    // Ten more of the 30 wrong, next to five; the other way round ten more of the 70.
    const { edge } = estimate('balanced_accuracy', BINARY, binary);
    expect(edge?.worst(0.1)).toBeCloseTo(Math.min((15 / 30 + 60 / 70) / 2, (25 / 30 + 50 / 70) / 2), 12);
  });

  it('of several classes is that of the class which costs most, decided for the next one', () => {
    const three = [...times(10, 0), ...times(20, 1), ...times(30, 2)];
    const { edge } = estimate('f1_macro', MULTICLASS, decidedRows(three, three));
    // Six rows of 60: of class 0 four are left, and class 1 has 26 decisions: (8 / 14 + 40 / 46 + 1) / 3.
    expect(edge?.worst(0.1)).toBeCloseTo((8 / 14 + 40 / 46 + 1) / 3, 12);
    const { edge: ofRecall } = estimate('recall_macro', MULTICLASS, decidedRows(three, three));
    expect(ofRecall?.worst(0.1)).toBeCloseTo((0.4 + 1 + 1) / 3, 12);
  });
});

describe('what is computed of sums', () => {
  it.each([
    ['roc_auc', 'roc-auc'],
    ['average_precision', 'average-precision'],
    ['log_loss', 'log-loss'],
    ['brier_score', 'squared-error'],
    ['accuracy', 'confusion'],
    ['f1', 'confusion'],
    ['precision', 'confusion'],
  ])('%s is, as %s', (name, kind) => {
    expect(metric(name, BINARY).aggregated?.kind).toBe(kind);
  });

  it('of decisions is by the confusion, of two classes alone', () => {
    const { aggregated } = metric('fbeta_2', BINARY);
    if (aggregated?.kind !== 'confusion') throw new Error(aggregated?.kind);
    // 1 missed of 5, 3 false alarms: 5 * 4 / (4 * 5 + 7).
    expect(aggregated.of({ classes: 2, counts: Float64Array.of(9, 3, 1, 4) })).toMatchObject({ value: 20 / 27 });
    expect(metric('fbeta_2', MULTICLASS).aggregated?.kind).toBe('confusion');
  });

  it('losses are by their own function, and R² is not centred', () => {
    for (const name of [
      'mae',
      'mse',
      'mape',
      'smape',
      'pinball_loss_0.9',
      'poisson_deviance',
      'tweedie_deviance_1.5',
    ]) {
      const { aggregated, estimate: measured } = metric(name, 'regression');
      if (aggregated?.kind !== 'mean-loss') throw new Error(name);
      const one = measured(rowsOf([3], [2]), options);
      expect(aggregated.isRoot).toBe(false);
      expect(one).toMatchObject({ value: aggregated.loss(3, 2, 0) });
    }
    const rmse = metric('rmse', 'regression').aggregated;
    expect(rmse).toMatchObject({ kind: 'mean-loss', isRoot: true });
    expect(rmse?.kind === 'mean-loss' && rmse.loss(5, 2, 0)).toBe(9);
    expect(metric('r2', 'regression').aggregated).toEqual({ kind: 'explained-share', isCentred: false });
    expect(metric('explained_variance', 'regression').aggregated).toEqual({ kind: 'explained-share', isCentred: true });
  });

  it('each class against the rest is, and not what needs all rows at once', () => {
    expect(metric('roc_auc_ovr', MULTICLASS).aggregated).toEqual({ kind: 'mean-of-classes', of: 'roc-auc' });
    expect(metric('average_precision_macro', MULTICLASS).aggregated).toEqual({
      kind: 'mean-of-classes',
      of: 'average-precision',
    });
    expect(metric('roc_auc_ovo', MULTICLASS).aggregated).toEqual({ kind: 'mean-of-pairs' });
    for (const task of [BINARY, MULTICLASS] as const) expect(metric('ece', task).aggregated).toEqual({ kind: 'ece' });
    expect(metric('calibration_slope', BINARY).aggregated).toEqual({ kind: 'calibration-slope' });
    expect(metric('precision_at_recall_0.5', BINARY).aggregated).toEqual({ kind: 'precision-at-recall', recall: 0.5 });
    expect(metric('recall_at_precision_0.5', BINARY).aggregated).toEqual({
      kind: 'recall-at-precision',
      precision: 0.5,
    });
    expect(metric('median_absolute_error', 'regression').aggregated).toEqual({ kind: 'median-error' });
    expect(metric('max_error', 'regression').aggregated).toEqual({ kind: 'max-error' });
  });
});
