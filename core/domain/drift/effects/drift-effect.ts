import type { ColumnProfile } from '../profile-column.ts';

/** Names of the effects of numeric columns, as in `drift.measures.numeric` and `drift.effect`. */
export const NUMERIC_EFFECTS = ['ks', 'wasserstein', 'psi', 'jensen-shannon', 'hellinger', 'total-variation'] as const;
/** Names of the effects of categorical columns. */
export const CATEGORICAL_EFFECTS = ['psi', 'jensen-shannon', 'hellinger', 'total-variation', 'cramers-v'] as const;

/** The name of an effect: of its floor under `drift.effect` of tidegate.yaml, and in reports. */
export type DriftEffectName = (typeof NUMERIC_EFFECTS)[number] | (typeof CATEGORICAL_EFFECTS)[number] | 'missing';

/** The size of a shift. */
export interface EffectEstimate {
  /** >= 0; comparable between windows of different sizes. */
  readonly value: number;
  /** Of the value, by the first order of its change with the rows; >= 0. */
  readonly standardError: number;
}

/** A measure of how far a column has shifted between two windows: one entry of the registry. */
export interface DriftEffect {
  readonly name: DriftEffectName;
  /** The name for people. */
  readonly label: string;
  /** The kinds of columns that it is for; `any`: it looks at rows, and needs no values. */
  readonly columns: readonly ColumnProfile['kind'][] | 'any';
  /** The smallest effect that counts, where tidegate.yaml does not set one. */
  readonly defaultFloor: number;
  /**
   * Measures two windows of a column, each with at least one row; with at least one value, unless it is for `any`.
   *
   * @returns Undefined where the two cannot be compared.
   */
  measure(reference: ColumnProfile, current: ColumnProfile): EffectEstimate | undefined;
  /** The smallest effect that can be significant in windows of these sizes; about, by the first order. */
  visible(sizes: WindowSizes): number;
}

/** Sizes of two windows: they decide which effects can be shown. */
export interface WindowSizes {
  /** The p-value that is significant, in (0, 1). */
  readonly pValue: number;
  /** 1 / n + 1 / m of the rows, or of the values. */
  readonly perRow: number;
  /** Cells of shares, at least 1. */
  readonly cells: number;
  /** Share of missing values in both windows together. */
  readonly missing: number;
}
