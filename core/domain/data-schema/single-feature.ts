import { normalQuantile } from '../statistics/normal.ts';

/** Strength of one feature as the only one, with its 95 % interval. */
export interface SingleFeature {
  readonly measure: 'area under the ROC curve' | 'R²';
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

const Z = normalQuantile(0.975);

/**
 * Area under the ROC curve of a feature alone, in the better direction, with a conservative interval: that of Wilson for as
 * many rows as the smaller class has, since the variance is at most A (1 - A) / min(m, n) (Birnbaum and Klose, 1957).
 *
 * @param auc In [0, 1].
 */
export function singleAuc(auc: number, ones: number, zeros: number): SingleFeature {
  const value = Math.max(auc, 1 - auc);
  const rows = Math.min(ones, zeros);
  const middle = (value + Z ** 2 / (2 * rows)) / (1 + Z ** 2 / rows);
  const reach = (Z / (1 + Z ** 2 / rows)) * Math.sqrt((value * (1 - value)) / rows + Z ** 2 / (4 * rows ** 2));
  const [lower, upper] = [Math.max(0, middle - reach), Math.min(1, middle + reach)];
  return { measure: 'area under the ROC curve', value, lower, upper };
}

/**
 * R² of a line on a feature alone, with the interval of Fisher's transformation of the correlation.
 *
 * @returns Undefined for fewer than 4 rows.
 */
export function singleR2(correlation: number, rows: number): SingleFeature | undefined {
  if (rows < 4) return undefined;
  const size = Math.min(Math.abs(correlation), 1 - 1e-15);
  const reach = Z / Math.sqrt(rows - 3);
  const at = (z: number) => Math.tanh(Math.max(0, z)) ** 2;
  const middle = Math.atanh(size);
  return { measure: 'R²', value: size ** 2, lower: at(middle - reach), upper: at(middle + reach) };
}
