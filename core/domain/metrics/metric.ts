/** What a model is for, as tidegate.yaml says it. */
export type MetricTask = 'binary-classification' | 'regression';

/** Rows with what happened and what a model said. Not mutated. */
export interface ScoredRows {
  /** 0 or 1 for classification, the outcome for regression. Finite. */
  readonly labels: Float64Array;
  /** The probability of 1, or the prediction. Finite; the same length. */
  readonly scores: Float64Array;
}

/** What a metric may be asked with. */
export interface MetricOptions {
  /** A score of at least this counts as 1. */
  readonly decisionThreshold: number;
}

/** A metric's value with each row's part in its error. */
export interface MetricEstimate {
  readonly kind: 'estimate';
  readonly value: number;
  /**
   * Influence of each row: the value's derivative with respect to the row's weight, times the number of rows. Sums to 0,
   * so that the value differs from the truth by about the mean of the influences. Differences and ratios of two
   * estimates on the same rows are differences of these.
   */
  readonly influence: Float64Array;
  /** Rows are sampled within each class (DeLong): the row-wise variance is that of each class by itself. */
  readonly byClass: boolean;
}

/** A metric that has no value on these rows. */
export interface UndefinedMetric {
  readonly kind: 'undefined';
  /** A clause without a full stop, such as "all rows have the same label". */
  readonly reason: string;
}

/** A metric: one a file. */
export interface Metric {
  /** As in tidegate.yaml and the reports. */
  readonly name: string;
  /** As people write it in a heading. */
  readonly title: string;
  readonly task: MetricTask;
  readonly direction: 'higher-is-better' | 'lower-is-better';
  /** The values it can take. */
  readonly range: readonly [number, number];
  /** @throws Never: what has no value is `undefined` with a reason. Empty rows have none. */
  readonly estimate: (rows: ScoredRows, options: MetricOptions) => MetricEstimate | UndefinedMetric;
}
