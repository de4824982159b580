import type { Limits } from '../inference/mean-limits.ts';
import type { SampledRows } from '../inference/population.ts';
import type { Reach } from '../inference/proportion.ts';

/** Task of a model, as written in tidegate.yaml. */
export type MetricTask = 'binary-classification' | 'multiclass-classification' | 'regression';

/**
 * Meaning of the scores of a classifier: probabilities, or values in [0, 1] that only order the rows and decide the class,
 * such as a decision function that was mapped to [0, 1].
 */
export type ScoreMeaning = 'probability' | 'decision';

/** Rows with what happened and what a model said. Not mutated. */
export interface ScoredRows {
  /** 0 or 1, the index of the class, or the outcome. Finite. */
  readonly labels: Float64Array;
  /** The probability of 1, the probabilities of all classes row by row, or the prediction. Finite. */
  readonly scores: Float64Array;
  /** Sample weights, >= 0 with a sum above 0; null: all rows weigh the same. */
  readonly weights: Float64Array | null;
  /** Classes of the label; 1 for regression. Scores of more than 2 classes hold that many numbers a row. */
  readonly classes: number;
  /** The class decided for each row where that is not by the decision threshold: one class against the rest. */
  readonly decided?: Uint8Array;
  /** Rows by ascending score, computed at the first call; for one score a row. */
  readonly ranking: () => Ranking;
  /** The confusion at a decision threshold, computed at the first call for it. */
  readonly confusion: (options: MetricOptions) => CodedConfusion;
}

/** Rows by ascending score. */
export interface Ranking {
  /** Row indexes. */
  readonly order: Uint32Array;
  /** By place in the order: 1 where the row's label is 1, plus 2 where the next score is another one. */
  readonly marks: Uint8Array;
}

/** Weights of rows by true and decided class. */
export interface Confusion {
  readonly classes: number;
  /** Row by row of true classes: `counts[truth * classes + decided]`. */
  readonly counts: Float64Array;
}

/** A confusion with the cell of each row. */
export interface CodedConfusion extends Confusion {
  readonly codes: Uint16Array;
  /** Rows by cell, whatever they weigh. */
  readonly cells: Float64Array;
}

/** Parameters of a metric. */
export interface MetricOptions {
  /** A score of at least this counts as 1. */
  readonly decisionThreshold: number;
}

/** A metric's value with each row's part in its error. */
export interface MetricEstimate {
  readonly kind: 'estimate';
  readonly value: number;
  /**
   * Influence of each row: the value's derivative with respect to the row's weight, times that weight, times the number
   * of rows. Sums to 0, so that the value differs from the truth by about the mean of the influences. Differences and
   * ratios of two estimates on the same rows are differences of these. Computed at the first call.
   */
  readonly influence: () => Float64Array;
  /** Rows are sampled within each class (DeLong): the row-wise variance is that of each class by itself. */
  readonly byClass: boolean;
  /** Of a proportion of unweighted rows: 1 a success, 0 none, 2 not counted. Computed at the first call. */
  readonly outcomes?: () => Uint8Array;
  /** Fewest rows of a kind that the value rests on, such as those of the smaller class. */
  readonly support?: { readonly rows: number; readonly what: string };
  /** Rows that keep the value from the end of its range, where influences do not say how many. */
  readonly errors?: number;
  /** Bound where no row varies: independent trials without an error, and the worst value at a share of errors. */
  readonly edge?: { readonly trials: number; readonly worst: (errorShare: number) => number };
  /** Of unweighted rows: how far the exact interval of the value reaches, where rows are independent and enough. */
  readonly exactReach?: (level: number) => Reach | undefined;
  /** The values that the metric can take; the interval keeps inside. Filled in where a metric is measured. */
  readonly range?: readonly [number, number];
  /** About how much too high the value is by chance, >= 0: the interval of the value, also of a difference, reaches further. */
  readonly bias?: number;
  /** Error bound of the value where scores were put in bins; every interval reaches further by it. */
  readonly bound?: number;
  /** Of a bounded metric of rows: what holds whatever their law is. */
  readonly distributionFree?: DistributionFree;
  /** Set where no interval is known: why. */
  readonly withoutInterval?: string;
  /** Of cross-validation: what the value is the mean of. */
  readonly folds?: FoldValues;
}

/** A metric by the folds of cross-validation. */
export interface FoldValues {
  /** One for each fold. */
  readonly values: Float64Array;
  /** Rows tested for each row trained on. */
  readonly testShare: number;
  /** The same metric of all tested rows together. */
  readonly pooled: MetricEstimate;
}

/** Limits of a bounded metric that hold whatever the law of the rows is. */
export interface DistributionFree {
  /**
   * @param tail Probability that the truth is beyond an end, on each side.
   * @returns undefined where rows that are sampled so have no such limits.
   */
  readonly limits: (sampled: SampledRows, tail: number) => Limits | undefined;
  /** The parts of the difference of two models on the same rows; without them, limits of both values are combined. */
  readonly paired?: PairedParts;
}

/** Parts of a difference of two models. */
export type PairedParts =
  /** A mean of losses; those of two models on a row differ by at most the width. */
  | { readonly kind: 'losses'; readonly width: number }
  | { readonly kind: 'pairs'; readonly labels: Float64Array; readonly scores: Float64Array }
  | ({ readonly kind: 'decisions' } & Decisions);

/** Decisions on rows, and what the value of a metric gains by one more row of weight 1 in each cell. */
export interface Decisions {
  readonly classes: number;
  readonly codes: Uint16Array;
  readonly gradient: Float64Array;
}

/** A function of a confusion that does not change when all counts are multiplied. */
export interface ConfusionValue {
  readonly value: number;
  /** Derivative by each cell, as `counts` is ordered. */
  readonly gradient: Float64Array;
}

/** The loss of one row; the index is that of the row. */
export type Loss = (label: number, score: number, row: number) => number;

/** SQL of a loss, of SQL for the label and the prediction; `nan` where it has no value. */
export type LossSql = (label: string, prediction: string, nan: string) => string;

/** Computation of a metric from aggregates of rows. */
export type AggregatedMetric =
  | { readonly kind: 'roc-auc' | 'average-precision' | 'log-loss' | 'squared-error' | 'ece' | 'calibration-slope' }
  /** Of absolute errors. */
  | { readonly kind: 'median-error' | 'max-error' }
  | { readonly kind: 'precision-at-recall'; readonly recall: number }
  | { readonly kind: 'recall-at-precision'; readonly precision: number }
  /** Of each class against the rest. */
  | { readonly kind: 'mean-of-classes'; readonly of: 'roc-auc' | 'average-precision' }
  /** ROC AUC of each class against each other one. */
  | { readonly kind: 'mean-of-pairs' }
  | { readonly kind: 'confusion'; readonly of: (confusion: Confusion) => ConfusionValue | UndefinedMetric }
  | { readonly kind: 'mean-loss'; readonly loss: Loss; readonly sql: LossSql; readonly isRoot: boolean }
  | {
      readonly kind: 'explained-share';
      /** True if a constant error costs nothing. */
      readonly isCentred: boolean;
    };

/** A metric that has no value on these rows. */
export interface UndefinedMetric {
  readonly kind: 'undefined';
  /** A clause without a full stop, such as "all rows have the same label". */
  readonly reason: string;
}

/** A metric: one per file, or one family per file. */
export interface Metric {
  /** As in tidegate.yaml and the reports. */
  readonly name: string;
  /** As people write it in a heading. */
  readonly title: string;
  /** `custom`: a column of examples. */
  readonly task: MetricTask | 'custom';
  /** If neither is better (calibration slope), the one that is further from the usual fault. */
  readonly direction: 'higher-is-better' | 'lower-is-better';
  /** The values it can take. */
  readonly range: readonly [number, number];
  /** True where scores have to be probabilities: the value changes if scores keep their order and their decisions. */
  readonly readsProbabilities?: true;
  /** Computation from aggregates for datasets that do not fit into memory; absent if there is none. */
  readonly aggregated?: AggregatedMetric;
  /** @throws Never: what has no value is `undefined` with a reason. Empty rows have none. */
  readonly estimate: (rows: ScoredRows, options: MetricOptions) => MetricEstimate | UndefinedMetric;
}
