import type { Drawing } from '../../page/drawing.ts';
import { renderXyChart } from '../../text/mermaid.ts';
import { sampleCurve } from '../curve-samples.ts';
import { COLORS } from './evaluation-chart.ts';

/** Chosen: places along the axis at which a line of a comment is drawn. */
export const PLACES = 21;

/** Points with both coordinates from 0 to 1, by rising first coordinate. */
export type Curve = readonly (readonly [number, number])[];

/** A chart of lines in the unit square. */
export interface UnitAxes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

/** Mermaid of curves in the unit square, each of at least two points. */
export function mermaidLines({ title, x, y }: UnitAxes, curves: readonly Curve[]): string {
  return renderXyChart({
    title,
    x: { title: x, from: 0, to: 1 },
    y: { title: y, from: 0, to: 1 },
    series: curves.map((curve) => ['line', sampleCurve(curve, PLACES).map((value) => Number(value.toFixed(3)))]),
  });
}

/** The curves of both models for the page. */
export interface DrawnCurves {
  readonly candidate: Curve;
  readonly champion: Curve | undefined;
  /** True if the diagonal is drawn: what a useless model, or a calibrated one, is. */
  readonly withDiagonal: boolean;
}

/** A drawing of curves in the unit square. */
export function drawLines({ title, x, y }: UnitAxes, { withDiagonal, ...curves }: DrawnCurves): Drawing {
  const names = ['candidate', 'champion'] as const;
  const drawn = names.flatMap((name) => {
    const data = curves[name];
    return data === undefined
      ? []
      : [{ name, type: 'line', data, symbolSize: 4, itemStyle: { color: COLORS[name] }, lineStyle: { width: 2 } }];
  });
  const series = withDiagonal ? [...drawn, DIAGONAL] : drawn;
  const legend = { data: drawn.map(({ name }) => name), top: 0 };
  const grid = { left: 60, right: 20, top: 40, bottom: 50 };
  return { title, option: { xAxis: unitAxis(x), yAxis: unitAxis(y), legend, series, grid } };
}

const DIAGONAL = {
  type: 'line',
  data: [
    [0, 0],
    [1, 1],
  ],
  symbol: 'none',
  lineStyle: { color: COLORS.reference, type: 'dashed' },
};

function unitAxis(name: string) {
  return { type: 'value', min: 0, max: 1, name, nameLocation: 'middle', nameGap: 30 };
}
