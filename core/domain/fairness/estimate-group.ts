import type { Measured } from '../evaluation/measure-estimates.ts';
import { contendersOf } from '../evaluation/measure-population.ts';
import { type ScoredPopulation, sliceOf } from '../evaluation/population.ts';
import { intervalOf, uncertaintyOf } from '../inference/interval.ts';
import type { Population } from '../inference/population.ts';
import { clusterShares } from '../inference/standard-error.ts';
import type { Uncertainty } from '../inference/uncertainty.ts';
import { GROUP_RATE_NAMES, GROUP_RATES } from '../metrics/group-rates.ts';
import type { MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import type { GroupValue, RowGroup } from './fairness-groups.ts';
import type { FairnessMeasureName, GroupRateName } from './fairness-measure.ts';
import { clusterPartsOf, type GroupEstimate, groupEstimate } from './group-contrast.ts';

/** Settings by which groups are measured. */
export interface FairnessPlan {
  /** Two-sided, such as 0.95. */
  readonly confidence: number;
  readonly decisionThreshold: number;
  /** Smaller groups are listed, not judged. */
  readonly minRows: number;
  /** Default: all. */
  readonly measures?: readonly FairnessMeasureName[];
}

/** A rate of a group. */
export interface MeasuredRate extends Measured {
  readonly name: GroupRateName;
}

/** A rate of a group, and what comparing it with another group needs. */
export interface EstimatedRate {
  readonly measured: MeasuredRate;
  /** A clause that says why groups cannot be compared. */
  readonly comparable: GroupEstimate | { readonly problem: string; readonly lack?: { has: number; needs: number } };
}

/** A group of rows with its rates. */
export interface EstimatedGroup {
  readonly value: GroupValue;
  readonly rows: number;
  readonly rates: ReadonlyMap<GroupRateName, EstimatedRate>;
}

/** The candidate's rates of a group, each with its interval or the reason why there is none. */
export function estimateGroup({ value, rows }: RowGroup, all: ScoredPopulation, plan: FairnessPlan): EstimatedGroup {
  const part = sliceOf(all, undefined, rows);
  const { candidate, broken } = contendersOf({ ...part, champion: null });
  const { sampling, weights } = part;
  const sampled: Population = {
    sampling,
    labels: part.labels,
    weights,
    ...(sampling.kind === 'rows' ? {} : { shares: clusterShares(sampling, weights) }),
  };
  const rates = GROUP_RATE_NAMES.map((name): [GroupRateName, EstimatedRate] => {
    const metric = GROUP_RATES[name];
    const found: MetricEstimate | UndefinedMetric =
      broken.candidate === null ? metric.estimate(candidate, plan) : { kind: 'undefined', reason: broken.candidate };
    if (found.kind === 'undefined') {
      const { reason } = found;
      return [name, { measured: { name, value: null, interval: null, reason }, comparable: { problem: reason } }];
    }
    const estimate = { ...found, range: metric.range };
    const uncertainty = uncertaintyOf(estimate, sampled);
    const parts = partsOf(estimate, rows, all);
    return [name, rateOf(name, { estimate, uncertainty, parts }, plan)];
  });
  return { value, rows: rows.length, rates: new Map(rates) };
}

function partsOf(
  estimate: MetricEstimate,
  rows: Uint32Array,
  { sampling }: ScoredPopulation,
): Float64Array | undefined {
  if (sampling.kind === 'rows') return undefined;
  return clusterPartsOf(
    estimate,
    rows.map((row) => sampling.ids[row] ?? 0),
    sampling.count,
  );
}

function rateOf(
  name: GroupRateName,
  {
    estimate: { value, range },
    uncertainty,
    parts,
  }: { readonly estimate: MetricEstimate; readonly uncertainty: Uncertainty; readonly parts: Float64Array | undefined },
  { confidence }: FairnessPlan,
): EstimatedRate {
  const interval = intervalOf(value, uncertainty, { level: confidence, ...(range === undefined ? {} : { range }) });
  if (uncertainty.kind === 'estimated' && interval !== undefined) {
    return { measured: { name, value, interval }, comparable: groupEstimate(value, uncertainty, parts) };
  }
  const reason = uncertainty.kind === 'unknown' ? uncertainty.reason : 'its error is not known';
  const lack = uncertainty.kind === 'unknown' ? uncertainty.lack : undefined;
  const comparable = { problem: reason, ...(lack === undefined ? {} : { lack }) };
  return { measured: { name, value, interval: null, reason }, comparable };
}
