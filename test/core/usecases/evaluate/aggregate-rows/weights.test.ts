import { describe, expect, it } from 'vitest';
import type { AggregatedRows } from '../../../../../core/domain/aggregates/aggregated-rows.ts';
import { measurePopulation } from '../../../../../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../../../../../core/domain/evaluation/population.ts';
import {
  aggregate,
  BINARY,
  boundsOf,
  draw,
  expectAgreement,
  flights,
  measureAggregates,
  planOf,
  REGRESSION,
} from '../../../../../testkit/aggregated-rows.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';

describe('aggregates of weighted rows', () => {
  // scikit-learn 1.9.1 with sample_weight, of the same formulas in NumPy.
  const ROWS = 200_000;
  const weights = Float64Array.from({ length: ROWS }, (_, i) => 1 + (i % 7));
  const scores = Float64Array.from({ length: ROWS }, (_, i) => ((i * 7919) % 10007) / 10007);
  const labels = Float64Array.from(scores, (score, i) => (((i * 104729) % 997) / 997 < score ** 2 ? 1 : 0));
  const binary: ScoredPopulation = {
    labels,
    weights,
    candidate: scores,
    champion: scores.map((score) => score ** 2),
    classes: 2,
    sampling: { kind: 'rows' },
  };

  it("has scikit-learn's values, ranks within the bound", async () => {
    const plan = planOf('binary-classification', BINARY);
    const summed = await aggregate(binary, plan);
    const bounds = boundsOf(summed, plan);
    const expected = {
      roc_auc: 0.8744574049848584,
      average_precision: 0.7833567389911276,
      log_loss: 0.5001376795785022,
      brier_score: 0.16673847070813,
      accuracy: 0.7497468731015483,
      f1: 0.6999057151037209,
      mcc: 0.5295158253302731,
    };
    const measured = measureAggregates(summed, plan).metrics;
    for (const [name, value] of Object.entries(expected)) {
      const own = measured.find((metric) => metric.name === name)?.value ?? Number.NaN;
      expect(Math.abs(own - value), name).toBeLessThanOrEqual(bounds.get(name) ?? 1e-10);
      expect(bounds.get(name) ?? 0).toBeLessThan(2e-3);
    }
    const values = new Map(regressionValues(await aggregate(WAVES, planOf('regression', REGRESSION))));
    expect(values.get('mae')).toBeCloseTo(0.14341465781414905, 11);
    expect(values.get('mse')).toBeCloseTo(0.029933056139323993, 11);
    expect(values.get('rmse')).toBeCloseTo(0.17301172254886082, 11);
    expect(values.get('r2')).toBeCloseTo(0.940135206048829, 11);
    expect(values.get('explained_variance')).toBeCloseTo(0.9601349717279087, 11);
  });

  const WAVES: ScoredPopulation = {
    labels: Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i * 0.37) + 2),
    weights,
    candidate: Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i * 0.37 + 0.2) + 2.1),
    champion: null,
    classes: 1,
    sampling: { kind: 'rows' },
  };
  const regressionValues = (summed: AggregatedRows) =>
    measureAggregates(summed, planOf('regression', REGRESSION)).metrics.map(
      ({ name, value }) => [name, value] as const,
    );

  it('has the values and intervals of weighted rows in memory, whatever the weights', async () => {
    const random = seededRandom(6);
    const plan = planOf('binary-classification', BINARY);
    const skewed = Float64Array.from({ length: 300_000 }, () => Math.log(1 - random.uniform()) ** 2);
    const population = { ...draw(300_000, flights(-1)), weights: skewed };
    const summed = await aggregate(population, plan);
    expectAgreement(summed, measurePopulation(population, plan), plan);
    const regression = planOf('regression', 'mae mse rmse r2 explained_variance pinball_loss');
    const noise = draw(300_000, (draws) => {
      const expected = 5 * draws.normal();
      return { label: expected + draws.normal(), candidate: expected, champion: expected + 0.5 * draws.normal() };
    });
    const numbers = { ...noise, classes: 1, weights: population.weights };
    expectAgreement(await aggregate(numbers, regression), measurePopulation(numbers, regression), regression);
  });

  it('refuses rows of which none weighs anything', async () => {
    const plan = planOf('binary-classification', BINARY);
    const nothing = { ...binary, weights: weights.map(() => 0) };
    await expect(aggregate(nothing, plan)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: 'the weight w is 0 in every row',
    });
  });
});
