import { pairCounts } from './category-counts.ts';
import { distributionOf } from './distribution.ts';
import { type ColumnProfile, type NumericProfile, shareMissing } from './profile-column.ts';
import { asSameFlags } from './same-flags.ts';

/** A part of a column's values with its shares of the rows of both windows, 0 to 1. */
export interface DistributionCell {
  readonly label: string;
  readonly reference: number;
  readonly current: number;
}

/** Chosen: the bars of a histogram that fit next to each other. */
const BINS = 20;
/** Chosen: categories that a chart can name; the rest is one bar. */
const MAX_CATEGORIES = 12;
const MAX_LABEL_CHARACTERS = 60;
/** Chosen: values outside are in the first and the last bin, so that one outlier does not flatten the chart. */
const TAIL = 0.005;

/**
 * Shares of the rows of two windows of a column: bins of equal width for numbers, else the most frequent categories. Missing
 * values are a cell of their own where there are any. The shares of a window sum to 1.
 *
 * @returns Undefined for windows of two kinds, and for a window without rows or without any value.
 */
export function columnDistribution(
  reference: ColumnProfile,
  current: ColumnProfile,
): readonly DistributionCell[] | undefined {
  if (reference.rows <= reference.missing || current.rows <= current.missing) return undefined;
  const cells = valueCells(reference, current);
  if (cells === undefined) return undefined;
  const missing = { label: '(missing)', reference: shareMissing(reference), current: shareMissing(current) };
  const present = cells.map(({ label, ...shares }) => ({
    label: shorten(label),
    reference: rounded(shares.reference * (1 - missing.reference)),
    current: rounded(shares.current * (1 - missing.current)),
  }));
  return missing.reference + missing.current > 0 ? [...present, missing] : present;
}

function valueCells(reference: ColumnProfile, current: ColumnProfile): readonly DistributionCell[] | undefined {
  if (reference.kind === 'numeric' && current.kind === 'numeric') return bins(reference, current);
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return undefined;
  const counts = pairCounts(...asSameFlags(reference, current));
  const [before, now] = [reference.rows - reference.missing, current.rows - current.missing];
  const cells = counts.categories.map((label, at) => ({
    label,
    reference: (counts.reference[at] ?? 0) / before,
    current: (counts.current[at] ?? 0) / now,
  }));
  const sorted = cells.sort((a, b) => Math.max(b.reference, b.current) - Math.max(a.reference, a.current));
  const rest = sorted.slice(MAX_CATEGORIES);
  if (rest.length === 0) return sorted;
  const sum = (of: 'reference' | 'current') => rest.reduce((total, cell) => total + cell[of], 0);
  const label = `(${rest.length} more categories)`;
  return [...sorted.slice(0, MAX_CATEGORIES), { label, reference: sum('reference'), current: sum('current') }];
}

function bins(reference: NumericProfile, current: NumericProfile): readonly DistributionCell[] {
  const low = Math.min(quantile(reference, TAIL), quantile(current, TAIL));
  const high = Math.max(quantile(reference, 1 - TAIL), quantile(current, 1 - TAIL));
  const [before, now] = [distributionOf(reference), distributionOf(current)];
  // Halves first: the difference of two very large numbers may not be finite.
  const edges = low === high ? [low] : Array.from({ length: BINS - 1 }, (_, at) => mix(low, high, (at + 1) / BINS));
  return [...edges, Number.POSITIVE_INFINITY].map((upper, at) => {
    const lower = edges[at - 1] ?? Number.NEGATIVE_INFINITY;
    const share = (at: (x: number) => number) =>
      Math.max(
        0,
        (upper === Number.POSITIVE_INFINITY ? 1 : at(upper)) - (lower === Number.NEGATIVE_INFINITY ? 0 : at(lower)),
      );
    return { label: binLabel(lower, upper), reference: share(before.at), current: share(now.at) };
  });
}

function mix(low: number, high: number, ratio: number): number {
  return low * (1 - ratio) + high * ratio;
}

function quantile({ quantiles }: NumericProfile, ratio: number): number {
  return quantiles[Math.round(ratio * (quantiles.length - 1))] ?? Number.NaN;
}

function binLabel(lower: number, upper: number): string {
  if (lower === Number.NEGATIVE_INFINITY) return `≤ ${short(upper)}`;
  return upper === Number.POSITIVE_INFINITY ? `> ${short(lower)}` : `${short(lower)} … ${short(upper)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A share in [0, 1], without the noise of sums. */
function rounded(share: number): number {
  return Math.min(1, Number(share.toFixed(9)));
}

function shorten(label: string): string {
  const characters = [...label];
  return characters.length > MAX_LABEL_CHARACTERS
    ? `${characters.slice(0, MAX_LABEL_CHARACTERS - 1).join('')}…`
    : label;
}
