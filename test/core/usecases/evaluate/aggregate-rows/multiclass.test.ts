import { describe, expect, it } from 'vitest';
import type { AggregatedRows } from '../../../../../core/domain/aggregates/aggregated-rows.ts';
import { measureClasses } from '../../../../../core/domain/evaluation/measure-classes.ts';
import { measurePopulation } from '../../../../../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../../../../../core/domain/evaluation/population.ts';
import { findMetric } from '../../../../../core/domain/metrics/metric-registry.ts';
import {
  aggregate,
  boundsOf,
  expectAgreement,
  measureAggregates,
  planOf,
} from '../../../../../testkit/aggregated-rows.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';

const METRICS =
  'accuracy balanced_accuracy mcc cohen_kappa f1_macro precision_macro recall_macro f1_weighted precision_weighted recall_weighted log_loss brier_score roc_auc_ovr roc_auc_ovo average_precision_macro';
const plan = planOf('multiclass-classification', METRICS);

/** Probabilities of classes from noisy votes: class k has 2 ** -k of the rows. */
function drawClasses(rows: number, classes: number): ScoredPopulation {
  const random = seededRandom(21);
  const labels = new Float64Array(rows);
  const scores = [new Float64Array(rows * classes), new Float64Array(rows * classes)];
  for (let i = 0; i < rows; i++) {
    let label = 0;
    while (label < classes - 1 && random.uniform() < 0.5) label++;
    labels[i] = label;
    for (const [of, values] of scores.entries()) {
      const votes = Array.from({ length: classes }, (_, k) =>
        Math.exp((k === label ? 1.5 : 0) + (1 + 0.4 * of) * random.normal()),
      );
      const total = votes.reduce((sum, vote) => sum + vote, 0);
      votes.forEach((vote, k) => {
        values[i * classes + k] = vote / total;
      });
    }
  }
  const [candidate = new Float64Array(0), champion = null] = scores;
  return { labels, candidate, champion, weights: null, classes, sampling: { kind: 'rows' } };
}

describe('aggregates of several classes', () => {
  const ROWS = 300_000;

  it.each([
    ['rows that weigh the same', false],
    ['weighted rows', true],
  ])('agrees with rows in memory: %s', async (_, isWeighted) => {
    const drawn = drawClasses(ROWS, 4);
    const weights = isWeighted ? drawn.labels.map((label, i) => 1 + label + (i % 3)) : null;
    const population = { ...drawn, weights };
    const summed = await aggregate(population, plan);
    const bounds = boundsOf(summed, plan);
    expect([...bounds.keys()]).toEqual(['roc_auc_ovr', 'roc_auc_ovo', 'average_precision_macro']);
    expect(Math.max(...bounds.values())).toBeLessThan(3e-3);
    expectAgreement(summed, measurePopulation(population, plan), plan);
  });

  it('measures each class against the rest as rows in memory do', async () => {
    const population = drawClasses(ROWS, 3);
    const metrics = ['precision', 'recall', 'specificity', 'f1', 'roc_auc', 'average_precision'].flatMap(
      (name) => findMetric(name, 'binary-classification') ?? [],
    );
    const ofClasses = { ...plan, metrics };
    const exact = measureClasses(population, { column: 'y', names: ['a', 'b', 'c'] }, ofClasses);
    const summed = await aggregate(population, plan);
    for (const [of, measured] of exact.entries()) {
      const own = classOf(summed, of);
      expect(own.rows).toBe(measured.rows);
      expectAgreement(own, measured, ofClasses);
    }
  });

  it('says what is missing: scores, or a class without rows', async () => {
    const population = drawClasses(10_000, 3);
    const broken = population.candidate.map((score, at) => (at === 7 || at === 8 ? Number.NaN : score));
    expect(
      measureAggregates(await aggregate({ ...population, candidate: broken }, plan), plan).metrics[0],
    ).toMatchObject({
      value: null,
      reason: 'the model gave no finite score for 1 rows',
    });
    const empty = { ...population, labels: population.labels.map((label) => (label === 2 ? 0 : label)) };
    const measured = measureAggregates(await aggregate(empty, plan), plan).metrics;
    expect(measured.find(({ name }) => name === 'roc_auc_ovr')).toMatchObject({
      value: null,
      reason: expect.stringMatching(/class 2/),
    });
    expect(measured.find(({ name }) => name === 'accuracy')?.interval).toBeNull();
  });

  // scikit-learn 1.9.1 of the same formulas in NumPy.
  it("has scikit-learn's values, ranks within the bound", async () => {
    const rows = 100_000;
    const labels = Float64Array.from({ length: rows }, (_, i) => ((i * 104729) % 997) % 3);
    const candidate = new Float64Array(3 * rows);
    for (let i = 0; i < rows; i++) {
      const votes = [0, 1, 2].map((k) => 1 + ((i * 7919 * (k + 1)) % 10007) / 1000 + (labels[i] === k ? 4 : 0));
      const total = votes.reduce((sum, vote) => sum + vote, 0);
      for (const [k, vote] of votes.entries()) candidate[3 * i + k] = vote / total;
    }
    const population: ScoredPopulation = {
      labels,
      candidate,
      champion: null,
      weights: null,
      classes: 3,
      sampling: { kind: 'rows' },
    };
    const summed = await aggregate(population, plan);
    const bounds = boundsOf(summed, plan);
    const measured = new Map(measureAggregates(summed, plan).metrics.map(({ name, value }) => [name, value]));
    for (const [name, value] of Object.entries(EXPECTED)) {
      const apart = Math.abs((measured.get(name) ?? Number.NaN) - value);
      expect(apart, name).toBeLessThanOrEqual(bounds.get(name) ?? 1e-10);
    }
  });
});

const EXPECTED = {
  accuracy: 0.76664,
  balanced_accuracy: 0.7666400095469389,
  mcc: 0.6510775556776853,
  cohen_kappa: 0.6499777827912396,
  f1_macro: 0.7668290142052059,
  precision_weighted: 0.7698314569305498,
  log_loss: 0.7836079341075347,
  roc_auc_ovr: 0.9205294952711599,
  average_precision_macro: 0.8744259470195858,
  brier_score: 0.45241584949493524,
};

/** One class against the rest, as a population of its own. */
function classOf(summed: AggregatedRows, of: number): AggregatedRows {
  const candidate = summed.candidate.ofClass?.(of);
  if (candidate === undefined) throw new Error('no classes');
  const champion = summed.champion?.ofClass?.(of) ?? null;
  return { ...summed, rows: summed.labelRows[of] ?? 0, candidate, champion };
}
