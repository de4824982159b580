import { formatNumber } from '../../text/format-number.ts';

/** A metric of a window, next to the registered evaluation. */
export interface WindowMetric {
  readonly name: string;
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** null where the evaluation has no value. */
  readonly evaluated: number | null;
}

/** The verdict on a metric of a window. */
export interface JudgedMetric extends WindowMetric {
  /** Known outcomes, or scores alone. */
  readonly by: 'labels' | 'scores';
  readonly maxDrop: number;
  readonly verdict: 'drift' | 'no-drift' | 'inconclusive';
  /** A sentence. */
  readonly reason: string;
}

/**
 * Judges whether a metric is worse than in the evaluation by more than is allowed: `drift` where the whole interval is, `no-drift`
 * where none of it is, else inconclusive. The value of the evaluation counts as known.
 *
 * @param metric undefined: it was not computed.
 */
export function judgePerformance(
  metric: WindowMetric | undefined,
  rule: Pick<JudgedMetric, 'name' | 'by' | 'maxDrop'> & { readonly direction: 'higher-is-better' | 'lower-is-better' },
): JudgedMetric {
  const { name, by, maxDrop, direction } = rule;
  const found = metric ?? { name, value: null, lower: null, upper: null, evaluated: null };
  const said = (verdict: JudgedMetric['verdict'], reason: string) => ({ ...found, by, maxDrop, verdict, reason });
  const { value, lower, upper, evaluated } = found;
  if (evaluated === null) return said('inconclusive', 'The registered evaluation has no value to compare with.');
  if (value === null || lower === null || upper === null) {
    return said('inconclusive', `The window has no ${by === 'labels' ? 'interval from outcomes' : 'estimate'} of it.`);
  }
  const isHigherBetter = direction === 'higher-is-better';
  const [least, most] = isHigherBetter
    ? [evaluated - upper, evaluated - lower]
    : [lower - evaluated, upper - evaluated];
  const bar = formatNumber(maxDrop, 3);
  if (least > maxDrop) return said('drift', `Worse by at least ${formatNumber(least, 3)}, more than ${bar}.`);
  if (most <= maxDrop) return said('no-drift', `Not worse by more than ${bar}.`);
  return said(
    'inconclusive',
    `Worse by up to ${formatNumber(most, 3)}: the window is too small to tell if by more than ${bar}.`,
  );
}
