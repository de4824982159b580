import { meanOfFolds } from '../inference/fold-error.ts';
import type { MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import { shownValue } from '../text/shown-value.ts';
import { type PopulationFolds, type ScoredPopulation, sliceOf } from './population.ts';

/** The rows that one fold tests. */
export interface FoldPart {
  readonly name: string;
  readonly population: ScoredPopulation;
}

/** The population fold by fold; a fold without a row in it, such as in a slice, is left out. */
export function foldParts(population: ScoredPopulation, { ids, names }: PopulationFolds): readonly FoldPart[] {
  const { folds: _, ...rest } = population;
  const places = names.map((): number[] => []);
  for (const [at, fold] of ids.entries()) places[fold]?.push(at);
  return names.flatMap((name, fold) => {
    const rows = Uint32Array.from(places[fold] ?? []);
    return rows.length === 0 ? [] : [{ name, population: sliceOf(rest, population.slice, rows) }];
  });
}

/** A metric of the rows of one fold. */
export interface FoldEstimate {
  readonly name: string;
  readonly estimate: MetricEstimate | UndefinedMetric;
}

/**
 * The mean of a metric over folds.
 *
 * @param pooled The metric of all tested rows together.
 * @returns No value where one fold has none: a mean of the others would leave out what is hard to measure.
 */
export function meanOverFolds(
  pooled: MetricEstimate | UndefinedMetric,
  byFold: readonly FoldEstimate[],
  testShare: number,
): MetricEstimate | UndefinedMetric {
  if (pooled.kind === 'undefined') return pooled;
  const values = new Float64Array(byFold.length);
  for (const [at, { name, estimate }] of byFold.entries()) {
    if (estimate.kind === 'undefined')
      return { kind: 'undefined', reason: `in fold ${shownValue(name)} ${estimate.reason}` };
    values[at] = estimate.value;
  }
  // Decisions on pooled rows are not those that the mean is made of: no exact test of them.
  const { outcomes: _, ...rest } = pooled;
  return { ...rest, value: meanOfFolds(values), folds: { values, testShare, pooled } };
}
