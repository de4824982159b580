import { describe, expect, it } from 'vitest';
import type { MetricEstimate, MetricTask } from '../../../../core/domain/metrics/metric.ts';
import { findMetric, metricNames } from '../../../../core/domain/metrics/metric-registry.ts';
import { standardErrorOf } from '../../../../core/domain/metrics/standard-error.ts';
import golden from '../../../golden/metrics.json' with { type: 'json' };

const options = { decisionThreshold: 0.5 };
const rows = {
  'binary-classification': {
    labels: Float64Array.from(golden.rows.label),
    scores: Float64Array.from(golden.rows.candidate),
  },
  regression: { labels: Float64Array.from(golden.rows.target), scores: Float64Array.from(golden.rows.prediction) },
};
const days = { kind: 'clusters', ids: Uint32Array.from(golden.rows.day), count: 12 } as const;

function estimateOf(name: string, task: MetricTask): MetricEstimate {
  const found = findMetric(name, task)?.estimate(rows[task], options);
  if (found?.kind !== 'estimate') throw new Error(`no value of ${name}`);
  return found;
}

describe.each([
  ['binary-classification', golden.binary],
  ['regression', golden.regression],
] as const)('metrics of %s', (task, expected) => {
  it.each(Object.entries(expected))('%s equals scikit-learn to 1e-9', (name, { value }) => {
    expect(Math.abs(estimateOf(name, task).value - value)).toBeLessThan(1e-9);
  });

  it.each(Object.entries(expected))('%s has the influences that row weights give', (name, { influence }) => {
    estimateOf(name, task).influence.forEach((part, row) => {
      expect(Math.abs(part - (influence[row] ?? Number.NaN)), `row ${row}`).toBeLessThan(1e-4);
    });
  });

  it.each(Object.entries(expected))(
    '%s has a clustered error near the delete-a-day jackknife',
    (name, { jackknife }) => {
      const { standardError } = standardErrorOf(estimateOf(name, task), days, rows[task].labels);
      expect(standardError / jackknife).toBeGreaterThan(0.85);
      expect(standardError / jackknife).toBeLessThan(1.15);
    },
  );
});

describe('standardErrorOf', () => {
  it('is that of DeLong for the value and the paired difference of ROC AUC by rows', () => {
    const { labels } = rows['binary-classification'];
    const candidate = estimateOf('roc_auc', 'binary-classification');
    const champion = findMetric('roc_auc', 'binary-classification')?.estimate(
      { labels, scores: Float64Array.from(golden.rows.champion) },
      options,
    );
    if (champion?.kind !== 'estimate') throw new Error('no value');
    const difference = {
      ...candidate,
      influence: candidate.influence.map((part, i) => part - (champion.influence[i] ?? 0)),
    };
    const errors = [candidate, difference].map((one) => standardErrorOf(one, { kind: 'rows' }, labels).standardError);
    expect(Math.abs((errors[0] ?? 0) - golden.delong.value)).toBeLessThan(1e-12);
    expect(Math.abs((errors[1] ?? 0) - golden.delong.difference)).toBeLessThan(1e-12);
  });
});

describe('metrics without a value', () => {
  const estimate = (name: string, labels: number[], scores: number[]) =>
    findMetric(name, 'binary-classification')?.estimate(
      { labels: Float64Array.from(labels), scores: Float64Array.from(scores) },
      options,
    );

  it.each([
    ['roc_auc', [1, 1], [0.2, 0.3]],
    ['average_precision', [0, 0], [0.2, 0.3]],
    ['log_loss', [], []],
    ['precision', [1, 0], [0.2, 0.3]],
    ['recall', [0, 0], [0.2, 0.7]],
  ] as const)('%s says why', (name, labels, scores) => {
    expect(estimate(name, [...labels], [...scores])).toMatchObject({ kind: 'undefined', reason: /./ });
  });

  it('ranks ties as half', () => {
    expect(estimate('roc_auc', [1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5])).toMatchObject({ value: 0.5 });
  });
});

describe('metricNames', () => {
  it('offers the metrics of the task and of the artifact', () => {
    expect(metricNames('regression')).toContain('rmse');
    expect(metricNames('regression')).toContain('artifact_size_bytes');
    expect(metricNames('regression')).not.toContain('roc_auc');
  });
});
