import { exactShareLimits, type Limits, meanLimits } from '../inference/mean-limits.ts';
import { pairMeanLimits } from '../inference/pair-limits.ts';
import type { SampledRows } from '../inference/population.ts';
import type { ScoredRows } from './metric.ts';
import { LAST_OF_TIE, POSITIVE } from './ranking.ts';
import { countLabel } from './scored-rows.ts';

/** Chosen: the precision is smooth enough between these recalls for three digits of its mean. */
const RECALLS = 200;
/** Halvings of the range of a multiplier: more change nothing that is shown. */
const HALVINGS = 40;

/**
 * Limits of average precision for every law of the rows: from those of the share of pairs in which the 1 scores above the 0
 * and of the prevalence, each with half of the probability.
 *
 * With the prevalence p, precision at a row of label 1 is p r / (p r + (1 - p) f): r the recall there, f the false positive
 * rate, whose mean over those rows is the share of pairs in the wrong order. Precision is convex in f: the least mean
 * that any f with that mean gives is where the derivative is the same everywhere, and the largest no more than 1 less
 * (1 - p) times the mean of f.
 *
 * @returns undefined for weighted rows.
 */
export function averagePrecisionLimits(rows: ScoredRows, sampled: SampledRows, tail: number): Limits | undefined {
  const { labels } = rows;
  const tails = { lower: tail / 2, upper: tail / 2 };
  const pairs = pairMeanLimits(strictlyOrdered(rows), labels, { sampled, tails });
  if (pairs === undefined) return undefined;
  const ones = prevalenceLimits(labels, sampled, tail / 2);
  return {
    lower: leastPrecision(ones.lower, 1 - pairs.lower),
    upper: 1 - (1 - ones.upper) * (1 - pairs.upper),
    method: pairs.method,
  };
}

function prevalenceLimits(labels: Float64Array, { sampling }: SampledRows, tail: number): Limits {
  if (sampling.kind === 'rows') return exactShareLimits(countLabel(labels, 1), labels.length, tail);
  return meanLimits(labels, null, { sampling, tails: { lower: tail, upper: tail } });
}

/** The share of pairs of both labels in which the 1 scores above the 0; ties do not count: rows at a score are taken together. */
function strictlyOrdered(rows: ScoredRows): number {
  const { order, marks } = rows.ranking();
  let [pairs, below, ones, zeros] = [0, 0, 0, 0];
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i] ?? 0;
    if ((mark & POSITIVE) !== 0) ones++;
    else zeros++;
    if ((mark & LAST_OF_TIE) === 0) continue;
    pairs += ones * below;
    below += zeros;
    ones = 0;
    zeros = 0;
  }
  const positives = order.length - below;
  return pairs / positives / below;
}

/**
 * The least mean precision at a prevalence and a mean false positive rate.
 *
 * @param prevalence In [0, 1].
 * @param meanFalseRate In [0, 1].
 * @example leastPrecision(0.5, 0) // => 1
 */
export function leastPrecision(prevalence: number, meanFalseRate: number): number {
  if (meanFalseRate <= 0) return 1;
  if (prevalence <= 0) return 0;
  // Where the derivative is the same, a rate is (root sqrt(p r) - p r) / (1 - p) for some root; its mean grows with the root.
  const ratesAt = (root: number) => {
    let [precision, rates] = [0, 0];
    for (let step = 0; step < RECALLS; step++) {
      const hits = (prevalence * (step + 0.5)) / RECALLS;
      const wrong = Math.min(1 - prevalence, Math.max(0, root * Math.sqrt(hits) - hits));
      precision += hits / (hits + wrong);
      rates += prevalence === 1 ? 0 : wrong / (1 - prevalence);
    }
    return { precision: precision / RECALLS, mean: rates / RECALLS };
  };
  let [low, high] = [0, 2 / Math.sqrt(prevalence / RECALLS)];
  for (let round = 0; round < HALVINGS; round++) {
    const middle = (low + high) / 2;
    if (ratesAt(middle).mean < meanFalseRate) low = middle;
    else high = middle;
  }
  return ratesAt(high).precision;
}
