import { formatCount } from '../../../domain/text/format-number.ts';
import type { ReportedCurves } from '../../../reports/evaluation-report.ts';
import type { Drawing } from '../../page/drawing.ts';
import { renderXyChart } from '../../text/mermaid.ts';
import { renderTable } from '../../text/table.ts';
import { COLORS, type EvaluationChart } from './evaluation-chart.ts';
import { shortNumber } from './short-number.ts';

type Bins = NonNullable<ReportedCurves['residuals']>;

/** Label minus prediction, by tenths of the prediction: the mean and the middle 80 %. */
export const residuals: EvaluationChart = {
  name: 'residuals',
  comment: ({ curves }) => {
    const bins = curves?.candidate.residuals;
    if (bins === undefined || bins.length < 2) return undefined;
    return ['**Residuals** (mean, and the middle 80 %)', mermaid(bins), table(bins)].join('\n\n');
  },
  page: ({ curves }) => curves?.candidate.residuals && drawing(curves.candidate.residuals),
};

function mermaid(bins: Bins): string {
  const low = Math.min(...bins.map(({ lower }) => lower), 0);
  const high = Math.max(...bins.map(({ upper }) => upper), 0);
  const line = (of: (bin: Bins[number]) => number) => ['line', bins.map((bin) => rounded(of(bin)))] as const;
  return renderXyChart({
    title: 'Residuals by tenths of the prediction',
    x: { labels: bins.map((_, index) => String(index + 1)) },
    y: { title: 'label minus prediction', from: rounded(low), to: rounded(high === low ? low + 1 : high) },
    series: [line(({ mean }) => mean), line(({ lower }) => lower), line(({ upper }) => upper)],
  });
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function table(bins: Bins): string {
  const rows = bins.map(({ from, to, rows: count, mean, lower, upper }) => [
    `${shortNumber(from)} … ${shortNumber(to)}`,
    formatCount(count),
    shortNumber(mean),
    `${shortNumber(lower)} … ${shortNumber(upper)}`,
  ]);
  return renderTable(['prediction', 'rows', 'mean', 'middle 80 %'], rows, ['r', 'r', 'r', 'r']);
}

function drawing(bins: Bins): Drawing {
  const line = (name: string, of: (bin: Bins[number]) => number, type: string) => ({
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
