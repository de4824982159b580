import { formatSlice } from '../../../domain/evaluation/slice.ts';
import { metricTitle } from '../../../domain/metrics/metric-registry.ts';
import type { ComparedMetric } from '../../../reports/evaluation-report.ts';
import { sliceKey } from '../evaluation-headline.ts';
import type { EvaluationChart } from './evaluation-chart.ts';
import { drawIntervals, type IntervalRow } from './interval-rows.ts';

/** Candidate minus champion of one metric, by slice. In a comment it is part of the section of slices. */
export const sliceDifferences: EvaluationChart = {
  name: 'slice-differences',
  comment: null,
  page: ({ comparisons, rules }) => {
    const sliced = (comparisons[0]?.metrics ?? []).filter(({ slice }) => slice !== undefined);
    const names = [...new Set(rules.filter(({ slice }) => slice !== undefined).map(({ rule }) => rule.metric))];
    const [first] = names.length > 0 ? names : sliced.map(({ name }) => name);
    if (first === undefined) return undefined;
    const rows = sliced.filter(({ name }) => name === first).map(sliceRow);
    return drawIntervals(`${metricTitle(first)} by slice: candidate minus champion`, rows);
  },
};

function sliceRow({ slice, difference: { value, interval } }: ComparedMetric): IntervalRow | null {
  if (slice === undefined || value === null || interval === null) return null;
  return { label: formatSlice(sliceKey(slice)), value, lower: interval.lower, upper: interval.upper };
}
