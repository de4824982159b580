import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { formatCount, formatNumber, formatPercent } from '../text/format-number.ts';
import { newCategories, pairCounts, unknownShare } from './category-counts.ts';
import { chiSquareTest } from './chi-square-test.ts';
import { distributionOf } from './distribution.ts';
import { historyLimit, MIN_PAST_WINDOWS } from './history-limit.ts';
import { kolmogorovSmirnovTest } from './kolmogorov-smirnov.ts';
import { missingLimit, testMissing } from './missing-values.ts';
import { populationStabilityIndex } from './population-stability-index.ts';
import type { CategoricalProfile, ColumnProfile } from './profile-column.ts';
import { asSameFlags } from './same-flags.ts';

/** The outcome of a check. */
export type DriftVerdict = 'drift' | 'no-drift' | 'inconclusive';

/** What counts as drift. */
export interface DriftPolicy {
  /** Over all columns together, such as 0.05. */
  readonly falseAlarmRate: number;
  /** Effects below are real or not, but not worth waking anyone. */
  readonly floors: { readonly ks: number; readonly psi: number; readonly missing: number };
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
    readonly name: 'ks' | 'psi' | 'missing';
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

/** Chosen: where most rows of a sample are of categories that were cut, the rest tells nothing of it. */
const MOST_UNKNOWN = 0.5;

interface Tested {
  readonly test: ComparedColumn['test'];
  readonly name: ComparedColumn['effect']['name'];
  readonly statistic: number;
  readonly pValue: number;
  readonly effect: number;
  readonly floor: number;
  readonly limit: number | undefined;
  readonly note: string;
}

type Adjusted = Tested & { readonly adjustedPValue: number };

/**
 * Compares the columns of two windows. A column has drifted where its test says so at the false alarm rate over all
 * columns, and the effect is at least its floor and above the limit that its history sets. Each column has two tests: of
 * its values, and of how many are missing.
 */
export function compareColumns(pairs: readonly ColumnPair[], policy: DriftPolicy): readonly ComparedColumn[] {
  const ofValues = pairs.map((pair) => testColumn(pair, policy));
  const ofMissing = pairs.map((pair) => testMissingRate(pair, policy));
  const tests = [...ofValues, ...ofMissing].flatMap((test) =>
    test === undefined || typeof test === 'string' ? [] : [test],
  );
  const adjusted = benjaminiHochberg(tests.map(({ pValue }) => pValue));
  const adjust = (test: Tested): Adjusted => ({ ...test, adjustedPValue: adjusted[tests.indexOf(test)] ?? 1 });
  return pairs.map(({ reference }, index) => {
    const [values, missing] = [ofValues[index] ?? 'it was not tested', ofMissing[index]];
    const lost = missing === undefined ? undefined : judged(reference, adjust(missing), policy);
    const shape =
      typeof values === 'string' ? untested(reference, values, policy) : judged(reference, adjust(values), policy);
    return lost?.verdict === 'drift' && shape.verdict !== 'drift' ? lost : shape;
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
function testColumn({ reference, past, current }: ColumnPair, policy: DriftPolicy): Tested | string {
  const { limits } = policy;
  if (current === undefined) return 'the current window has no such column';
  const values = [reference, current].map(({ rows, missing }) => rows - missing);
  const [before = 0, now = 0] = values;
  if (now < MIN_VALUES) return `the current window has ${now} values, fewer than the ${MIN_VALUES} needed`;
  if (before < MIN_VALUES) return `the reference has ${before} values, fewer than the ${MIN_VALUES} needed`;
  const limit = limits === 'history' ? historyLimit(reference, past) : undefined;
  if (limits === 'history' && limit === undefined) {
    return `the reference has fewer than ${MIN_PAST_WINDOWS} complete past windows, which a limit needs`;
  }
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    const test = kolmogorovSmirnovTest(distributionOf(reference), distributionOf(current));
    return { ...test, ...kindOf(reference, policy), effect: test.statistic, limit, note: '' };
  }
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return 'the two windows have different types';
  return testCategories(asSameFlags(reference, current), { ...kindOf(reference, policy), limit });
}

function testCategories(
  [reference, current]: readonly [CategoricalProfile, CategoricalProfile],
  kind: Pick<Tested, 'test' | 'name' | 'floor' | 'limit'>,
): Tested | string {
  const counts = pairCounts(reference, current);
  if (unknownShare(counts) > MOST_UNKNOWN) {
    return 'it has too many categories: most rows have a category that is not among the most frequent ones';
  }
  const note = newNote(newCategories(reference, current));
  return { ...kind, ...chiSquareTest(counts), effect: populationStabilityIndex(counts), note };
}

/** Undefined where nothing is missing, or too few rows tell. */
function testMissingRate({ reference, past, current }: ColumnPair, policy: DriftPolicy): Tested | undefined {
  if (current === undefined || current.rows < MIN_VALUES || reference.rows < MIN_VALUES) return undefined;
  const found = testMissing(reference, current);
  const limit = policy.limits === 'history' ? missingLimit(reference, past) : undefined;
  if (found === undefined || (policy.limits === 'history' && limit === undefined)) return undefined;
  const { statistic, pValue, effect } = found;
  const note = ` Missing: ${formatPercent(found.reference)} before, ${formatPercent(found.current)} now.`;
  const floor = policy.floors.missing;
  return { test: 'chi2_contingency', name: 'missing', statistic, pValue, effect, floor, limit, note };
}

function newNote(found: readonly (readonly [string, number])[]): string {
  if (found.length === 0) return '';
  const named = found.slice(0, MAX_NAMED).map(([name, count]) => `${name} (${formatCount(count)} rows)`);
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  return ` New: ${named.join(', ')}${more}.`;
}

function judged({ name, kind }: ColumnProfile, test: Adjusted, policy: DriftPolicy): ComparedColumn {
  const { statistic, pValue, adjustedPValue, effect, floor, limit } = test;
  const isSignificant = adjustedPValue <= policy.falseAlarmRate;
  const isLarge = effect >= floor && (limit === undefined || effect > limit);
  return {
    ...{ name, kind, test: test.test, statistic, pValue, adjustedPValue },
    effect: { name: test.name, value: effect, floor, limit: limit ?? null },
    verdict: isSignificant && isLarge ? 'drift' : 'no-drift',
    reason: `${sentence({ isSignificant, isLarge }, test)}${test.note}`,
  };
}

function sentence(
  { isSignificant, isLarge }: { readonly isSignificant: boolean; readonly isLarge: boolean },
  { effect, limit, floor }: Tested,
): string {
  const amount = formatNumber(effect, 3);
  const bar =
    limit !== undefined && limit > floor
      ? `${formatNumber(limit, 3)}, the limit from past windows`
      : formatNumber(floor, 3);
  if (!isSignificant) return `Shifted by ${amount}, which chance can explain.`;
  if (!isLarge) return `Shifted by ${amount}: significant, but not above ${bar}.`;
  return `Shifted by ${amount}, more than ${bar}.`;
}

function untested(reference: ColumnProfile, reason: string, policy: DriftPolicy): ComparedColumn {
  const { test, name, floor } = kindOf(reference, policy);
  return {
    ...{ name: reference.name, kind: reference.kind, test, statistic: null, pValue: null, adjustedPValue: null },
    effect: { name, value: null, floor, limit: null },
    verdict: 'inconclusive',
    reason: `Not tested: ${reason}.`,
  };
}

function kindOf({ kind }: ColumnProfile, { floors }: DriftPolicy): Pick<Tested, 'test' | 'name' | 'floor'> {
  return kind === 'numeric'
    ? { test: 'ks_2samp', name: 'ks', floor: floors.ks }
    : { test: 'chi2_contingency', name: 'psi', floor: floors.psi };
}
