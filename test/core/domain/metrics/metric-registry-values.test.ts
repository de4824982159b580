import { describe, expect, it } from 'vitest';
import { standardErrorOf } from '../../../../core/domain/inference/standard-error.ts';
import type { MetricEstimate, MetricTask, ScoredRows } from '../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { pinballLoss, tweedieDeviance } from '../../../../core/domain/metrics/regression-losses.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import golden from '../../../golden/metrics.json' with { type: 'json' };

const options = { decisionThreshold: 0.5 };
const { rows: data } = golden;
const weight = Float64Array.from(data.weight);

function rowsOf(name: string, task: MetricTask, weights: Float64Array | null): ScoredRows {
  if (task === 'binary-classification') return made(data.label, data.candidate, 2, weights);
  if (task === 'multiclass-classification') return made(data.kind, data.shares, 4, weights);
  return golden.positive.includes(name)
    ? made(data.amount, data.expectedAmount, 1, weights)
    : made(data.target, data.prediction, 1, weights);
}

function made(labels: readonly number[], scores: readonly number[], classes: number, weights: Float64Array | null) {
  return scoredRows({ labels: Float64Array.from(labels), scores: Float64Array.from(scores), weights, classes });
}

const days = { kind: 'clusters', ids: Uint32Array.from(data.day), count: 12 } as const;

function estimateOf(name: string, task: MetricTask, weights: Float64Array | null = null): MetricEstimate {
  const found = findMetric(name, task)?.estimate(rowsOf(name, task, weights), options);
  if (found?.kind !== 'estimate') throw new Error(`no value of ${name}: ${found?.reason}`);
  return found;
}

function close(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)));
}

describe.each([
  ['binary-classification', golden.binary],
  ['multiclass-classification', golden.multiclass],
  ['regression', golden.regression],
] as const)('metrics of %s', (task, expected) => {
  const cases = Object.entries(expected);
  it.each(cases)('%s equals scikit-learn to 1e-9', (name, { value }) => {
    close(estimateOf(name, task).value, value);
  });

  it.each(cases)('%s equals scikit-learn with sample weights', (name, { weighted }) => {
    close(estimateOf(name, task, weight).value, weighted);
  });

  it.each(cases)('%s has the influences that row weights give', (name, { influence, weightedInfluence }) => {
    const scale = Math.max(1, ...influence.map(Math.abs));
    estimateOf(name, task)
      .influence()
      .forEach((part, row) => {
        expect(Math.abs(part - (influence[row] ?? Number.NaN)) / scale, `row ${row}`).toBeLessThan(1e-4);
      });
    estimateOf(name, task, weight)
      .influence()
      .forEach((part, row) => {
        expect(Math.abs(part - (weightedInfluence[row] ?? Number.NaN)) / scale, `weighted ${row}`).toBeLessThan(1e-4);
      });
  });

  it.each(cases)('%s has a clustered error near the delete-a-day jackknife', (name, { jackknife }) => {
    const { labels, weights } = rowsOf(name, task, null);
    const { standardError } = standardErrorOf(estimateOf(name, task), { sampling: days, labels, weights });
    expect(standardError / jackknife).toBeGreaterThan(0.8);
    expect(standardError / jackknife).toBeLessThan(1.2);
  });

  it.each(cases)('%s has influences that sum to 0, weighted or not', (name) => {
    for (const weights of [null, weight]) {
      const influence = estimateOf(name, task, weights).influence();
      const size = influence.reduce((sum, part) => sum + Math.abs(part), 0);
      expect(Math.abs(influence.reduce((sum, part) => sum + part, 0))).toBeLessThan(1e-9 * size);
    }
  });
});

describe.each([
  ['binary-classification', golden.binaryValues],
  ['multiclass-classification', golden.multiclassValues],
  ['regression', golden.regressionValues],
] as const)('values of %s', (task, expected) => {
  it.each(Object.entries(expected))('%s equals the reference', (name, { value, weighted }) => {
    close(estimateOf(name, task).value, value);
    if (weighted !== null) close(estimateOf(name, task, weight).value, weighted);
  });
});

describe.each(Object.entries(golden.edges))('on %s', (_, { labels, scores, values }) => {
  it.each(Object.entries(values))('%s equals scikit-learn or says why it has no value', (name, value) => {
    const found = findMetric(name, 'binary-classification')?.estimate(made(labels, scores, 2, null), options);
    if (found?.kind === 'estimate' && value !== null) close(found.value, value);
    // scikit-learn warns and gives a number (0, or 1 for log loss of nothing) where there is none.
    else expect(found).toMatchObject({ kind: 'undefined', reason: expect.stringMatching(/./) });
  });
});

describe.each(Object.entries(golden.absentClasses))('of %s', (_, { labels, shares, values, influence }) => {
  const influences = Object.entries(influence);
  const found = (name: string) => {
    const one = findMetric(name, 'multiclass-classification')?.estimate(made(labels, shares, 4, null), options);
    if (one?.kind !== 'estimate') throw new Error(`no value of ${name}: ${one?.reason}`);
    return one;
  };
  it.each(Object.entries(values))('%s equals scikit-learn', (name, value) => close(found(name).value, value));
  it.each(influences)('%s has the influences that row weights give', (name, parts) => {
    const own = found(name).influence();
    parts.forEach((part, row) => {
      expect(own[row], `row ${row}`).toBeCloseTo(part, 5);
    });
  });
});

describe.each(Object.entries(golden.edgeLosses))('of %s', (_, { labels, scores, values }) => {
  it.each(Object.entries(values))('%s equals scikit-learn or says why it has no value', (name, value) => {
    const found = findMetric(name, 'regression')?.estimate(made(labels, scores, 1, null), options);
    const reason = ['r2', 'explained_variance'].includes(name)
      ? 'all labels are equal'
      : 'labels or predictions are outside the range of this metric';
    if (value === null) expect(found).toEqual({ kind: 'undefined', reason });
    else if (found?.kind === 'estimate') close(found.value, value);
    else throw new Error(found?.reason);
  });
});

describe('log_loss', () => {
  it('keeps probabilities within the machine epsilon of 0 and 1', () => {
    const of = (scores: readonly number[]) => {
      const found = findMetric('log_loss', 'binary-classification')?.estimate(made([1, 0], scores, 2, null), options);
      return found?.kind === 'estimate' ? found.value : Number.NaN;
    };
    // -log(1 - 2^-52) and -log(2^-52).
    expect(of([1, 0])).toBeCloseTo(2 ** -52, 30);
    expect(of([0, 1])).toBeCloseTo(52 * Math.LN2, 12);
  });
});

describe('tweedieDeviance', () => {
  it('of 1 and 2 are those of Poisson and Gamma', () => {
    expect(tweedieDeviance(1)).toMatchObject({ name: 'poisson_deviance', title: 'Poisson deviance' });
    expect(tweedieDeviance(2)).toMatchObject({ name: 'gamma_deviance', title: 'Gamma deviance' });
  });
});

describe('pinballLoss', () => {
  it('of a half has a name of its own', () => {
    expect(pinballLoss(0.5)).toMatchObject({ name: 'pinball_loss', title: 'Pinball loss' });
    expect(pinballLoss(0.1)).toMatchObject({ name: 'pinball_loss_0.1', title: 'Pinball loss (0.1)' });
  });
});

describe('metrics that rest on single rows', () => {
  it.each([
    ['ece', 'binary-classification'],
    ['recall_at_precision_0.6', 'binary-classification'],
    ['max_error', 'regression'],
  ] as const)('%s gives no interval, and says what to gate on', (name, task) => {
    expect(estimateOf(name, task).withoutInterval).toContain('gate on');
  });
});

describe('precision_at_recall', () => {
  it('has influences that sum to 0', () => {
    for (const weights of [null, weight]) {
      const influence = estimateOf('precision_at_recall_0.8', 'binary-classification', weights).influence();
      expect(Math.abs(influence.reduce((sum, part) => sum + part, 0))).toBeLessThan(1e-6);
    }
  });
});

describe('weights', () => {
  it('of 2 are the row twice', () => {
    const twice = scoredRows({
      labels: Float64Array.from([...data.label, ...data.label]),
      scores: Float64Array.from([...data.candidate, ...data.candidate]),
      weights: null,
      classes: 2,
    });
    const weights = new Float64Array(data.label.length).fill(2);
    for (const name of Object.keys(golden.binary)) {
      const found = findMetric(name, 'binary-classification')?.estimate(twice, options);
      if (found?.kind === 'estimate') close(estimateOf(name, 'binary-classification', weights).value, found.value);
    }
  });
});

describe('standardErrorOf', () => {
  it('is that of DeLong for the value and the paired difference of ROC AUC by rows', () => {
    const candidate = estimateOf('roc_auc', 'binary-classification');
    const rows = made(data.label, data.champion, 2, null);
    const champion = findMetric('roc_auc', 'binary-classification')?.estimate(rows, options);
    if (champion?.kind !== 'estimate') throw new Error('no value');
    const [first, second] = [candidate.influence(), champion.influence()];
    const difference = { ...candidate, influence: () => first.map((part, i) => part - (second[i] ?? 0)) };
    const population = { sampling: { kind: 'rows' }, labels: rows.labels, weights: null } as const;
    const errors = [candidate, difference].map((one) => standardErrorOf(one, population).standardError);
    expect(Math.abs((errors[0] ?? 0) - golden.delong.value)).toBeLessThan(1e-12);
    expect(Math.abs((errors[1] ?? 0) - golden.delong.difference)).toBeLessThan(1e-12);
  });

  it('has G - 1 degrees of freedom for equal clusters, and fewer for unequal ones', () => {
    const influence = Float64Array.from({ length: 240 }, (_, i) => Math.sin(i));
    const of = (ids: Uint32Array) =>
      standardErrorOf(
        { influence: () => influence, byClass: false },
        { sampling: { kind: 'clusters', ids, count: 12 }, labels: influence, weights: null },
      );
    const equal = of(Uint32Array.from({ length: 240 }, (_, i) => i % 12));
    expect(equal.degreesOfFreedom).toBeCloseTo(11, 9);
    const unequal = of(Uint32Array.from({ length: 240 }, (_, i) => (i < 120 ? 0 : i % 12)));
    expect(unequal.degreesOfFreedom).toBeLessThan(3);
  });
});
