/** Quantile of the standard normal distribution for the bound of a two-sided 95 % interval. */
const Z_CONFIDENCE = 1.959964;
/** For a power of 80 %. */
const Z_POWER = 0.841621;
/** Of two models that differ a little, on the same rows. Chosen: what a change of features or parameters usually leaves. */
const CORRELATION = 0.9;
/** ROC AUC to plan with. Chosen: the standard error hardly depends on it between 0.65 and 0.85. */
const PLANNED_AUC = 0.75;

/**
 * The smallest margin of ROC AUC that a test set can decide: with two equally good models on the same rows, "not worse
 * by this much" is shown with 80 % power at 95 % confidence. Rows that depend on each other make it larger.
 *
 * @param positives Rows of the rarer class, >= 1.
 * @param negatives Rows of the other class, >= 1.
 * @returns Infinity where a class has no row.
 * @example smallestAucMargin(1000, 9000) // => 0.0115194
 *
 * Source: J. Hanley and B. McNeil, The meaning and use of the area under a ROC curve, Radiology 143 (1982), and
 * A method of comparing the areas under ROC curves derived from the same cases, Radiology 148 (1983).
 */
export function smallestAucMargin(positives: number, negatives: number): number {
  if (positives < 1 || negatives < 1) return Number.POSITIVE_INFINITY;
  const auc = PLANNED_AUC;
  const twoPositives = auc / (2 - auc) - auc ** 2;
  const twoNegatives = (2 * auc ** 2) / (1 + auc) - auc ** 2;
  const variance =
    (auc * (1 - auc) + (positives - 1) * twoPositives + (negatives - 1) * twoNegatives) / (positives * negatives);
  return (Z_CONFIDENCE + Z_POWER) * Math.sqrt(2 * (1 - CORRELATION) * variance);
}

/**
 * The smallest margin of accuracy that a test set can decide, under the same conditions; the two models disagree on one
 * row in ten.
 *
 * @param rows >= 1.
 * @returns Infinity for no row.
 * @example smallestAccuracyMargin(10000) // => 0.0088594
 *
 * Source: the normal approximation of McNemar's test; Q. McNemar, Psychometrika 12 (1947).
 */
export function smallestAccuracyMargin(rows: number): number {
  if (rows < 1) return Number.POSITIVE_INFINITY;
  return (Z_CONFIDENCE + Z_POWER) * Math.sqrt((1 - CORRELATION) / rows);
}

/**
 * The smallest margin of a mean error that a test set can decide, as a share of the champion's error, under the same
 * conditions; absolute errors spread by 0.75 of their mean, as those of normal errors do.
 *
 * @param rows >= 1.
 * @returns A ratio; Infinity for no row.
 * @example smallestErrorRatio(10000) // => 0.0094658
 */
export function smallestErrorRatio(rows: number): number {
  if (rows < 1) return Number.POSITIVE_INFINITY;
  const spread = Math.sqrt(Math.PI / 2 - 1);
  return (Z_CONFIDENCE + Z_POWER) * spread * Math.sqrt((2 * (1 - CORRELATION)) / rows);
}
