import { type Design, fitRidgeLogistic, logOdds } from './ridge-logistic.ts';

/** Rows of two windows. */
export interface DomainRows {
  readonly design: Design;
  /** 1 for rows of the current window, 0 for rows of the reference. */
  readonly labels: Uint8Array;
  /** Fold of each row, 0 to `folds` - 1; rows of a group have the same. */
  readonly foldOf: Uint32Array;
  readonly folds: number;
}

/**
 * Scores of a classifier that tells rows of the current window from those of the reference, each by a model that was fitted
 * without the row's fold. The area under their ROC curve is 0.5 where the windows have one distribution.
 *
 * @returns Log-odds of the current window by row; undefined where the other folds of some fold have one window alone.
 */
export function outOfFoldScores({ design, labels, foldOf, folds }: DomainRows): Float64Array | undefined {
  const scores = new Float64Array(design.rows);
  for (let fold = 0; fold < folds; fold++) {
    const kept = Uint32Array.from(foldOf.keys()).filter((row) => foldOf[row] !== fold);
    const ones = kept.reduce((sum, row) => sum + (labels[row] ?? 0), 0);
    if (ones === 0 || ones === kept.length) return undefined;
    const weights = fitRidgeLogistic(design, labels, kept);
    for (let row = 0; row < design.rows; row++) {
      if (foldOf[row] === fold) scores[row] = logOdds(weights, design, row);
    }
  }
  return scores;
}
