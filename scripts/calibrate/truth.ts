import type { ScoredPopulation } from '../../core/domain/evaluation/population.ts';
import type { Metric } from '../../core/domain/metrics/metric.ts';
import { scoredRows } from '../../core/domain/metrics/scored-rows.ts';
import { normalQuantile } from '../../core/domain/statistics/normal.ts';
import { emptyPopulation, type Scenario, writeRow } from './scenario.ts';

/** Points of the lattice: their error is far below the standard error of 10,000 rows. */
const POINTS = 1 << 18;
const OPTIONS = { decisionThreshold: 0.5 };

type TrueValues = ReadonlyMap<string, { readonly candidate: number; readonly champion: number }>;

/** By law, which neither the number of rows nor clusters change. */
const KNOWN = new Map<string, TrueValues>();

/**
 * The true value of metrics for both models of a scenario: on evenly spread points of the law itself (a Kronecker lattice
 * by M. Roberts' roots), which clusters do not change.
 */
export function trueValues(scenario: Scenario, skill: number, metrics: readonly Metric[]): TrueValues {
  const { task, difficulty, tail, small } = scenario;
  const law = JSON.stringify([task, difficulty, tail, small, skill, metrics.map(({ name }) => name)]);
  const found = KNOWN.get(law) ?? computed(scenario, skill, metrics);
  KNOWN.set(law, found);
  return found;
}

function computed(scenario: Scenario, skill: number, metrics: readonly Metric[]): TrueValues {
  const points = { ...scenario, rows: POINTS };
  const population = emptyPopulation(points, null);
  const width = population.candidate.length / POINTS;
  const steps = latticeSteps(1 + width);
  const table = quantileTable();
  const shared = new Float64Array(width);
  for (let row = 0; row < POINTS; row++) {
    const at = (dimension: number) =>
      table[Math.floor(((0.5 + (row + 1) * (steps[dimension] ?? 0)) % 1) * POINTS)] ?? 0;
    for (let k = 0; k < width; k++) shared[k] = at(1 + k);
    // Both models have the same law: only their skill differs, so they may share the points.
    const noise = { label: at(0), candidate: shared, champion: shared };
    writeRow(population, row, { scenario: points, skill, noise });
  }
  return new Map(metrics.map((metric) => [metric.name, valuesOf(metric, population)]));
}

function valuesOf(metric: Metric, { labels, candidate, champion, classes }: ScoredPopulation) {
  const value = (scores: Float64Array | null) => {
    const found = scores && metric.estimate(scoredRows({ labels, scores, weights: null, classes }), OPTIONS);
    if (found?.kind !== 'estimate') throw new Error(`${metric.name} has no true value`);
    return found.value;
  };
  return { candidate: value(candidate), champion: value(champion) };
}

function latticeSteps(dimensions: number): readonly number[] {
  let root = 2;
  for (let round = 0; round < 60; round++) root = (1 + root) ** (1 / (dimensions + 1));
  return Array.from({ length: dimensions }, (_, at) => (1 / root) ** (at + 1) % 1);
}

/** Normal quantiles of evenly spaced probabilities. */
function quantileTable(): Float64Array {
  const table = new Float64Array(POINTS);
  const knots = 1 << 13;
  const exact = Float64Array.from({ length: knots }, (_, i) => normalQuantile((i + 0.5) / knots));
  for (let i = 0; i < POINTS; i++) {
    const p = (i + 0.5) / POINTS;
    const place = p * knots - 0.5;
    const left = Math.floor(place);
    const isInside = left >= 64 && left < knots - 65;
    const share = place - left;
    table[i] = isInside ? (exact[left] ?? 0) * (1 - share) + (exact[left + 1] ?? 0) * share : normalQuantile(p);
  }
  return table;
}
