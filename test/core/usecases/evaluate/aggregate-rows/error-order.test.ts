import { describe, expect, it } from 'vitest';
import { measurePopulation } from '../../../../../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../../../../../core/domain/evaluation/population.ts';
import { aggregate, draw, measureAggregates, planOf, width } from '../../../../../testkit/aggregated-rows.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';

const plan = planOf('regression', 'median_absolute_error max_error');

/** Errors of a candidate as they are, of a champion twice as large. */
function numbers(rows: number, errorAt: (row: number) => number, weights: Float64Array | null = null) {
  const labels = Float64Array.from({ length: rows }, (_, row) => row % 7);
  const scores = (factor: number) => labels.map((label, row) => label + factor * errorAt(row));
  const base = draw(1, () => ({ label: 0, candidate: 0, champion: 0 }));
  return { ...base, labels, weights, candidate: scores(1), champion: scores(2), classes: 1 } satisfies ScoredPopulation;
}

const random = seededRandom(31);
const uniform = Float64Array.from({ length: 20_001 }, () => random.uniform());
const normal = Float64Array.from({ length: 20_001 }, () => random.normal());
const at = (values: Float64Array) => (row: number) => values[row % values.length] ?? 0;

const CASES: readonly [string, number, (row: number) => number, ((row: number) => number)?][] = [
  ['errors that all differ, an odd number', 20_001, at(normal)],
  ['errors that all differ, an even number', 20_000, at(normal)],
  ['errors of whole numbers', 20_000, (row) => Math.round(3 * at(normal)(row))],
  ['errors that are all equal', 1000, () => 0.25],
  ['errors of 0', 1000, () => 0],
  ['halves that are far apart', 1000, (row) => (row % 2 === 0 ? 1e-9 : 1e9)],
  ['errors of many sizes', 20_001, (row) => 10 ** (60 * (at(uniform)(row) - 0.9))],
  ['errors near each other', 20_001, (row) => 1 + 1e-13 * Math.round(1000 * at(uniform)(row))],
  ['weights', 20_001, at(normal), (row) => at(uniform)((3 * row) % 20_001)],
  ['weights of 0 and 1', 20_001, at(normal), (row) => row % 3 && 1],
];

describe('the order of absolute errors by aggregates', () => {
  it.each(CASES)('has the median and the largest error of rows in memory: %s', async (_, rows, errorAt, weightOf) => {
    const weights = weightOf === undefined ? null : Float64Array.from({ length: rows }, (_, row) => weightOf(row));
    const population = numbers(rows, errorAt, weights);
    const exact = measurePopulation(population, plan);
    const found = measureAggregates(await aggregate(population, plan), plan);
    expect(found.metrics.map(({ value }) => value)).toEqual(exact.metrics.map(({ value }) => value));
    expect(found.metrics[1]).toMatchObject({ interval: null, reason: exact.metrics[1]?.reason });
  });

  it('has about the interval of rows in memory', async () => {
    const errors = Float64Array.from({ length: 300_000 }, () => random.normal());
    const population = numbers(300_000, at(errors));
    const exact = measurePopulation(population, plan);
    const found = measureAggregates(await aggregate(population, plan), plan);
    const ratio = width(found.metrics[0]?.interval ?? null) / width(exact.metrics[0]?.interval ?? null);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.15);
    const compared = found.comparisons[0]?.difference;
    expect(compared?.value).toBe(exact.comparisons[0]?.difference.value);
    expect(width(compared?.interval ?? null) / width(exact.comparisons[0]?.difference.interval ?? null)).toBeCloseTo(
      1,
      0,
    );
  });
});
