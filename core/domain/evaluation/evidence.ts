import type { FairnessPlan } from '../fairness/estimate-group.ts';
import type { MeasuredFairness } from '../fairness/measure-fairness.ts';
import type { Grouping } from '../policy/grouping.ts';
import type { ModelCurves } from './curves.ts';
import type { MeasuredPopulation, MeasurementPlan } from './measure-estimates.ts';
import type { SliceKey } from './slice.ts';

/** A slice that has rows. */
export interface EvidenceSlice {
  readonly key: SliceKey;
  readonly rows: number;
  readonly measure: (plan: MeasurementPlan) => MeasuredPopulation;
}

/** Curves of both models; null where there is no champion. */
export interface ContenderCurves {
  readonly candidate: ModelCurves;
  readonly champion: ModelCurves | null;
}

/**
 * Evidence from the scores of both models on a dataset: the only thing that rules, slices and the report are computed from.
 * `rowEvidence` has it from rows in memory, `aggregateEvidence` from aggregates of them.
 */
export interface Evidence {
  readonly grouping: Grouping;
  /** Number of groups of rows; null where rows are independent. */
  readonly clusters: number | null;
  /** All rows. */
  readonly measureAll: (plan: MeasurementPlan) => MeasuredPopulation;
  /** In the order of the declarations, then of the values or bins. */
  readonly slices: readonly EvidenceSlice[];
  /** Each class against the rest; none where the label has no classes. */
  readonly measureClasses: (plan: MeasurementPlan) => readonly MeasuredPopulation[];
  /** Groups of each column of `evaluate.fairness`; absent where rows are not held. */
  readonly measureFairness?: (plan: FairnessPlan) => readonly MeasuredFairness[];
  readonly curves: (plan: MeasurementPlan) => ContenderCurves;
}
