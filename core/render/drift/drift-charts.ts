import type { DriftColumn, DriftReport } from '../../reports/drift-report.ts';
import type { Drawing } from '../page/drawing.ts';
import { columnsOf, shiftRatio, sortedColumns } from './drift.ts';

/** Chosen: more charts are not looked at, and a page has to open. */
export const MAX_CHARTS = 50;
/** Chosen: more bars than this are not a chart. */
const MAX_BARS = 40;
const COLORS = { reference: '#8c959f', current: '#0969da', drift: '#cf222e', quiet: '#8c959f', line: '#1f2328' };
const MAX_LABEL_CHARACTERS = 28;

/** The shift of each column first, then the values of each column that drifted: `MAX_CHARTS` at most. */
export function driftDrawings(report: DriftReport): readonly Drawing[] {
  const columns = sortedColumns(columnsOf(report));
  const drawn = columns.flatMap((column) => distribution(column) ?? []);
  return [...shifts(columns), ...drawn].slice(0, MAX_CHARTS);
}

function shifts(columns: readonly DriftColumn[]): readonly Drawing[] {
  const shown = columns.filter(({ effect }) => effect.value !== null).slice(0, MAX_BARS);
  if (shown.length === 0) return [];
  const bars = shown.map((column) => ({
    value: Number(shiftRatio(column).toPrecision(3)),
    itemStyle: { color: column.verdict === 'drift' ? COLORS.drift : COLORS.quiet },
  }));
  const line = { symbol: 'none', label: { show: false }, data: [{ xAxis: 1 }], lineStyle: { color: COLORS.line } };
  const option = {
    xAxis: { type: 'value', min: 0 },
    yAxis: { type: 'category', data: shown.map(({ name }) => shorten(name)), inverse: true },
    series: [{ type: 'bar', data: bars, markLine: line }],
    grid: { left: 200, right: 20, top: 20, bottom: 30 },
  };
  return [{ title: 'Shift of each column, as a share of its limit (line)', option, height: 70 + 24 * shown.length }];
}

function distribution({ name, distribution: cells }: DriftColumn): Drawing | undefined {
  if (cells === undefined || cells.length === 0) return undefined;
  const bars = (window: 'reference' | 'current') => ({
    ...{ name: window, type: 'bar', barGap: '0%', itemStyle: { color: COLORS[window] } },
    data: cells.map((cell) => Number((100 * cell[window]).toPrecision(3))),
  });
  const option = {
    legend: { data: ['reference', 'current'], top: 0 },
    xAxis: { type: 'category', data: cells.map(({ label }) => shorten(label)), axisLabel: { rotate: 40, interval: 0 } },
    yAxis: { type: 'value', name: '% of rows' },
    series: [bars('reference'), bars('current')],
    grid: { left: 60, right: 20, top: 40, bottom: 120 },
  };
  return { title: `${shorten(name, 120)}: reference against current`, option, height: 420 };
}

function shorten(text: string, most = MAX_LABEL_CHARACTERS): string {
  const characters = [...text.replace(/\p{C}/gu, '\ufffd')];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}
