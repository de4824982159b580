import type {
  AggregatedModel,
  AggregatedPopulation,
  AggregatedRows,
  AggregatedSlice,
} from '../aggregates/aggregated-rows.ts';
import type { Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import type { Evidence } from './evidence.ts';
import {
  type Estimates,
  type MeasuredPopulation,
  type MeasurementPlan,
  measureEstimates,
} from './measure-estimates.ts';
import { measurePopulation } from './measure-population.ts';
import type { SliceKey } from './slice.ts';

/** Aggregates of scored rows. */
export interface AggregatedDataset {
  readonly aggregates: AggregatedRows;
  /** null where there is no champion to compare with, whatever was aggregated. */
  readonly champion: AggregatedModel | null;
}

/** Evidence from aggregates. */
export function aggregateEvidence({ aggregates, champion }: AggregatedDataset, policy: ModelPolicy): Evidence {
  const hasChampion = champion !== null;
  const { grouping } = policy.evaluate;
  const { sampling } = aggregates.population;
  return {
    grouping,
    clusters: grouping.kind === 'none' || sampling.kind === 'rows' ? null : sampling.count,
    measureAll: (plan) => measureAggregates(aggregates, { plan, hasChampion }),
    slices: aggregates.slices.map((slice) => ({
      key: slice.key,
      rows: slice.rows,
      measure: (plan) => measureSlice(slice, { plan, hasChampion }),
    })),
    measureClasses: (plan) => measureClasses(aggregates, { plan, hasChampion }, policy),
    curves: () => ({ candidate: aggregates.candidate.curves(), champion: champion?.curves() ?? null }),
  };
}

interface Measuring {
  readonly plan: MeasurementPlan;
  readonly hasChampion: boolean;
}

function measureSlice({ key, of }: AggregatedSlice, measuring: Measuring): MeasuredPopulation {
  if (of.kind === 'aggregated') return measureAggregates(of.aggregates, measuring, key);
  const { population } = of;
  return measurePopulation(measuring.hasChampion ? population : { ...population, champion: null }, measuring.plan);
}

/** Each class of several against the rest, on all rows. A class is where slices do: its rows are those that have it. */
function measureClasses(
  aggregates: AggregatedPopulation,
  measuring: Measuring,
  { data, evaluate }: ModelPolicy,
): readonly MeasuredPopulation[] {
  return (evaluate.classes ?? []).map((value, of) => {
    const candidate = aggregates.candidate.ofClass?.(of) ?? aggregates.candidate;
    const champion = aggregates.champion?.ofClass?.(of) ?? null;
    const key = { column: data.label, value: String(value) };
    return measureAggregates(
      { ...aggregates, rows: aggregates.labelRows[of] ?? 0, candidate, champion },
      measuring,
      key,
    );
  });
}

function measureAggregates(
  sums: AggregatedPopulation,
  { plan, hasChampion }: Measuring,
  slice?: SliceKey,
): MeasuredPopulation {
  const { rows, population } = sums;
  const rival = hasChampion ? sums.champion : null;
  const estimate = (metric: Metric): Estimates => {
    const candidate = estimateOf(sums.candidate, metric);
    const identical = rival !== null && sums.identical;
    const champion = rival === null ? null : identical ? candidate : estimateOf(rival, metric);
    return { metric, candidate, champion, identical };
  };
  const place = slice === undefined ? { rows } : { slice, rows };
  return measureEstimates({ place, population, estimate }, plan);
}

function estimateOf(sums: AggregatedModel, metric: Metric): MetricEstimate | UndefinedMetric {
  return sums.estimate(metric) ?? { kind: 'undefined', reason: 'it is not computed from aggregates' };
}
