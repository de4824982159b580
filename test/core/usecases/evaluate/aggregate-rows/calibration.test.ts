import { describe, expect, it } from 'vitest';
import { measurePopulation } from '../../../../../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../../../../../core/domain/evaluation/population.ts';
import {
  aggregate,
  boundsOf,
  draw,
  expectAgreement,
  flights,
  measureAggregates,
  planOf,
} from '../../../../../testkit/aggregated-rows.ts';

const SMOOTH = planOf('binary-classification', 'calibration_slope precision_at_recall_0.8 precision_at_recall_0.3');
const POINTS = planOf('binary-classification', 'ece recall_at_precision_0.6 recall_at_precision_0.3');
const round = (digits: number) => (score: number) => Math.round(score * 10 ** digits) / 10 ** digits;

function weighted(population: ScoredPopulation): ScoredPopulation {
  return { ...population, weights: population.labels.map((label, i) => 0.5 + label + (i % 3)) };
}

describe('aggregates of probabilities and operating points', () => {
  it.each([
    ['scores that all differ', draw(300_000, flights(-1))],
    ['weighted rows', weighted(draw(300_000, flights(-1)))],
    ['rare labels', draw(300_000, flights(-5))],
  ] as const)('agree with rows in memory: %s', async (_, population) => {
    const summed = await aggregate(population, SMOOTH);
    for (const [name, bound] of boundsOf(summed, SMOOTH)) expect(bound, name).toBeLessThan(0.01);
    expectAgreement(summed, measurePopulation(population, SMOOTH), SMOOTH);
  });

  it.each([
    ['of three decimals', flights(-1, round(3))],
    ['of one decimal', flights(-1, round(1))],
    ['of 0 and 1', flights(0, Math.round)],
    ['in a narrow band', flights(-1, (score) => 0.3 + score / 1000)],
    ['near 0', flights(-1, (score) => score * 1e-6)],
    ['nearer to 0', flights(-1, (score) => score * 1e-10)],
  ] as const)('hold their bounds for scores %s', async (_, row) => {
    const population = draw(200_000, row);
    for (const plan of [SMOOTH, POINTS]) {
      const summed = await aggregate(population, plan);
      const bounds = boundsOf({ ...summed, champion: null }, plan);
      const exact = measurePopulation(population, plan).metrics;
      measureAggregates(summed, plan).metrics.forEach(({ name, value, interval }, i) => {
        const { value: wanted = null, interval: known = null } = exact[i] ?? {};
        expect(value === null, name).toBe(wanted === null);
        const apart = Math.abs((value ?? 0) - (wanted ?? 0));
        expect(apart, name).toBeLessThanOrEqual((bounds.get(name) ?? 0) + 1e-9 * (1 + Math.abs(wanted ?? 0)));
        if (interval === null || known === null) return;
        expect(interval.upper - interval.lower, name).toBeGreaterThan(0.9 * (known.upper - known.lower));
      });
    }
  });

  it('know the calibration error to the last digits, and say why it has no interval', async () => {
    for (const population of [draw(200_000, flights(-1)), weighted(draw(200_000, flights(-1, round(1))))]) {
      const exact = measurePopulation(population, POINTS).metrics;
      const measured = measureAggregates(await aggregate(population, POINTS), POINTS).metrics;
      expect(measured[0]?.value).toBeCloseTo(exact[0]?.value ?? Number.NaN, 12);
      expect(measured.map(({ interval, reason }) => ({ interval, reason }))).toEqual(
        exact.map(({ interval, reason }) => ({ interval, reason })),
      );
    }
  });

  it('have no slope of scores that separate the labels, do not vary, or of one label', async () => {
    const rows = 10_000;
    const separate = draw(rows, (random) => {
      const label = random.uniform() < 0.5 ? 1 : 0;
      return { label, candidate: 0.2 + 0.6 * label, champion: 0.5 };
    });
    const [measured] = measureAggregates(await aggregate(separate, SMOOTH), SMOOTH).metrics;
    expect(measured).toMatchObject({ value: null, reason: expect.stringMatching(/separate the labels/) });
    const same = { ...separate, labels: separate.labels.map(() => 1) };
    const [ofOne] = measureAggregates(await aggregate(same, SMOOTH), SMOOTH).metrics;
    expect(ofOne).toMatchObject({ value: null, reason: 'all rows have the same label' });
    const none = { ...separate, labels: separate.labels.map(() => 0) };
    const found = measureAggregates(await aggregate(none, POINTS), POINTS).metrics;
    expect(found[1]).toMatchObject({ value: null, reason: 'no row has label 1' });
  });
});
