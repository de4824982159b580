import type { Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import type { Evidence } from './evidence.ts';
import {
  type Estimates,
  type MeasuredPopulation,
  type MeasurementPlan,
  measureEstimates,
  measurePopulation,
} from './measure-population.ts';
import type { SliceKey } from './slice.ts';
import type { ModelSums, SummedPopulation, SummedRows, SummedSlice } from './summed/summed-rows.ts';

/** Aggregates of scored rows. */
export interface AggregatedDataset {
  readonly summed: SummedRows;
  /** null where there is no champion to compare with, whatever was summed. */
  readonly champion: ModelSums | null;
}

/** Evidence from aggregates. */
export function aggregateEvidence({ summed, champion }: AggregatedDataset, policy: ModelPolicy): Evidence {
  const hasChampion = champion !== null;
  const { grouping } = policy.evaluate;
  const { sampling } = summed.population;
  return {
    grouping,
    clusters: grouping.kind === 'none' || sampling.kind === 'rows' ? null : sampling.count,
    measureAll: (plan) => measureSums(summed, { plan, hasChampion }),
    slices: summed.slices.map((slice) => ({
      key: slice.key,
      rows: slice.rows,
      measure: (plan) => measureSlice(slice, { plan, hasChampion }),
    })),
    measureClasses: (plan) => measureClasses(summed, { plan, hasChampion }, policy),
    curves: () => ({ candidate: summed.candidate.curves(), champion: champion?.curves() ?? null }),
  };
}

interface Measuring {
  readonly plan: MeasurementPlan;
  readonly hasChampion: boolean;
}

function measureSlice({ key, of }: SummedSlice, measuring: Measuring): MeasuredPopulation {
  if (of.kind === 'summed') return measureSums(of.sums, measuring, key);
  const { population } = of;
  return measurePopulation(measuring.hasChampion ? population : { ...population, champion: null }, measuring.plan);
}

/** Each class of several against the rest, on all rows. A class stands where slices do: its rows are those that have it. */
function measureClasses(
  summed: SummedPopulation,
  measuring: Measuring,
  { data, evaluate }: ModelPolicy,
): readonly MeasuredPopulation[] {
  return (evaluate.classes ?? []).map((value, of) => {
    const candidate = summed.candidate.ofClass?.(of) ?? summed.candidate;
    const champion = summed.champion?.ofClass?.(of) ?? null;
    const key = { column: data.label, value: String(value) };
    return measureSums({ ...summed, rows: summed.labelRows[of] ?? 0, candidate, champion }, measuring, key);
  });
}

function measureSums(sums: SummedPopulation, { plan, hasChampion }: Measuring, slice?: SliceKey): MeasuredPopulation {
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

function estimateOf(sums: ModelSums, metric: Metric): MetricEstimate | UndefinedMetric {
  return sums.estimate(metric) ?? { kind: 'undefined', reason: 'it is not computed from aggregates' };
}
