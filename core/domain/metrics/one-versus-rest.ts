import type { ScoredRows } from './metric.ts';
import { scoredRows } from './scored-rows.ts';

/**
 * One class of several against the rest, as a binary classification of the same rows.
 *
 * @param decided The class decided for each row; left out: only the scores count.
 */
export function oneVersusRest(rows: ScoredRows, of: number, decided?: Uint8Array): ScoredRows {
  const { labels, scores, weights, classes } = rows;
  const own = new Float64Array(labels.length);
  const score = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    own[i] = labels[i] === of ? 1 : 0;
    score[i] = scores[i * classes + of] ?? Number.NaN;
  }
  const parts = { labels: own, scores: score, weights, classes: 2 };
  if (decided === undefined) return scoredRows(parts);
  const isOf = new Uint8Array(decided.length);
  for (let i = 0; i < decided.length; i++) isOf[i] = decided[i] === of ? 1 : 0;
  return scoredRows({ ...parts, decided: isOf });
}
