import type { ModelCurves } from '../evaluation/curves.ts';
import type { ScoredPopulation } from '../evaluation/population.ts';
import type { SliceKey } from '../evaluation/slice.ts';
import type { Population } from '../inference/population.ts';
import type { Metric } from '../metrics/metric.ts';
import type { AggregatedEstimate } from './estimate-of.ts';

/** The sums of one model's scores, when all rows were added. */
export interface AggregatedModel {
  /** Influences are those of parts of the rows. `undefined` for a metric that is not computed of sums. */
  readonly estimate: (metric: Metric) => AggregatedEstimate;
  readonly curves: () => ModelCurves;
  /** Of several classes: one against the rest. */
  readonly ofClass?: (of: number) => AggregatedModel;
  /** Why there are no metrics: a clause; null where there are. */
  readonly problem: string | null;
}

/** Rows of both models as sums. */
export interface AggregatedPopulation {
  readonly rows: number;
  /** Number of rows by label, for classes. */
  readonly labelRows: Float64Array;
  readonly population: Population;
  readonly candidate: AggregatedModel;
  readonly champion: AggregatedModel | null;
  /** Both models gave every row the same score. */
  readonly identical: boolean;
}

/** A slice: its rows where they are few enough to be held, else sums of them. */
export interface AggregatedSlice {
  readonly key: SliceKey;
  readonly rows: number;
  readonly of:
    | { readonly kind: 'held'; readonly population: ScoredPopulation }
    | { readonly kind: 'aggregated'; readonly aggregates: AggregatedPopulation };
}

/** All rows as sums, and their slices. */
export interface AggregatedRows extends AggregatedPopulation {
  /** In the order of the declarations, then of the values or bins; none without rows. */
  readonly slices: readonly AggregatedSlice[];
}
