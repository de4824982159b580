import { formatCount, formatNumber } from '../../domain/text/format-number.ts';
import type { EvaluationReport, ReportedCurves } from '../../reports/evaluation-report.ts';
import { escapeText } from '../text/escape.ts';
import { renderTable } from '../text/table.ts';
import { sampleCurve } from './curve-samples.ts';

/** Chosen: places along the axis at which a line is drawn. */
const PLACES = 21;
const TABLE_PLACES = [0, 4, 8, 12, 16, 20];
const MAX_CLASSES = 12;

type Curve = readonly (readonly [number, number])[];

/** The pictures of both models as Mermaid, each with a table beneath: empty where the report has no curves. */
export function renderPictures({ curves }: EvaluationReport): string {
  if (curves === undefined) return '';
  const { candidate, champion } = curves;
  const parts = [
    linePicture(
      { title: 'ROC curve', x: 'false positive rate', y: 'recall' },
      { candidate: candidate.roc, champion: champion?.roc },
    ),
    linePicture(
      { title: 'Precision and recall', x: 'recall', y: 'precision' },
      { candidate: candidate.precisionRecall, champion: champion?.precisionRecall },
    ),
    calibrationPicture(candidate, champion),
    residualPicture(candidate),
    confusionTable(candidate, curves.classes),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

interface Lines {
  readonly candidate: Curve | undefined;
  readonly champion: Curve | undefined;
}

function linePicture(axes: Axes, { candidate, champion }: Lines): string {
  if (candidate === undefined || candidate.length < 2) return '';
  const own = sampleCurve(candidate, PLACES);
  const other = champion === undefined || champion.length < 2 ? null : sampleCurve(champion, PLACES);
  const rows = TABLE_PLACES.map((at) => [
    (at / (PLACES - 1)).toFixed(1),
    ...(other === null ? [] : [formatNumber(other[at] ?? 0, 3)]),
    formatNumber(own[at] ?? 0, 3),
  ]);
  const head = [axes.x, ...(other === null ? [] : ['champion']), 'candidate'];
  return [
    `**${axes.title}** (first line: candidate${other === null ? '' : '; second: champion'})`,
    chart(axes, [own, ...(other === null ? [] : [other])]),
    renderTable(
      head,
      rows,
      head.map(() => 'r' as const),
    ),
  ].join('\n\n');
}

function chart({ title, x, y }: Axes, lines: readonly (readonly number[])[]): string {
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis "${x}" 0 --> 1`,
    `  y-axis "${y}" 0 --> 1`,
    ...lines.map((line) => `  line [${line.map((value) => Number(value.toFixed(3))).join(', ')}]`),
    '```',
  ].join('\n');
}

function calibrationPicture(candidate: ReportedCurves, champion: ReportedCurves | null): string {
  const points = (curves: ReportedCurves | null): Curve =>
    (curves?.calibration ?? []).flatMap(({ predicted, observed }): [number, number][] =>
      predicted === null || observed === null ? [] : [[predicted, observed]],
    );
  const own = points(candidate);
  if (own.length < 2) return '';
  const other = points(champion);
  const axes = { title: 'Calibration', x: 'probability', y: 'share of 1' };
  const inside = (curve: Curve) => sampleCurve(curve, PLACES);
  const lines = [inside(own), ...(other.length < 2 ? [] : [inside(other)])];
  const rows = (candidate.calibration ?? []).map(({ from, to, rows: count, predicted, observed }, bin) => {
    const rival = champion?.calibration?.[bin];
    const show = (value: number | null | undefined) =>
      value === null || value === undefined ? '—' : formatNumber(value, 3);
    return [
      `${from} … ${to}`,
      formatCount(count),
      show(predicted),
      show(observed),
      ...(rival === undefined ? [] : [show(rival.predicted), show(rival.observed)]),
    ];
  });
  const head = [
    'probability',
    'rows',
    'mean',
    'share of 1',
    ...(champion?.calibration ? ['champion: mean', 'share of 1'] : []),
  ];
  const note = `first line: candidate${other.length < 2 ? '' : '; second: champion'}; calibrated is the diagonal`;
  return [
    `**Calibration** (${note})`,
    chart(axes, lines),
    renderTable(
      head,
      rows,
      head.map(() => 'r' as const),
    ),
  ].join('\n\n');
}

function residualPicture({ residuals }: ReportedCurves): string {
  if (residuals === undefined || residuals.length < 2) return '';
  const low = Math.min(...residuals.map(({ lower }) => lower), 0);
  const high = Math.max(...residuals.map(({ upper }) => upper), 0);
  const values = (of: (bin: NonNullable<ReportedCurves['residuals']>[number]) => number) =>
    residuals.map((bin) => Number(of(bin).toPrecision(4))).join(', ');
  const picture = [
    '```mermaid',
    'xychart-beta',
    '  title "Residuals by tenths of the prediction"',
    `  x-axis [${residuals.map((_, index) => `"${index + 1}"`).join(', ')}]`,
    `  y-axis "label minus prediction" ${Number(low.toPrecision(4))} --> ${Number((high === low ? low + 1 : high).toPrecision(4))}`,
    `  line [${values(({ mean }) => mean)}]`,
    `  line [${values(({ lower }) => lower)}]`,
    `  line [${values(({ upper }) => upper)}]`,
    '```',
  ].join('\n');
  const rows = residuals.map(({ from, to, rows: count, mean, lower, upper }) => [
    `${short(from)} … ${short(to)}`,
    formatCount(count),
    short(mean),
    `${short(lower)} … ${short(upper)}`,
  ]);
  const table = renderTable(['prediction', 'rows', 'mean', 'middle 80 %'], rows, ['r', 'r', 'r', 'r']);
  return ['**Residuals** (mean, and the middle 80 %)', picture, table].join('\n\n');
}

function confusionTable({ confusion }: ReportedCurves, classes: readonly string[] | undefined): string {
  if (confusion === undefined || classes === undefined || confusion.length > MAX_CLASSES) return '';
  const names = classes.map((name) => escapeText(name, 40));
  const rows = confusion.map((row, truth) => [names[truth] ?? '', ...row.map((weight) => short(weight))]);
  const head = ['label \\ decided', ...names];
  return [
    '**Confusion of the candidate**',
    renderTable(
      head,
      rows,
      head.map((_, at) => (at === 0 ? 'l' : 'r')),
    ),
  ].join('\n\n');
}

function short(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}
