import type { Decisions, MetricEstimate } from '../metrics/metric.ts';
import { type Limits, limitsAbout, meanOf, type Tails } from './mean-limits.ts';
import { orderChanges, pairMeanLimits } from './pair-limits.ts';
import type { Population, SampledRows } from './population.ts';

/**
 * Chosen before any data: of the probability that a difference is beyond an end, nine tenths are for the part that grows
 * to that end, which decides where few rows differ, and a tenth for the part that shrinks.
 */
export const FAR_END = 0.9;

/**
 * Limits of the difference of two models on the same rows, by what speaks for each of them: the rows, or pairs of rows, on
 * which the first is better and those on which it is worse are two means of values from 0 on, each with limits of its own.
 *
 * @returns undefined where the metric has no such parts, or rows that are sampled so have no limits.
 */
export function differenceLimits(
  first: MetricEstimate,
  second: MetricEstimate,
  { population, tail }: { readonly population: Population; readonly tail: number },
): Limits | undefined {
  const parts = differenceParts(first, second, population);
  if (parts === undefined) return undefined;
  const tails = { lower: tail * (1 - FAR_END), upper: tail * FAR_END };
  const better = parts.limitsOf('better', tails);
  const worse = parts.limitsOf('worse', tails);
  if (better === undefined || worse === undefined) return undefined;
  // Sums of parts are the difference of the values only to first order, or to rounding: limits are about the values.
  const shift = first.value - second.value - parts.largest * (parts.better - parts.worse);
  return {
    lower: shift + parts.largest * (better.lower - worse.upper),
    upper: shift + parts.largest * (better.upper - worse.lower),
    method: better.method,
  };
}

interface DifferenceParts {
  /** The largest difference of one row or pair. */
  readonly largest: number;
  /** Means over rows or pairs, in units of the largest. */
  readonly better: number;
  readonly worse: number;
  readonly limitsOf: (part: 'better' | 'worse', tails: Tails) => Limits | undefined;
}

function differenceParts(
  first: MetricEstimate,
  second: MetricEstimate,
  population: Population,
): DifferenceParts | undefined {
  const [one, other] = [first.distributionFree?.paired, second.distributionFree?.paired];
  if (one?.kind === 'losses' && other?.kind === 'losses') {
    const differences = lossDifferences(first, second, population.weights);
    return partsOfRows(differences, Math.max(one.width, other.width), population);
  }
  if (one?.kind === 'pairs' && other?.kind === 'pairs') {
    const found = orderChanges(one.labels, one.scores, other.scores);
    if (found === undefined) return undefined;
    const limitsOf = (part: 'better' | 'worse', tails: Tails) =>
      pairMeanLimits(found[part], one.labels, { sampled: population, tails });
    return { ...found, largest: 1, limitsOf };
  }
  if (one?.kind !== 'decisions' || other?.kind !== 'decisions') return undefined;
  return partsOfDecisions(one, other, population);
}

/** Losses of the first less those of the second, from influences and values. */
function lossDifferences(first: MetricEstimate, second: MetricEstimate, weights: SampledRows['weights']): Float64Array {
  const [one, other] = [first.influence(), second.influence()];
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? one.length;
  return one.map((part, row) => {
    const scale = weights === null ? 1 : ((weights[row] ?? 0) * one.length) / total;
    return scale === 0 ? 0 : (part - (other[row] ?? 0)) / scale + first.value - second.value;
  });
}

function partsOfDecisions(first: Decisions, second: Decisions, population: Population): DifferenceParts {
  const { weights } = population;
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? first.codes.length;
  // The mean of both gradients: the change of a quadratic function, exactly.
  const gradient = first.gradient.map((part, cell) => (total * (part + (second.gradient[cell] ?? 0))) / 2);
  const differences = Float64Array.from(
    first.codes,
    (code, row) => (gradient[code] ?? 0) - (gradient[second.codes[row] ?? 0] ?? 0),
  );
  let largest = 0;
  for (let from = 0; from < gradient.length; from += first.classes) {
    const row = gradient.subarray(from, from + first.classes);
    largest = Math.max(largest, Math.max(...row) - Math.min(...row));
  }
  return partsOfRows(differences, largest, population);
}

function partsOfRows(differences: Float64Array, largest: number, population: Population): DifferenceParts {
  const { sampling, weights } = population;
  const scale = largest === 0 ? 1 : largest;
  const values = {
    better: differences.map((one) => Math.max(0, one / scale)),
    worse: differences.map((one) => Math.max(0, -one / scale)),
  };
  const means = { better: meanOf(values.better, weights), worse: meanOf(values.worse, weights) };
  const rows = { rows: differences.length, mass: weights };
  return { ...means, largest, limitsOf: (part, tails) => limitsAbout(means[part], rows, { sampling, tails }) };
}
