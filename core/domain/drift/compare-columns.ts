import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { formatNumber } from '../text/format-number.ts';
import { ROW_TESTS, VALUE_TESTS } from './drift-test-registry.ts';
import { historyLimit, MIN_PAST_WINDOWS } from './history-limit.ts';
import type { ColumnProfile } from './profile-column.ts';
import type { DriftTest, DriftTestName, DriftTestResult } from './tests/drift-test.ts';

/** The outcome of a check. */
export type DriftVerdict = 'drift' | 'no-drift' | 'inconclusive';

/** Rules for what counts as drift. */
export interface DriftPolicy {
  /** Over all columns together, such as 0.05. */
  readonly falseAlarmRate: number;
  /** Effects below are real or not, but not worth waking anyone. */
  readonly floors: Readonly<Record<DriftTestName, number>>;
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

/** Outcome for a column. */
export interface ComparedColumn {
  readonly name: string;
  readonly kind: ColumnProfile['kind'];
  readonly test: DriftTest['test'];
  readonly statistic: number | null;
  readonly pValue: number | null;
  /** By Benjamini and Hochberg over the tested columns. */
  readonly adjustedPValue: number | null;
  readonly effect: {
    readonly name: DriftTestName;
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

interface Tested extends DriftTestResult {
  readonly by: DriftTest;
  readonly limit: number | undefined;
}

type Adjusted = Tested & { readonly adjustedPValue: number };

/**
 * Compares the columns of two windows. A column has drifted where its test says so at the false alarm rate over all
 * columns, and the effect is at least its floor and above the limit that its history sets. Each column has a test of its
 * values, and one of how many are missing.
 */
export function compareColumns(pairs: readonly ColumnPair[], policy: DriftPolicy): readonly ComparedColumn[] {
  const tested = pairs.map((pair) => ({
    reference: pair.reference,
    values: testValues(pair, policy),
    rows: ROW_TESTS.flatMap((test) => testRows(test, pair, policy) ?? []),
  }));
  const tests = tested.flatMap(({ values, rows }) => (typeof values === 'string' ? rows : [values, ...rows]));
  const adjusted = benjaminiHochberg(tests.map(({ pValue }) => pValue));
  const judge = (reference: ColumnProfile, test: Tested) =>
    judged(reference, { ...test, adjustedPValue: adjusted[tests.indexOf(test)] ?? 1 }, policy);
  return tested.map(({ reference, values, rows }) => {
    const shape = typeof values === 'string' ? untested(reference, values, policy) : judge(reference, values);
    if (shape.verdict === 'drift') return shape;
    return rows.map((test) => judge(reference, test)).find(({ verdict }) => verdict === 'drift') ?? shape;
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

/** The test of a column's values, or why there is none: a clause. */
function testValues({ reference, past, current }: ColumnPair, { limits }: DriftPolicy): Tested | string {
  if (current === undefined) return 'the current window has no such column';
  const [before, now] = [countValues(reference), countValues(current)];
  if (now < MIN_VALUES) return `the current window has ${now} values, fewer than the ${MIN_VALUES} needed`;
  if (before < MIN_VALUES) return `the reference has ${before} values, fewer than the ${MIN_VALUES} needed`;
  const by = VALUE_TESTS[reference.kind];
  const limit = limits === 'history' ? historyLimit(by, reference, past) : undefined;
  if (limits === 'history' && limit === undefined) {
    return `the reference has fewer than ${MIN_PAST_WINDOWS} complete past windows, which a limit needs`;
  }
  const found = by.compare(reference, current);
  if ('untested' in found) return found.untested ?? 'there is nothing to test';
  return { ...found, by, limit };
}

/** Undefined where there is nothing to test, or too few rows tell. */
function testRows(by: DriftTest, { reference, past, current }: ColumnPair, policy: DriftPolicy): Tested | undefined {
  if (current === undefined || current.rows < MIN_VALUES || reference.rows < MIN_VALUES) return undefined;
  const limit = policy.limits === 'history' ? historyLimit(by, reference, past) : undefined;
  if (policy.limits === 'history' && limit === undefined) return undefined;
  const found = by.compare(reference, current);
  return 'untested' in found ? undefined : { ...found, by, limit };
}

function countValues({ rows, missing }: ColumnProfile): number {
  return rows - missing;
}

function judged({ name, kind }: ColumnProfile, test: Adjusted, policy: DriftPolicy): ComparedColumn {
  const { by, statistic, pValue, adjustedPValue, effect, limit } = test;
  const floor = policy.floors[by.name];
  const isSignificant = adjustedPValue <= policy.falseAlarmRate;
  const isLarge = effect >= floor && (limit === undefined || effect > limit);
  return {
    ...{ name, kind, test: by.test, statistic, pValue, adjustedPValue },
    effect: { name: by.name, value: effect, floor, limit: limit ?? null },
    verdict: isSignificant && isLarge ? 'drift' : 'no-drift',
    reason: `${sentence({ isSignificant, isLarge, floor }, test)}${test.note}`,
  };
}

interface Judgement {
  readonly isSignificant: boolean;
  readonly isLarge: boolean;
  readonly floor: number;
}

function sentence({ isSignificant, isLarge, floor }: Judgement, { effect, limit }: Tested): string {
  const amount = formatNumber(effect, 3);
  const bar =
    limit !== undefined && limit > floor
      ? `${formatNumber(limit, 3)}, the limit from past windows`
      : formatNumber(floor, 3);
  if (!isSignificant) return `Shifted by ${amount}, which chance can explain.`;
  if (!isLarge) return `Shifted by ${amount}: significant, but not above ${bar}.`;
  return `Shifted by ${amount}, more than ${bar}.`;
}

function untested({ name, kind }: ColumnProfile, reason: string, { floors }: DriftPolicy): ComparedColumn {
  const by = VALUE_TESTS[kind];
  return {
    ...{ name, kind, test: by.test, statistic: null, pValue: null, adjustedPValue: null },
    effect: { name: by.name, value: null, floor: floors[by.name], limit: null },
    verdict: 'inconclusive',
    reason: `Not tested: ${reason}.`,
  };
}
