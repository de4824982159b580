import { decimalsFor, formatCount, formatDifference, formatNumber, formatPercent } from '../text/format-number.ts';
import type { GateBound, GateMargin } from './gate-rule.ts';
import type { Judgement } from './judge-evidence.ts';

type Shown = NonNullable<Judgement['shown']>;
type Said = Pick<Judgement, 'verdict' | 'level'> & { readonly shown: Shown };

/**
 * Why a rule came out as it did, for people: what, by how much, and what would have passed. A sentence or two.
 *
 * @param title The metric's name for people.
 */
export function ruleReason(bound: GateBound, judgement: Judgement, title: string): string {
  const { shown, verdict, level, unknown } = judgement;
  if (shown === null) {
    return `${title} has no interval: ${unknown ?? 'its error is not known'}.${rowsSentence(judgement, '')}`;
  }
  const said = { shown, verdict, level };
  if (!('margin' in bound)) return `${valueSentence(bound, said, title)}${advice(judgement, plainMargin)}`;
  const marginOf = bound.margin.kind === 'relative' ? formatMarginPercent : plainMargin;
  return `${differenceSentence(bound, said, title)}${advice(judgement, marginOf)}`;
}

/** Requirement of a rule, in a few words: `at least 0.65`, `not worse by 1 %`. */
export function ruleDemand(bound: GateBound): string {
  if (!('margin' in bound)) return `at ${bound.kind === 'min' ? 'least' : 'most'} ${plain(bound.value)}`;
  const amount = amountOf(bound.margin);
  return bound.kind === 'max-regression' ? `not worse by ${amount}` : `better by ${amount}`;
}

function valueSentence(bound: GateBound & { value: number }, { shown, verdict, level }: Said, title: string): string {
  const isExact = shown.lower === shown.upper;
  const decimals = isExact
    ? exactDecimals(shown.value, bound.value)
    : Math.max(decimalsFor((shown.upper - shown.lower) / 2), decimalsOf(bound.value));
  const interval = `${formatNumber(shown.value, decimals)}${range(shown, level, (v) => formatNumber(v, decimals))}`;
  const demand = ruleDemand(bound);
  if (verdict === 'pass') return `${title} is ${interval}: ${demand}.`;
  if (verdict === 'fail') return `${title} is ${interval}; it would have passed with ${demand}.`;
  return `${title} is ${interval}, which neither shows nor rules out ${demand}.`;
}

function differenceSentence(
  bound: GateBound & { margin: GateMargin },
  { shown, verdict, level }: Said,
  title: string,
): string {
  const relative = bound.margin.kind === 'relative';
  const decimals = Math.max(
    decimalsFor((shown.upper - shown.lower) / 2),
    relative ? 4 : decimalsOf(bound.margin.value),
  );
  const size = (value: number) =>
    relative ? formatPercent(value, Math.max(1, decimals - 2)) : formatNumber(value, decimals);
  const signed = (value: number) => (relative ? signedPercent(value, decimals) : formatDifference(value, decimals));
  const amount = amountOf(bound.margin);
  const unit = size(10 ** -(relative ? Math.max(1, decimals - 2) + 2 : decimals));
  const change = `${title} ${changeOf(shown, { level, size, signed, unit })}`;
  if (bound.kind === 'min-improvement') {
    if (verdict === 'pass') return `${change}: at least ${amount}.`;
    if (verdict === 'fail') return `${change}; an improvement of at least ${amount} would have passed.`;
    return `${change}, which neither shows nor rules out an improvement of ${amount}.`;
  }
  if (verdict === 'fail') return `${change}; up to ${amount} would have passed.`;
  if (verdict === 'inconclusive')
    return `${change}, which neither shows nor rules out a regression of more than ${amount}.`;
  if (bound.margin.from === 'data') {
    return `${change}: not worse by ${amount}, which is what these rows can decide, not a margin that someone chose.`;
  }
  const isEquivalent = shown.lower >= -bound.margin.value && shown.upper <= bound.margin.value;
  return isEquivalent
    ? `${change}: equivalent, less than the ${amount} that matters.`
    : `${change}: not worse by ${amount}.`;
}

interface Written {
  readonly level: number;
  readonly size: (value: number) => string;
  readonly signed: (value: number) => string;
  /** The smallest size that is not written as 0. */
  readonly unit: string;
}

/** The change in words; one that is written as 0 is none, or less than the smallest number that is written. */
function changeOf(shown: Shown, { level, size, signed, unit }: Written): string {
  const { value, lower, upper } = shown;
  if (value === 0) return `did not change${range(shown, level, signed)}`;
  if (size(Math.abs(value)) === size(0)) return `changed by less than ${unit}${range(shown, level, signed)}`;
  if (value > 0) return `improved by ${size(value)}${range(shown, level, signed)}`;
  return `got worse by ${size(-value)}${range({ value: -value, lower: -upper, upper: -lower }, level, size)}`;
}

function range(
  { value, lower, upper }: { readonly value: number; readonly lower: number; readonly upper: number },
  level: number,
  format: (value: number) => string,
): string {
  if (lower === value && upper === value) return '';
  return ` (${formatPercent(level)} CI ${format(lower)} … ${format(upper)})`;
}

/** Fix: only for an inconclusive rule. */
function advice(judgement: Judgement, formatMargin: (margin: number) => string): string {
  const { rowsIfEqual, decidableMargin } = judgement;
  const hasPlan = rowsIfEqual !== undefined && rowsIfEqual !== null && decidableMargin !== undefined;
  const equal = hasPlan
    ? ` If the models are truly equal, about ${formatCount(twoDigits(rowsIfEqual))} rows would show it; these rows can decide a margin of ${formatMargin(decidableMargin)}.`
    : '';
  return `${rowsSentence(judgement, ' No feasible number of rows would decide: the difference is too close to the bound for its error.')}${equal}`;
}

function rowsSentence({ rowsToDecide }: Judgement, whenNone: string): string {
  if (rowsToDecide === undefined) return '';
  return rowsToDecide === null ? whenNone : ` About ${formatCount(twoDigits(rowsToDecide))} rows would decide.`;
}

function plainMargin(margin: number): string {
  return String(Number(margin.toPrecision(2)));
}

function formatMarginPercent(margin: number): string {
  return formatPercent(Number(margin.toPrecision(2)), 6);
}

/**
 * A number of rows as people plan with: rounded up to two digits.
 *
 * @example twoDigits(4321) // => 4400
 */
export function twoDigits(rows: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 1);
  return Math.ceil(rows / unit) * unit;
}

/** A measured number has no interval to say how fine it is: whole numbers stay whole, others are as fine as the bound. */
function exactDecimals(value: number, bound: number): number {
  return Number.isInteger(value) ? 0 : Math.max(3, decimalsOf(bound));
}

function amountOf(margin: GateMargin): string {
  return margin.kind === 'relative' ? formatPercent(margin.value) : plain(margin.value);
}

function signedPercent(value: number, decimals: number): string {
  return `${value > 0 ? '+' : ''}${formatPercent(value, Math.max(1, decimals - 2))}`;
}

function plain(value: number): string {
  return formatNumber(value, decimalsOf(value));
}

/** Decimals that a configured number was written with. */
function decimalsOf(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
}
