import { formatSlice } from '../../domain/evaluation/slice.ts';
import type { ComparedMetric, EvaluationReport, MetricResult, RuleResult } from '../../reports/evaluation-report.ts';
import { sliceKey } from './evaluation-headline.ts';

type SliceOf = RuleResult['slice'];

/** Lookup of a report's metrics by place, in constant time. Of equal entries the first. */
export interface ReportIndex {
  readonly own: (metric: string, slice: SliceOf) => MetricResult | undefined;
  readonly compared: (metric: string, slice: SliceOf) => ComparedMetric | undefined;
  /** The rule on a slice; not that on all rows. */
  readonly ruled: (metric: string, slice: NonNullable<SliceOf>) => RuleResult | undefined;
}

/** A slice as people read it; empty for all rows. */
export function placeLabel(slice: SliceOf): string {
  return slice === undefined ? '' : formatSlice(sliceKey(slice));
}

/** Indexes a report in one pass. */
export function indexReport(report: EvaluationReport): ReportIndex {
  const own = byPlace(report.metrics, ({ name }) => name);
  const compared = byPlace(report.comparisons[0]?.metrics ?? [], ({ name }) => name);
  const sliced = report.rules.filter(({ slice }) => slice !== undefined);
  const ruled = byPlace(sliced, ({ rule }) => rule.metric);
  return {
    own: (metric, slice) => own.get(keyOf(metric, slice)),
    compared: (metric, slice) => compared.get(keyOf(metric, slice)),
    ruled: (metric, slice) => ruled.get(keyOf(metric, slice)),
  };
}

function byPlace<T extends { readonly slice?: SliceOf }>(
  entries: readonly T[],
  nameOf: (entry: T) => string,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const entry of entries) {
    const key = keyOf(nameOf(entry), entry.slice);
    if (!found.has(key)) found.set(key, entry);
  }
  return found;
}

function keyOf(metric: string, slice: SliceOf): string {
  return JSON.stringify([metric, slice === undefined ? null : placeLabel(slice)]);
}
