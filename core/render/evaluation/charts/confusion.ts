import { escapeText } from '../../text/escape.ts';
import { renderTable } from '../../text/table.ts';
import { COLORS, type EvaluationChart } from './evaluation-chart.ts';
import { shortNumber } from './short-number.ts';

/** Chosen: a wider table is not read in a comment, and numbers in more cells not in a picture. */
const MAX_CLASSES = 12;

/** The candidate's decisions by label. In a comment it is a table only: Mermaid has no such chart. */
export const confusion: EvaluationChart = {
  name: 'confusion',
  comment: ({ curves }) => {
    const [counts, classes] = [curves?.candidate.confusion, curves?.classes];
    if (counts === undefined || classes === undefined || counts.length > MAX_CLASSES) return undefined;
    const names = classes.map((name) => escapeText(name, 40));
    const rows = counts.map((row, truth) => [names[truth] ?? '', ...row.map((weight) => shortNumber(weight))]);
    const head = ['label \\ decided', ...names];
    const table = renderTable(
      head,
      rows,
      head.map((_, at) => (at === 0 ? 'l' : 'r')),
    );
    return `**Confusion of the candidate**\n\n${table}`;
  },
  page: ({ curves }) => {
    const [counts, classes] = [curves?.candidate.confusion, curves?.classes];
    if (counts === undefined || classes === undefined) return undefined;
    const option = {
      xAxis: { type: 'category', data: classes, name: 'decided', nameLocation: 'middle', nameGap: 30 },
      yAxis: { type: 'category', data: classes, name: 'label', inverse: true },
      visualMap: { min: 0, max: 1, show: false, inRange: { color: ['#ffffff', COLORS.candidate] } },
      series: [{ type: 'heatmap', data: shares(counts), label: { show: classes.length <= MAX_CLASSES } }],
      grid: { left: 90, right: 20, top: 40, bottom: 50 },
    };
    return { title: 'Confusion, as shares of each label', option };
  },
};

/** Cells as place, place and share of the label's rows. */
function shares(counts: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return counts.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, decided) => [decided, truth, total === 0 ? 0 : Number((count / total).toFixed(3))]);
  });
}
