import { describe, expect, it } from 'vitest';
import { measurePopulation } from '../../../../../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../../../../../core/domain/evaluation/population.ts';
import { findMetric } from '../../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../../core/domain/metrics/scored-rows.ts';
import {
  aggregate,
  BATCH,
  BINARY,
  boundsOf,
  draw,
  expectAgreement,
  flights,
  measureAggregates,
  planOf,
  REGRESSION,
  width,
} from '../../../../../testkit/aggregated-rows.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';

describe('aggregates of two classes', () => {
  const plan = planOf('binary-classification', BINARY);
  it('agrees with a million rows in memory: ranks within a bound far below the error, all else to 1e-9', async () => {
    const population = draw(1_000_000, flights(-1));
    const summed = await aggregate(population, plan);
    const bounds = boundsOf(summed, plan);
    expect([...bounds.keys()]).toEqual(['roc_auc', 'average_precision']);
    expect(bounds.get('roc_auc')).toBeLessThan(1e-4);
    expect(bounds.get('average_precision')).toBeLessThan(3e-4);
    expectAgreement(summed, measurePopulation(population, plan), plan);
  });

  it.each([
    ['rare labels', flights(-6)],
    ['scores of two decimals', flights(-1, (score) => Math.round(score * 100) / 100)],
    ['scores of 0 and 1', flights(0, Math.round)],
    ['scores in a narrow band', flights(-1, (score) => 0.3 + score / 1000)],
  ] as const)('holds its bound for %s', async (_, row) => {
    const population = draw(300_000, row);
    const summed = await aggregate(population, plan);
    const exact = measurePopulation(population, plan);
    const bounds = boundsOf(summed, plan);
    for (const name of ['roc_auc', 'average_precision']) {
      const value = exact.metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
      const own = measureAggregates(summed, plan).metrics.find((metric) => metric.name === name);
      expect(Math.abs((own?.value ?? Number.NaN) - value), name).toBeLessThanOrEqual((bounds.get(name) ?? 0) + 1e-12);
      expect(width(own?.interval ?? null), name).toBeGreaterThan(
        0.9 * width(exact.metrics.find((metric) => metric.name === name)?.interval ?? null),
      );
    }
  });

  it('does not depend on the order of the rows', async () => {
    const population = draw(200_000, flights(-1));
    const order = [...population.labels.keys()].sort(
      (a, b) => (population.labels[a] ?? 0) - (population.labels[b] ?? 0),
    );
    const sorted = (values: Float64Array) => Float64Array.from(order, (row) => values[row] ?? 0);
    const { labels, candidate, champion } = population;
    const byLabel = {
      ...population,
      labels: sorted(labels),
      candidate: sorted(candidate),
      champion: champion && sorted(champion),
    };
    const widthsOf = async (one: ScoredPopulation) =>
      measureAggregates(await aggregate(one, plan), plan).metrics.map(({ interval }) => width(interval));
    const widths = [await widthsOf(population), await widthsOf(byLabel)];
    widths[0]?.forEach((own, i) => {
      expect((widths[1]?.[i] ?? 0) / own, plan.metrics[i]?.name ?? '').toBeGreaterThan(0.85);
      expect((widths[1]?.[i] ?? 0) / own, plan.metrics[i]?.name ?? '').toBeLessThan(1.15);
    });
  });

  it('has the cluster-robust intervals of rows in groups', async () => {
    const rows = 200_000;
    const random = seededRandom(5);
    const moods = Float64Array.from({ length: 60 }, () => 0.4 * random.normal());
    const days = Float64Array.from({ length: rows }, (_, i) => 100 + Math.floor((i * 60) / rows));
    let i = 0;
    const population = draw(rows, (draws) => flights((moods[(days[i++] ?? 100) - 100] ?? 0) - 1)(draws));
    const ids = Uint32Array.from(days, (day) => day - 100);
    const exact = measurePopulation({ ...population, sampling: { kind: 'clusters', ids, count: 60 } }, plan);
    const summed = await aggregate(population, plan, { groups: days });
    expect(summed.population.sampling).toMatchObject({ kind: 'clusters', count: 60 });
    const measured = measureAggregates(summed, plan);
    expectAgreement(summed, exact, plan);
    expect(measured.metrics[0]?.interval?.method).toContain('cluster-robust (CR2, t)');
  });

  it('knows how much too high average precision is by chance, as rows in memory do', async () => {
    const population = draw(100_000, flights(-6));
    const metric = findMetric('average_precision', 'binary-classification');
    if (metric === undefined) throw new Error('no metric');
    const { labels, candidate: scores } = population;
    const rows = metric.estimate(scoredRows({ labels, scores, weights: null, classes: 2 }), plan);
    const summed = (await aggregate(population, plan)).candidate.estimate(metric);
    if (rows.kind !== 'estimate' || summed?.kind !== 'estimate') throw new Error('no value');
    expect(summed.bias).toBeGreaterThan(0);
    expect((summed.bias ?? 0) / (rows.bias ?? 1)).toBeCloseTo(1, 2);
  });

  it('says that scores are missing, and that both models are the same', async () => {
    const population = draw(BATCH, flights(0));
    const broken = {
      ...population,
      candidate: population.candidate.map((score, row) => (row === 7 ? Number.NaN : score)),
    };
    expect(measureAggregates(await aggregate(broken, plan), plan).metrics[0]).toMatchObject({
      value: null,
      reason: 'the model gave no finite score for 1 rows',
    });
    expect((await aggregate(broken, plan)).candidate.curves()).toEqual({});
    const same = await aggregate({ ...population, champion: population.candidate }, plan);
    expect(same.identical).toBe(true);
    expect(measureAggregates(same, plan).comparisons[0]?.difference.interval).toMatchObject({ lower: 0, upper: 0 });
  });

  it('gives no AUC where all rows have the same label, and no interval for fewer than 20 of one', async () => {
    const ones = draw(BATCH, (random) => ({ ...flights(0)(random), label: 1 }));
    expect(measureAggregates(await aggregate(ones, plan), plan).metrics[0]).toMatchObject({
      value: null,
      reason: expect.stringMatching(/same label/),
    });
    let row = 0;
    const few = draw(BATCH, (random) => ({ ...flights(0)(random), label: row++ % 1000 === 0 ? 1 : 0 }));
    expect(measureAggregates(await aggregate(few, plan), plan).metrics[0]?.interval).toBeNull();
  });
});

describe('aggregates of numbers', () => {
  const plan = planOf('regression', REGRESSION);
  it('agrees with rows in memory, far from 0 too', async () => {
    for (const offset of [10, 1e6]) {
      const population = draw(300_000, (random) => {
        const expected = offset + 2 * random.normal();
        const label = Math.max(0.01, expected + random.normal());
        return { label, candidate: expected, champion: Math.max(0.01, expected + 0.5 * random.normal()) };
      });
      const regression = {
        ...population,
        classes: 1,
        candidate: population.candidate.map((one) => Math.max(0.01, one)),
      };
      expectAgreement(await aggregate(regression, plan), measurePopulation(regression, plan), plan);
    }
  });

  it('has every loss in SQL as here, at the edges of where it is defined too', async () => {
    const every = planOf(
      'regression',
      'mae mse rmse mape smape pinball_loss pinball_loss_0.9 poisson_deviance gamma_deviance tweedie_deviance_1.5 tweedie_deviance_2.5',
    );
    const edges = [0, 1e-300, 0.5, 3, 1e6];
    for (const least of [-1, 0, 1e-300, 0.5]) {
      const allowed = [least, ...edges].filter((value) => value >= least);
      const rows = 64 * allowed.length ** 2;
      const at = (i: number) => allowed[i % allowed.length] ?? 0;
      const labels = Float64Array.from({ length: rows }, (_, i) => at(i));
      const candidate = Float64Array.from({ length: rows }, (_, i) => at(Math.floor(i / allowed.length)));
      const population = { ...draw(1, flights(0)), labels, candidate, champion: null, classes: 1 };
      const exact = measurePopulation(population, every).metrics;
      measureAggregates(await aggregate(population, every), every).metrics.forEach(({ name, value }, i) => {
        const wanted = exact[i]?.value ?? null;
        if (wanted === null) expect(value, `${name} from ${least}`).toBeNull();
        else
          expect((value ?? Number.NaN) / (wanted || 1), `${name} from ${least}`).toBeCloseTo(wanted === 0 ? 0 : 1, 9);
      });
    }
  });

  it('has no R² of equal labels, nor a deviance of labels below 0', async () => {
    const equal = { ...draw(BATCH, () => ({ label: 3, candidate: 2, champion: 4 })), classes: 1 };
    const values = measureAggregates(await aggregate(equal, plan), plan).metrics;
    expect(values.find(({ name }) => name === 'r2')).toMatchObject({ value: null, reason: 'all labels are equal' });
    const below = { ...draw(BATCH, (random) => ({ label: random.normal(), candidate: 2, champion: 4 })), classes: 1 };
    const found = measureAggregates(await aggregate(below, plan), plan).metrics.find(
      ({ name }) => name === 'poisson_deviance',
    );
    expect(found).toMatchObject({ value: null, reason: expect.stringMatching(/outside/) });
  });
});
