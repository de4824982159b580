import type { Interval } from '../reports/evaluation-report.ts';

const MINUS = '\u2212';
const DASH = '\u2014';

/** Names that people use, where they differ from the words of the name. */
const TITLES: Readonly<Record<string, string>> = {
  roc_auc: 'ROC AUC',
  log_loss: 'Log loss',
  brier_score: 'Brier score',
  f1: 'F1',
  mae: 'MAE',
  mse: 'MSE',
  rmse: 'RMSE',
  r2: 'R²',
  mcc: 'MCC',
  ece: 'ECE',
  latency_p50_ms: 'Latency p50 (ms)',
  latency_p95_ms: 'Latency p95 (ms)',
  latency_p99_ms: 'Latency p99 (ms)',
  artifact_size_bytes: 'Artifact size',
};

/** The name of a metric for people. @example metricTitle('average_precision') // => 'Average precision' */
export function metricTitle(name: string): string {
  const words = name.replaceAll('_', ' ');
  return TITLES[name] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** A value for people: three decimals near 1, fewer for large values; a dash where there is none. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return withMinus(value, decimalsFor(value));
}

/** A difference with its sign: `+0.021`, `−0.0004`; two digits that count where it is small. */
export function formatSigned(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const text = withMinus(value, decimalsFor(value));
  return text.startsWith(MINUS) || value === 0 ? text : `+${text}`;
}

/** `(+0.014 … +0.028)`, or '' where there is no interval. */
export function formatSignedInterval(interval: Pick<Interval, 'lower' | 'upper'> | null | undefined): string {
  return interval === null || interval === undefined
    ? ''
    : `(${formatSigned(interval.lower)} … ${formatSigned(interval.upper)})`;
}

/** A whole number with commas between thousands. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `95 %` of 0.95. */
export function formatPercent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(4))} %`;
}

function decimalsFor(value: number): number {
  const size = Math.abs(value);
  if (size >= 1000) return 0;
  if (size >= 10) return 1;
  if (size >= 0.001 || size === 0) return 3;
  return Math.min(8, 1 - Math.floor(Math.log10(size)));
}

function withMinus(value: number, decimals: number): string {
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return value < 0 && Number(text.replaceAll(',', '')) !== 0 ? `${MINUS}${text}` : text;
}
