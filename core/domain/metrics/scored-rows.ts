import { once } from '../inference/once.ts';
import { confusionOf } from './confusion.ts';
import type { CodedConfusion, ScoredRows } from './metric.ts';
import { rankingOf } from './ranking.ts';

/** The parts of scored rows that are given. */
export type RowParts = Omit<ScoredRows, 'ranking' | 'confusion'>;

/** Scored rows whose order by score and whose confusion are computed once, at their first use. */
export function scoredRows(parts: RowParts): ScoredRows {
  const confusions = new Map<number, CodedConfusion>();
  return {
    ...parts,
    ranking: once(() => rankingOf(parts)),
    confusion: (options) => {
      const known = confusions.get(options.decisionThreshold) ?? confusionOf(parts, options);
      confusions.set(options.decisionThreshold, known);
      return known;
    },
  };
}

/** The sum of the weights: the number of rows where all weigh the same. */
export function totalWeight({ labels, weights }: Pick<ScoredRows, 'labels' | 'weights'>): number {
  return weights === null ? labels.length : sum(weights);
}

/** The weight of rows with label 1. */
export function positiveWeight({ labels, weights }: Pick<ScoredRows, 'labels' | 'weights'>): number {
  let total = 0;
  if (weights === null) for (let i = 0; i < labels.length; i++) total += labels[i] ?? 0;
  else for (let i = 0; i < labels.length; i++) total += (labels[i] ?? 0) * (weights[i] ?? 0);
  return total;
}

/** Number of rows per label, regardless of weight. */
export function countLabel(labels: Float64Array, label: number): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === label) count++;
  return count;
}

/** A plain sum. */
export function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0;
  return total;
}
