import { formatNumber } from '../../../domain/text/format-number.ts';
import type { ReportedCurves } from '../../../reports/evaluation-report.ts';
import { renderTable } from '../../text/table.ts';
import { sampleCurve } from '../curve-samples.ts';
import type { EvaluationChart } from './evaluation-chart.ts';
import { type Curve, drawLines, mermaidLines, PLACES, type UnitAxes } from './unit-lines.ts';

/** The places of a line that the table shows. */
const TABLE_PLACES = [0, 4, 8, 12, 16, 20];

/** A curve that each model has one of. */
export interface ModelCurve extends UnitAxes {
  readonly name: string;
  readonly withDiagonal: boolean;
  readonly points: (curves: ReportedCurves) => Curve | undefined;
}

/** The chart of a curve that each model has one of. */
export function modelCurveChart({ name, points, withDiagonal, ...axes }: ModelCurve): EvaluationChart {
  return {
    name,
    comment: ({ curves }) => {
      const candidate = curves && points(curves.candidate);
      if (candidate === undefined || candidate.length < 2) return undefined;
      const champion = curves?.champion ? points(curves.champion) : undefined;
      return commentLines(axes, candidate, champion !== undefined && champion.length >= 2 ? champion : undefined);
    },
    page: ({ curves }) => {
      const candidate = curves && points(curves.candidate);
      if (candidate === undefined) return undefined;
      const champion = curves?.champion ? points(curves.champion) : undefined;
      return drawLines(axes, { candidate, champion, withDiagonal });
    },
  };
}

function commentLines(axes: UnitAxes, candidate: Curve, champion: Curve | undefined): string {
  const own = sampleCurve(candidate, PLACES);
  const other = champion && sampleCurve(champion, PLACES);
  const rows = TABLE_PLACES.map((at) => [
    (at / (PLACES - 1)).toFixed(1),
    ...(other === undefined ? [] : [formatNumber(other[at] ?? 0, 3)]),
    formatNumber(own[at] ?? 0, 3),
  ]);
  const head = [axes.x, ...(champion === undefined ? [] : ['champion']), 'candidate'];
  return [
    `**${axes.title}** (first line: candidate${champion === undefined ? '' : '; second: champion'})`,
    mermaidLines(axes, champion === undefined ? [candidate] : [candidate, champion]),
    renderTable(
      head,
      rows,
      head.map(() => 'r' as const),
    ),
  ].join('\n\n');
}
