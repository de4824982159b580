import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { formatCount, formatNumber } from '../text/format-number.ts';
import { newCategories, pairCounts } from './category-counts.ts';
import { chiSquareTest } from './chi-square-test.ts';
import { distributionOf } from './distribution.ts';
import { historyLimit, MIN_PAST_WINDOWS } from './history-limit.ts';
import { kolmogorovSmirnovTest } from './kolmogorov-smirnov.ts';
import { populationStabilityIndex } from './population-stability-index.ts';
import type { ColumnProfile } from './profile-column.ts';

/** The outcome of a check. */
export type DriftVerdict = 'drift' | 'no-drift' | 'inconclusive';

/** What counts as drift. */
export interface DriftPolicy {
  /** Over all columns together, such as 0.05. */
  readonly falseAlarmRate: number;
  /** Effects below are real or not, but not worth waking anyone. */
  readonly floors: { readonly ks: number; readonly psi: number };
  /** `history`: the reference's own past windows raise the floor. */
  readonly limits: 'none' | 'history';
}

/** A column of the reference with its past windows, and of the current window. */
export interface ColumnPair {
  readonly reference: ColumnProfile;
  readonly past: readonly ColumnProfile[];
  /** undefined where the current window lacks the column. */
  readonly current: ColumnProfile | undefined;
}

/** How a column came out. */
export interface ComparedColumn {
  readonly name: string;
  readonly kind: ColumnProfile['kind'];
  readonly test: 'ks_2samp' | 'chi2_contingency';
  readonly statistic: number | null;
  readonly pValue: number | null;
  /** By Benjamini and Hochberg over the tested columns. */
  readonly adjustedPValue: number | null;
  readonly effect: {
    readonly name: 'ks' | 'psi';
    readonly value: number | null;
    readonly floor: number;
    /** null where no limit was learned. */
    readonly limit: number | null;
  };
  readonly verdict: DriftVerdict;
  readonly reason: string;
}

/** Chosen: fewer values tell no shape. */
const MIN_VALUES = 30;
const MAX_NAMED = 5;

interface Tested {
  readonly statistic: number;
  readonly pValue: number;
  readonly effect: number;
  readonly limit: number | undefined;
  readonly note: string;
}

/**
 * Compares the columns of two windows. A column has drifted where its test says so at the false alarm rate over all
 * columns, and the effect is at least its floor and above the limit that its history sets.
 */
export function compareColumns(pairs: readonly ColumnPair[], policy: DriftPolicy): readonly ComparedColumn[] {
  const tests = pairs.map((pair) => testColumn(pair, policy));
  const pValues = tests.flatMap((test) => (typeof test === 'string' ? [] : [test.pValue]));
  const adjusted = benjaminiHochberg(pValues);
  let next = 0;
  return pairs.map((pair, index) => {
    const test = tests[index] ?? 'it was not tested';
    if (typeof test === 'string') return untested(pair.reference, test, policy);
    const adjustedPValue = adjusted[next] ?? 1;
    next++;
    return judged(pair.reference, { ...test, adjustedPValue }, policy);
  });
}

/**
 * The verdict over all columns: `drift` where any drifted; else `inconclusive` where any could not be tested, or none was
 * there; else `no-drift`.
 */
export function datasetVerdict(columns: readonly Pick<ComparedColumn, 'verdict'>[]): DriftVerdict {
  if (columns.some(({ verdict }) => verdict === 'drift')) return 'drift';
  const isOpen = columns.length === 0 || columns.some(({ verdict }) => verdict === 'inconclusive');
  return isOpen ? 'inconclusive' : 'no-drift';
}

/** The test of a column, or why there is none: a clause. */
function testColumn({ reference, past, current }: ColumnPair, { limits }: DriftPolicy): Tested | string {
  if (current === undefined) return 'the current window has no such column';
  const values = [reference, current].map(({ rows, missing }) => rows - missing);
  const [before = 0, now = 0] = values;
  if (now < MIN_VALUES) return `the current window has ${now} values, fewer than the ${MIN_VALUES} needed`;
  if (before < MIN_VALUES) return `the reference has ${before} values, fewer than the ${MIN_VALUES} needed`;
  const limit = limits === 'history' ? historyLimit(reference, past) : undefined;
  if (limits === 'history' && limit === undefined) {
    return `the reference has fewer than ${MIN_PAST_WINDOWS} whole past windows to learn a limit from`;
  }
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    const test = kolmogorovSmirnovTest(distributionOf(reference), distributionOf(current));
    return { ...test, effect: test.statistic, limit, note: '' };
  }
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return 'the two windows hold different types';
  const counts = pairCounts(reference, current);
  const note = newNote(newCategories(reference, current));
  return { ...chiSquareTest(counts), effect: populationStabilityIndex(counts), limit, note };
}

function newNote(found: readonly (readonly [string, number])[]): string {
  if (found.length === 0) return '';
  const named = found.slice(0, MAX_NAMED).map(([name, count]) => `${name} (${formatCount(count)} rows)`);
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  return ` New: ${named.join(', ')}${more}.`;
}

function judged(
  reference: ColumnProfile,
  test: Tested & { readonly adjustedPValue: number },
  policy: DriftPolicy,
): ComparedColumn {
  const { name, floor } = floorOf(reference, policy);
  const isSignificant = test.adjustedPValue <= policy.falseAlarmRate;
  const isLarge = test.effect >= floor && (test.limit === undefined || test.effect > test.limit);
  const verdict = isSignificant && isLarge ? 'drift' : 'no-drift';
  return {
    name: reference.name,
    kind: reference.kind,
    test: testName(reference),
    statistic: test.statistic,
    pValue: test.pValue,
    adjustedPValue: test.adjustedPValue,
    effect: { name, value: test.effect, floor, limit: test.limit ?? null },
    verdict,
    reason: `${sentence({ isSignificant, isLarge }, test, floor)}${test.note}`,
  };
}

function sentence(
  { isSignificant, isLarge }: { readonly isSignificant: boolean; readonly isLarge: boolean },
  { effect, limit }: Tested,
  floor: number,
): string {
  const amount = formatNumber(effect, 3);
  const bar =
    limit !== undefined && limit > floor
      ? `${formatNumber(limit, 3)}, which past windows reach`
      : formatNumber(floor, 3);
  if (!isSignificant) return `Moved by ${amount}, no more than chance explains.`;
  if (!isLarge) return `Moved by ${amount}: real, but not above ${bar}.`;
  return `Moved by ${amount}, more than ${bar}.`;
}

function untested(reference: ColumnProfile, reason: string, policy: DriftPolicy): ComparedColumn {
  const { name, floor } = floorOf(reference, policy);
  return {
    name: reference.name,
    kind: reference.kind,
    test: testName(reference),
    statistic: null,
    pValue: null,
    adjustedPValue: null,
    effect: { name, value: null, floor, limit: null },
    verdict: 'inconclusive',
    reason: `Not tested: ${reason}.`,
  };
}

function floorOf(
  { kind }: ColumnProfile,
  { floors }: DriftPolicy,
): { readonly name: 'ks' | 'psi'; readonly floor: number } {
  return kind === 'numeric' ? { name: 'ks', floor: floors.ks } : { name: 'psi', floor: floors.psi };
}

function testName({ kind }: ColumnProfile): ComparedColumn['test'] {
  return kind === 'numeric' ? 'ks_2samp' : 'chi2_contingency';
}
