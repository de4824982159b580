import type { Ranking, ScoredRows } from './metric.ts';
import { sortedOrder } from './sorted-order.ts';

/** The mark of a row with label 1. */
export const POSITIVE = 1;
/** The mark of the last row of equal scores. */
export const LAST_OF_TIE = 2;

/** The ranking of rows: all that the metrics of ranking need is then read in one sweep, without the scores. */
export function rankingOf({ labels, scores }: Pick<ScoredRows, 'labels' | 'scores'>): Ranking {
  const order = sortedOrder(scores);
  const ones = new Uint8Array(labels.length);
  for (let i = 0; i < ones.length; i++) ones[i] = labels[i] === 1 ? POSITIVE : 0;
  const marks = new Uint8Array(order.length);
  let next = Number.NaN;
  for (let i = order.length - 1; i >= 0; i--) {
    const row = order[i] ?? 0;
    const score = scores[row] ?? 0;
    marks[i] = (ones[row] ?? 0) | (score === next ? 0 : LAST_OF_TIE);
    next = score;
  }
  return { order, marks };
}
