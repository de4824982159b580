import { escapeChartLabel } from './escape.ts';

/** An axis with numbers. */
export interface ValueAxis {
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** A chart of bars and lines. */
export interface XyChart {
  /** Our own words; a text from elsewhere in it is escaped by the caller, with `escapeChartLabel`. */
  readonly title: string;
  /** Numbers, or the labels of places: texts from elsewhere, which are escaped and cut here. */
  readonly x: ValueAxis | { readonly labels: readonly string[]; readonly maxCharacters?: number };
  readonly y: ValueAxis;
  /** Drawn in this order. A line of a value axis has its values at evenly spaced places. */
  readonly series: readonly (readonly ['bar' | 'line', readonly number[]])[];
}

/** An `xychart-beta` of Mermaid in a fence of Markdown. Numbers are written as they are: round them before. */
export function renderXyChart({ title, x, y, series }: XyChart): string {
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis ${'labels' in x ? labelList(x.labels, x.maxCharacters) : valueRange(x)}`,
    `  y-axis ${valueRange(y)}`,
    ...series.map(([kind, values]) => `  ${kind} [${values.join(', ')}]`),
    '```',
  ].join('\n');
}

function labelList(labels: readonly string[], maxCharacters?: number): string {
  return `[${labels.map((label) => `"${escapeChartLabel(label, maxCharacters)}"`).join(', ')}]`;
}

function valueRange({ title, from, to }: ValueAxis): string {
  return `"${title}" ${from} --> ${to}`;
}
