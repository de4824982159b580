import { describe, expect, it } from 'vitest';
import { judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';
import { contrast } from '../../../../core/domain/inference/contrast.ts';
import {
  contrastWithFolds,
  foldReach,
  meanOfFolds,
  uncertaintyWithFolds,
} from '../../../../core/domain/inference/fold-error.ts';
import { reachOf, uncertaintyOf } from '../../../../core/domain/inference/interval.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import type { Uncertainty } from '../../../../core/domain/inference/uncertainty.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import golden from '../../../golden/folds.json' with { type: 'json' };

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Metrics of the rows of a fold as their textbooks have them: of labels and scores. */
const METRICS = {
  accuracy: (rows: Pairs) => mean(rows.map(([label, score]) => (score >= 0.5 === (label === 1) ? 1 : 0))),
  brier_score: (rows: Pairs) => mean(rows.map(([label, score]) => (score - label) ** 2)),
  mae: (rows: Pairs) => mean(rows.map(([label, score]) => Math.abs(score - label))),
  rmse: (rows: Pairs) => Math.sqrt(mean(rows.map(([label, score]) => (score - label) ** 2))),
};
type Pairs = readonly (readonly [number, number])[];

/** A metric of each fold, and the most rows that a fold tests for each row trained on. */
function byFold(labels: readonly number[], table: readonly (readonly number[])[], metric: (rows: Pairs) => number) {
  const parts = new Map<number, [number, number][]>();
  for (const [row = 0, fold = 0, score = 0] of table) {
    parts.set(fold, [...(parts.get(fold) ?? []), [labels[row] ?? Number.NaN, score]]);
  }
  const most = Math.max(...[...parts.values()].map((rows) => rows.length));
  return { values: [...parts.values()].map(metric), testShare: most / (labels.length - most) };
}

const CASES = (
  [
    ['kFold', 'accuracy'],
    ['kFold', 'brier_score'],
    ['repeated', 'accuracy'],
    ['repeated', 'brier_score'],
    ['regression', 'mae'],
    ['regression', 'rmse'],
  ] as const
).map(([study, name]) => {
  const { labels, candidate, champion, metrics } = golden[study];
  const [own, other] = [byFold(labels, candidate, METRICS[name]), byFold(labels, champion, METRICS[name])];
  const expected = new Map(Object.entries(metrics)).get(name);
  if (expected === undefined) throw new Error(name);
  return { study, name, own, other, expected };
});

const WITHOUT = { kind: 'rows' } as const;
const ROWS = 100;
const rows: Population = { sampling: WITHOUT, labels: new Float64Array(ROWS), weights: null };
const few: Population = { ...rows, labels: new Float64Array(5) };

/** An estimate whose rows vary by as much. */
function pooled(value: number, spread: number, period = 2): MetricEstimate {
  const influence = () =>
    Float64Array.from({ length: ROWS }, (_, row) => (row % (2 * period) < period ? spread : -spread));
  return { kind: 'estimate', value, influence, byClass: false };
}

function folded(values: readonly number[], testShare: number, of: MetricEstimate): MetricEstimate {
  return { ...of, value: mean(values), folds: { values: Float64Array.from(values), testShare, pooled: of } };
}

function estimated(found: Uncertainty) {
  if (found.kind !== 'estimated') throw new Error(found.kind);
  return found;
}

describe('foldReach', () => {
  it.each(CASES)('is that of Nadeau and Bengio by SciPy: $study, $name', ({ own, other, expected }) => {
    const half = (values: readonly number[]) =>
      foldReach({ values: Float64Array.from(values), testShare: own.testShare }, 0.95);
    expect(half(own.values)).toBeCloseTo(expected.candidate.half, 10);
    expect(half(other.values)).toBeCloseTo(expected.champion.half, 10);
    const differences = own.values.map((value, fold) => value - (other.values[fold] ?? Number.NaN));
    expect(half(differences)).toBeCloseTo(expected.difference.half, 10);
  });

  it.each([0.5, 0.8, 0.95, 0.99])('of two folds is by the quantile of Cauchy at level %d', (level) => {
    // Student's t with one degree of freedom.
    const quantile = Math.tan((Math.PI * level) / 2);
    const found = foldReach({ values: Float64Array.of(0.2, 0.6), testShare: 0.25 }, level);
    expect(found / (quantile * Math.sqrt((1 / 2 + 0.25) * 0.08))).toBeCloseTo(1, 10);
  });

  it('is infinite of a single fold, and 0 of folds that agree', () => {
    expect(foldReach({ values: Float64Array.of(0.7), testShare: 0.25 }, 0.95)).toBe(Number.POSITIVE_INFINITY);
    expect(foldReach({ values: Float64Array.of(0.5, 0.5, 0.5), testShare: 0.25 }, 0.95)).toBe(0);
  });
});

describe('meanOfFolds', () => {
  it.each(CASES)('is the plain mean: $study, $name', ({ own, expected }) => {
    expect(meanOfFolds(Float64Array.from(own.values))).toBeCloseTo(expected.candidate.mean, 12);
  });

  it('is no number of no fold', () => {
    expect(meanOfFolds(new Float64Array())).toBeNaN();
  });
});

describe('uncertaintyWithFolds', () => {
  const values = [0.4, 0.5, 0.6, 0.9];

  it('is that of the rows without folds', () => {
    const estimate = pooled(0.5, 0.3);
    expect(uncertaintyWithFolds(estimate, rows)).toEqual(uncertaintyOf(estimate, rows));
  });

  it.each([
    ['rows', 100],
    ['folds', 0.01],
  ])('reaches as far as the wider of both: that of the %s', (wider, spread) => {
    const estimate = folded(values, 0.25, pooled(0.5, spread));
    const found = estimated(uncertaintyWithFolds(estimate, rows));
    const ofRows = estimated(uncertaintyOf(pooled(0.5, spread), rows));
    for (const level of [0.8, 0.95, 0.99]) {
      const ofFolds = foldReach({ values: Float64Array.from(values), testShare: 0.25 }, level);
      const half = wider === 'folds' ? ofFolds : reachOf(ofRows, level).below;
      expect(half).toBe(Math.max(ofFolds, reachOf(ofRows, level).below));
      expect(reachOf(found, level)).toEqual({ below: half, above: half });
    }
    expect(found.method).toBe(`${ofRows.method}, at least Nadeau-Bengio over 4 folds`);
  });

  it('is not known where that of the rows is not, whatever the folds say', () => {
    const found = uncertaintyWithFolds(folded(values, 0.25, pooled(0.5, 0.3)), few);
    expect(found).toEqual(uncertaintyOf(pooled(0.5, 0.3), few));
    expect(found.kind).toBe('unknown');
  });
});

describe('contrastWithFolds', () => {
  const weights = { candidate: 2, champion: -3, constant: 0.5 };
  const [own, other] = [
    [0.4, 0.5, 0.6, 0.9],
    [0.5, 0.3, 0.6, 0.2],
  ];
  /** Pooled values differ from the means of folds. */
  const pairOf = (spread: number) => ({
    candidate: folded(own, 0.25, pooled(0.55, spread)),
    champion: folded(other, 0.5, pooled(0.35, spread, 1)),
    identical: false,
  });

  it.each([
    ['rows', 100],
    ['folds', 0.01],
  ])('is of the means of folds, and reaches as far as the wider of both: that of the %s', (wider, spread) => {
    const pair = pairOf(spread);
    const found = contrastWithFolds(pair, weights, rows);
    expect(found.value).toBeCloseTo(2 * 0.6 - 3 * 0.4 + 0.5, 12);
    const rest = { candidate: pooled(0.55, spread), champion: pooled(0.35, spread, 1), identical: false };
    const ofRows = estimated(contrast(rest, weights, rows).uncertainty);
    const combined = own.map((value, fold) => 2 * value - 3 * (other[fold] ?? Number.NaN));
    for (const level of [0.8, 0.95]) {
      const ofFolds = foldReach({ values: Float64Array.from(combined), testShare: 0.25 }, level);
      const half = wider === 'folds' ? ofFolds : reachOf(ofRows, level).above;
      expect(half).toBeCloseTo(Math.max(ofFolds, reachOf(ofRows, level).above), 10);
      expect(reachOf(estimated(found.uncertainty), level).above).toBeCloseTo(half, 10);
    }
    expect(estimated(found.uncertainty).method).toBe(`${ofRows.method}, at least Nadeau-Bengio over 4 folds`);
  });

  it.each(CASES)('of two models is the difference that SciPy has: $study, $name', ({ own, other, expected }) => {
    const pair = {
      candidate: folded(own.values, own.testShare, pooled(0, 1e-6)),
      champion: folded(other.values, other.testShare, pooled(0, 1e-6, 1)),
      identical: false,
    };
    const found = contrastWithFolds(pair, { candidate: 1, champion: -1, constant: 0 }, rows);
    expect(found.value).toBeCloseTo(expected.difference.mean, 10);
    expect(reachOf(estimated(found.uncertainty), 0.95).below).toBeCloseTo(expected.difference.half, 10);
  });

  it('is exact of identical predictions', () => {
    const one = pairOf(1).candidate;
    const pair = { candidate: one, champion: one, identical: true };
    expect(contrastWithFolds(pair, { candidate: 1, champion: -1, constant: 0 }, rows)).toEqual({
      value: 0,
      uncertainty: { kind: 'exact', method: 'identical predictions' },
    });
  });

  it('is that of the rows where either model has no folds', () => {
    const pair = pairOf(1);
    const plain = pooled(0.7, 1);
    for (const one of [
      { ...pair, candidate: plain },
      { ...pair, champion: plain },
      { ...pair, candidate: plain, champion: pooled(0.2, 1, 1) },
    ]) {
      expect(contrastWithFolds(one, weights, rows)).toEqual(contrast(one, weights, rows));
    }
  });

  it('decides nothing where a fold of one model has no counterpart', () => {
    const pair = { ...pairOf(0.01), champion: folded(other.slice(1), 0.25, pooled(0.35, 0.01, 1)) };
    for (const constant of [1000, -1000]) {
      const found = contrastWithFolds(pair, { ...weights, constant }, rows);
      const evidence = { ...found, reading: { scale: 1, shift: 0 }, rows: ROWS };
      expect(judgeEvidence(evidence, 0.95).verdict).toBe('inconclusive');
    }
  });
});
