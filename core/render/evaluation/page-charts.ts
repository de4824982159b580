import type { EChartsCoreOption } from 'echarts/core';
import { formatSlice } from '../../domain/evaluation/slice.ts';
import { metricTitle } from '../../domain/metrics/metric-registry.ts';
import type { ComparedMetric, EvaluationReport } from '../../reports/evaluation-report.ts';
import { sliceKey } from './evaluation-headline.ts';

/** A chart as SVG text. */
export interface Chart {
  readonly title: string;
  readonly svg: string;
}

interface Drawing {
  readonly title: string;
  readonly option: EChartsCoreOption;
  readonly height?: number;
}

const WIDTH = 640;
const HEIGHT = 360;
const COLORS = { candidate: '#0969da', champion: '#8c959f', reference: '#d0d7de' };
/** Chosen: more bars than this are no picture. */
const MAX_SLICES = 40;

/** The charts of a report, drawn to SVG; texts of the report are escaped by the library. */
export async function drawCharts(report: EvaluationReport): Promise<readonly Chart[]> {
  const [{ init, use }, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  const { GridComponent, LegendComponent, MarkLineComponent } = components;
  use([charts.LineChart, charts.ScatterChart, charts.HeatmapChart, charts.CustomChart, renderers.SVGRenderer]);
  use([GridComponent, LegendComponent, MarkLineComponent, components.VisualMapComponent]);
  return drawingsOf(report).map(({ title, option, height = HEIGHT }) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
    chart.setOption({ animation: false, textStyle: { fontFamily: 'system-ui, sans-serif' }, ...option });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return { title, svg };
  });
}

function drawingsOf(report: EvaluationReport): readonly Drawing[] {
  const { curves } = report;
  const drawings: Drawing[] = [...differenceDrawing(report), ...sliceDrawings(report)];
  if (curves === undefined) return drawings;
  const { candidate, champion } = curves;
  const calibrated = (bins: NonNullable<typeof candidate.calibration>) =>
    bins.flatMap(({ predicted, observed }) => (predicted === null || observed === null ? [] : [[predicted, observed]]));
  if (candidate.roc) {
    drawings.push(lines('ROC curve', ['false positive rate', 'recall'], [candidate.roc, champion?.roc]));
  }
  if (candidate.precisionRecall) {
    const both = [candidate.precisionRecall, champion?.precisionRecall];
    drawings.push(lines('Precision and recall', ['recall', 'precision'], both));
  }
  if (candidate.calibration) {
    const both = [calibrated(candidate.calibration), champion?.calibration && calibrated(champion.calibration)];
    drawings.push(lines('Calibration', ['probability', 'share of 1'], both));
  }
  if (candidate.confusion && curves.classes) drawings.push(confusion(candidate.confusion, curves.classes));
  if (candidate.residuals) drawings.push(residuals(candidate.residuals));
  return drawings;
}

type Points = readonly (readonly number[])[];

function lines(title: string, [x, y]: readonly [string, string], both: readonly (Points | undefined)[]): Drawing {
  const axis = (name: string) => ({ type: 'value', min: 0, max: 1, name, nameLocation: 'middle', nameGap: 30 });
  const names = ['candidate', 'champion'] as const;
  const drawn = names.flatMap((name, index) => {
    const data = both[index];
    return data === undefined
      ? []
      : [{ name, type: 'line', data, symbolSize: 4, itemStyle: { color: COLORS[name] }, lineStyle: { width: 2 } }];
  });
  const diagonal = {
    type: 'line',
    data: [
      [0, 0],
      [1, 1],
    ],
    symbol: 'none',
    lineStyle: { color: COLORS.reference, type: 'dashed' },
  };
  const series = title === 'Precision and recall' ? drawn : [...drawn, diagonal];
  const legend = { data: drawn.map(({ name }) => name), top: 0 };
  return {
    title,
    option: { xAxis: axis(x), yAxis: axis(y), legend, series, grid: { left: 60, right: 20, top: 40, bottom: 50 } },
  };
}

function differenceDrawing(report: EvaluationReport): readonly Drawing[] {
  const compared = (report.comparisons[0]?.metrics ?? []).filter(({ slice }) => slice === undefined);
  return intervals('Differences, in units of their own interval', compared.map(standardized));
}

/** A difference in the good direction, over half the width of its interval: 1 is the edge of what is shown. */
function standardized(metric: ComparedMetric): IntervalRow | null {
  const { value, interval } = metric.difference;
  if (value === null || interval === null || interval.upper <= interval.lower) return null;
  const half = (interval.upper - interval.lower) / 2;
  const sign = metric.direction === 'higher-is-better' ? 1 : -1;
  const ends = [(sign * interval.lower) / half, (sign * interval.upper) / half].sort((a, b) => a - b);
  return { label: metricTitle(metric.name), value: (sign * value) / half, lower: ends[0] ?? 0, upper: ends[1] ?? 0 };
}

function sliceDrawings(report: EvaluationReport): readonly Drawing[] {
  const sliced = (report.comparisons[0]?.metrics ?? []).filter(({ slice }) => slice !== undefined);
  const names = [...new Set(report.rules.filter(({ slice }) => slice !== undefined).map(({ rule }) => rule.metric))];
  const [first] = names.length > 0 ? names : sliced.map(({ name }) => name);
  const rows = sliced.filter(({ name }) => name === first).map(sliceRow);
  return first === undefined ? [] : intervals(`${metricTitle(first)} by slice: candidate minus champion`, rows);
}

function sliceRow({ slice, difference: { value, interval } }: ComparedMetric): IntervalRow | null {
  if (slice === undefined || value === null || interval === null) return null;
  return { label: formatSlice(sliceKey(slice)), value, lower: interval.lower, upper: interval.upper };
}

interface IntervalRow {
  readonly label: string;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

function intervals(title: string, found: readonly (IntervalRow | null)[]): readonly Drawing[] {
  const rows = found.filter((row) => row !== null).slice(0, MAX_SLICES);
  if (rows.length === 0) return [];
  const bars = rows.map(({ lower, upper }, index) => ({
    type: 'line',
    data: [
      [lower, index],
      [upper, index],
    ],
    symbol: 'rect',
    symbolSize: [2, 10],
    itemStyle: { color: COLORS.champion },
    lineStyle: { color: COLORS.champion, width: 2 },
  }));
  const dots = {
    type: 'scatter',
    data: rows.map(({ value }, index) => [value, index]),
    symbolSize: 9,
    itemStyle: { color: COLORS.candidate },
    markLine: { symbol: 'none', label: { show: false }, data: [{ xAxis: 0 }], lineStyle: { color: COLORS.reference } },
  };
  const labels = rows.map(({ label }) => (label.length > 32 ? `${label.slice(0, 31)}…` : label));
  const option = {
    xAxis: { type: 'value', scale: true },
    yAxis: { type: 'category', data: labels, inverse: true },
    series: [...bars, dots],
    grid: { left: 200, right: 20, top: 20, bottom: 30 },
  };
  return [{ title, option, height: 70 + 24 * rows.length }];
}

function confusion(counts: readonly (readonly number[])[], classes: readonly string[]): Drawing {
  const shares = counts.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, decided) => [decided, truth, total === 0 ? 0 : Number((count / total).toFixed(3))]);
  });
  const option = {
    xAxis: { type: 'category', data: classes, name: 'decided', nameLocation: 'middle', nameGap: 30 },
    yAxis: { type: 'category', data: classes, name: 'label', inverse: true },
    visualMap: { min: 0, max: 1, show: false, inRange: { color: ['#ffffff', COLORS.candidate] } },
    series: [{ type: 'heatmap', data: shares, label: { show: classes.length <= 12 } }],
    grid: { left: 90, right: 20, top: 40, bottom: 50 },
  };
  return { title: 'Confusion, as shares of each label', option };
}

function residuals(
  bins: readonly { readonly mean: number; readonly lower: number; readonly upper: number }[],
): Drawing {
  const line = (name: string, of: (bin: (typeof bins)[number]) => number, type: string) => ({
    name,
    type: 'line',
    data: bins.map(of),
    lineStyle: { type },
    itemStyle: { color: name === 'mean' ? COLORS.candidate : COLORS.champion },
  });
  const option = {
    xAxis: {
      type: 'category',
      data: bins.map((_, index) => String(index + 1)),
      name: 'tenth of the prediction',
      nameLocation: 'middle',
      nameGap: 30,
    },
    yAxis: { type: 'value', scale: true },
    legend: { data: ['mean', '10 %', '90 %'], top: 0 },
    series: [
      line('mean', ({ mean }) => mean, 'solid'),
      line('10 %', ({ lower }) => lower, 'dashed'),
      line('90 %', ({ upper }) => upper, 'dashed'),
    ],
    grid: { left: 70, right: 20, top: 40, bottom: 50 },
  };
  return { title: 'Residuals: label minus prediction', option };
}
