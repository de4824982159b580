import type { Drawing } from '../../page/drawing.ts';
import { COLORS } from './evaluation-chart.ts';

/** Chosen: more bars than this are not a chart. */
const MAX_ROWS = 40;

/** A value with its interval. */
export interface IntervalRow {
  readonly label: string;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** A drawing of intervals beneath each other; undefined without any. Null rows, which have no interval, are left out. */
export function drawIntervals(title: string, found: readonly (IntervalRow | null)[]): Drawing | undefined {
  const rows = found.filter((row) => row !== null).slice(0, MAX_ROWS);
  if (rows.length === 0) return undefined;
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
  return { title, option, height: 70 + 24 * rows.length };
}
