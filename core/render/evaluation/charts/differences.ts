import { metricTitle } from '../../../domain/metrics/metric-registry.ts';
import type { ComparedMetric } from '../../../reports/evaluation-report.ts';
import type { EvaluationChart } from './evaluation-chart.ts';
import { drawIntervals, type IntervalRow } from './interval-rows.ts';

/** Candidate minus champion of each metric. A comment has the same as a table. */
export const differences: EvaluationChart = {
  name: 'differences',
  comment: null,
  page: ({ comparisons }) => {
    const compared = (comparisons[0]?.metrics ?? []).filter(({ slice }) => slice === undefined);
    return drawIntervals('Differences, in units of their own interval', compared.map(standardized));
  },
};

/** A difference in the good direction, over half the width of its interval: 1 is the edge of what is shown. */
function standardized(metric: ComparedMetric): IntervalRow | null {
  const { value, interval } = metric.difference;
  if (value === null || interval === null || interval.upper <= interval.lower) return null;
  const half = (interval.upper - interval.lower) / 2;
  const sign = metric.direction === 'higher-is-better' ? 1 : -1;
  const ends = [(sign * interval.lower) / half, (sign * interval.upper) / half].sort((a, b) => a - b);
  return { label: metricTitle(metric.name), value: (sign * value) / half, lower: ends[0] ?? 0, upper: ends[1] ?? 0 };
}
