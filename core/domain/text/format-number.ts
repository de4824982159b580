const MINUS = '−';
const MAX_DECIMALS = 6;

/**
 * Decimals that show a number no finer than it is known.
 *
 * @param precision The half-width of its interval, or the smallest difference that matters; > 0.
 * @returns 0 to 6.
 * @example decimalsFor(0.007) // => 3
 */
export function decimalsFor(precision: number): number {
  if (!Number.isFinite(precision) || precision <= 0) return 3;
  return Math.min(MAX_DECIMALS, Math.max(0, Math.ceil(-Math.log10(precision))));
}

/**
 * A number for people: thousands separated, a true minus sign.
 *
 * @example formatNumber(-1234.5678, 2) // => '−1,234.57'
 */
export function formatNumber(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals);
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && Number(digits) !== 0 ? `${MINUS}${text}` : text;
}

/**
 * A difference for people: always with its sign, except for what rounds to 0.
 *
 * @example formatDifference(0.0213, 3) // => '+0.021'
 */
export function formatDifference(value: number, decimals: number): string {
  const text = formatNumber(value, decimals);
  return value > 0 && Number(value.toFixed(decimals)) !== 0 ? `+${text}` : text;
}

/**
 * A share as a percentage.
 *
 * @param ratio 1 is 100 %.
 * @example formatPercent(0.95) // => '95 %'
 */
export function formatPercent(ratio: number, decimals = 2): string {
  return `${String(Number((ratio * 100).toFixed(decimals))).replace('-', MINUS)} %`;
}

/**
 * A count for people.
 *
 * @example formatCount(112053) // => '112,053'
 */
export function formatCount(count: number): string {
  return formatNumber(Math.round(count), 0);
}
