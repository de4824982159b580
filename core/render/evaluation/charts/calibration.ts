import { formatCount, formatNumber } from '../../../domain/text/format-number.ts';
import type { ReportedCurves } from '../../../reports/evaluation-report.ts';
import { renderTable } from '../../text/table.ts';
import type { EvaluationChart } from './evaluation-chart.ts';
import { type Curve, drawLines, mermaidLines } from './unit-lines.ts';

const AXES = { title: 'Calibration', x: 'probability', y: 'share of 1' };

/** The share of rows with label 1 against the mean probability, by bins of the probability. */
export const calibration: EvaluationChart = {
  name: 'calibration',
  comment: ({ curves }) => {
    if (curves === undefined) return undefined;
    const { candidate, champion } = curves;
    const own = pointsOf(candidate);
    if (own.length < 2) return undefined;
    const other = pointsOf(champion);
    const note = `first line: candidate${other.length < 2 ? '' : '; second: champion'}; calibrated is the diagonal`;
    const chart = mermaidLines(AXES, other.length < 2 ? [own] : [own, other]);
    return [`**Calibration** (${note})`, chart, binTable(candidate, champion)].join('\n\n');
  },
  page: ({ curves }) => {
    if (curves?.candidate.calibration === undefined) return undefined;
    const champion = curves.champion?.calibration && pointsOf(curves.champion);
    return drawLines(AXES, { candidate: pointsOf(curves.candidate), champion, withDiagonal: true });
  },
};

function pointsOf(curves: ReportedCurves | null): Curve {
  return (curves?.calibration ?? []).flatMap(({ predicted, observed }): [number, number][] =>
    predicted === null || observed === null ? [] : [[predicted, observed]],
  );
}

function binTable(candidate: ReportedCurves, champion: ReportedCurves | null): string {
  const rows = (candidate.calibration ?? []).map(({ from, to, rows: count, predicted, observed }, bin) => {
    const other = champion?.calibration?.[bin];
    return [
      `${from} … ${to}`,
      formatCount(count),
      show(predicted),
      show(observed),
      ...(other === undefined ? [] : [show(other.predicted), show(other.observed)]),
    ];
  });
  const ofChampion = champion?.calibration ? ['champion: mean', 'share of 1'] : [];
  const head = ['probability', 'rows', 'mean', 'share of 1', ...ofChampion];
  return renderTable(
    head,
    rows,
    head.map(() => 'r' as const),
  );
}

function show(value: number | null): string {
  return value === null ? '—' : formatNumber(value, 3);
}
