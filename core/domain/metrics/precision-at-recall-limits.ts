import { exactShareLimits, type Limits, meanLimits } from '../inference/mean-limits.ts';
import type { SampledRows } from '../inference/population.ts';
import type { ScoredRows } from './metric.ts';

/**
 * Limits of the precision at the highest threshold with some recall, for every law of the rows: of the prevalence p, of the
 * threshold, which is where the recall may be the wanted one by its own limits, and of the false positive rate f there, each with
 * a third of the probability. Precision is p r / (p r + (1 - p) f), and the recall r at least the wanted one.
 *
 * Exact for independent rows of one weight (Clopper and Pearson 1934), else Hoeffding's.
 */
export function precisionAtRecallLimits(rows: ScoredRows, recall: number, { sampled, tail }: Asked): Limits {
  const part = tail / 3;
  const ofOnes = thresholdsWith(rows, recall, { sampled, tail: part });
  const falseRate = (threshold: number) => shareAtLeast(rows, threshold, { label: 0, sampled, tail: part });
  const ones = prevalence(rows, sampled, part);
  const precision = (p: number, r: number, f: number) => (p * r === 0 ? 0 : (p * r) / (p * r + (1 - p) * f));
  return {
    lower: precision(ones.lower, recall, falseRate(ofOnes.lowest).upper),
    upper: precision(ones.upper, 1, falseRate(ofOnes.highest).lower),
    method: ones.method,
  };
}

interface Asked {
  readonly sampled: SampledRows;
  readonly tail: number;
}

interface OfLabel extends Asked {
  readonly label: 0 | 1;
}

/** The lowest and the highest threshold that the rows leave possible: below and above, the recall is another one. */
function thresholdsWith(rows: ScoredRows, recall: number, asked: Asked) {
  const scores = [...new Set(rows.scores.filter((_, row) => rows.labels[row] === 1))].sort((a, b) => b - a);
  const limits = (threshold: number) => shareAtLeast(rows, threshold, { label: 1, ...asked });
  // Limits fall with the threshold.
  const first = firstWhere(scores, (score) => limits(score).upper >= recall);
  const beyond = firstWhere(scores, (score) => limits(score).lower > recall);
  return {
    highest: scores[first] ?? Number.NEGATIVE_INFINITY,
    lowest: scores[beyond] ?? Number.NEGATIVE_INFINITY,
  };
}

function firstWhere(values: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of the share of rows of a label that score at least a threshold. */
function shareAtLeast({ labels, scores }: ScoredRows, threshold: number, { label, sampled, tail }: OfLabel): Limits {
  return shareOf(
    labels.length,
    { among: (row) => labels[row] === label, counts: (row) => (scores[row] ?? 0) >= threshold },
    { sampled, tail },
  );
}

function prevalence({ labels }: ScoredRows, sampled: SampledRows, tail: number): Limits {
  return shareOf(labels.length, { among: () => true, counts: (row) => labels[row] === 1 }, { sampled, tail });
}

interface Share {
  readonly among: (row: number) => boolean;
  readonly counts: (row: number) => boolean;
}

function shareOf(rows: number, { among, counts }: Share, { sampled: { sampling, weights }, tail }: Asked): Limits {
  const mass = Float64Array.from({ length: rows }, (_, row) => (among(row) ? (weights?.[row] ?? 1) : 0));
  const values = Float64Array.from({ length: rows }, (_, row) => (counts(row) ? 1 : 0));
  if (sampling.kind !== 'rows' || weights !== null) {
    return meanLimits(values, mass, { sampling, tails: { lower: tail, upper: tail } });
  }
  const trials = mass.reduce((sum, one) => sum + one, 0);
  return exactShareLimits(
    values.reduce((sum, one, row) => sum + one * (mass[row] ?? 0), 0),
    trials,
    tail,
  );
}
