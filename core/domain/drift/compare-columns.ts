import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { formatNumber } from '../text/format-number.ts';
import { categoryNote, missingNote } from './column-notes.ts';
import { DRIFT_EFFECTS } from './drift-effect-registry.ts';
import { DRIFT_TESTS, ROW_TESTS } from './drift-test-registry.ts';
import {
  degreesOfFreedom,
  effectiveSample,
  estimatedVariance,
  groupsOf,
  inWholeRows,
  type Looked,
} from './effective-sample.ts';
import type { CATEGORICAL_EFFECTS, DriftEffect, DriftEffectName, NUMERIC_EFFECTS } from './effects/drift-effect.ts';
import { historyLimit, MIN_PAST_WINDOWS } from './history-limit.ts';
import { type JudgedShift, judgeShift } from './judge-shift.ts';
import type { ColumnProfile } from './profile-column.ts';
import type { CATEGORICAL_TESTS, DriftTest, NotTested, NUMERIC_TESTS, TwoSampleTest } from './tests/drift-test.ts';

/** The outcome of a check. */
export type DriftVerdict = 'drift' | 'no-drift' | 'inconclusive';

/** Rules for what counts as drift. */
export interface DriftPolicy {
  /** Over all columns together, such as 0.05. */
  readonly falseAlarmRate: number;
  readonly tests: {
    readonly numeric: (typeof NUMERIC_TESTS)[number];
    readonly categorical: (typeof CATEGORICAL_TESTS)[number];
  };
  readonly measures: {
    readonly numeric: (typeof NUMERIC_EFFECTS)[number];
    readonly categorical: (typeof CATEGORICAL_EFFECTS)[number];
  };
  /** Effects below are real or not, but not worth waking anyone. */
  readonly floors: Readonly<Record<DriftEffectName, number>>;
  /** `history`: the reference's own past windows raise the floor. */
  readonly limits: 'none' | 'history';
}

/** A column of the reference with its past windows, and of the current window. */
export interface ColumnPair {
  readonly reference: ColumnProfile;
  /** null: none are kept of it, so that no limit is learned. */
  readonly past: readonly ColumnProfile[] | null;
  /** undefined where the current window lacks the column. */
  readonly current: ColumnProfile | undefined;
  /** A clause: why the reference says nothing of the column. */
  readonly problem?: string;
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
    readonly name: DriftEffectName;
    readonly value: number | null;
    /** Lower bound of the effect; null where there is none. */
    readonly lower: number | null;
    readonly floor: number;
    /** null where no limit was learned. */
    readonly limit: number | null;
    /** The smallest effect that windows of these sizes can show; null where nothing was tested. */
    readonly visible: number | null;
  };
  /** Rows that the current window needs to show a shift of the floor, where it has too few; null where no number is enough. */
  readonly rowsToSee?: number | null;
  readonly verdict: DriftVerdict;
  readonly reason: string;
}

/** Chosen: fewer values tell no shape. */
const MIN_VALUES = 30;
/** Chosen: fewer groups do not tell how much groups differ. */
const MIN_GROUPS = 5;

interface Tested extends TwoSampleTest {
  readonly pair: ColumnPair & { readonly current: ColumnProfile };
  readonly by: DriftTest;
  readonly effect: DriftEffect;
  readonly limit: number | undefined;
  readonly isLeastPValue: boolean;
}

/**
 * Compares the columns of two windows. A column has drifted where its test says so at the false alarm rate over all
 * columns, and the lower bound of the effect is at least its floor, and the effect above the limit that its history sets.
 * Each column has a test of its values, and one of how many are missing. Windows in which a shift of the floor cannot be
 * significant are inconclusive.
 */
export function compareColumns(pairs: readonly ColumnPair[], policy: DriftPolicy): readonly ComparedColumn[] {
  const tested = pairs.map((pair) => ({
    reference: pair.reference,
    values: testValues(pair, policy),
    rows: ROW_TESTS.flatMap((test) => testRows(test, pair, policy) ?? []),
  }));
  const tests = tested.flatMap(({ values, rows }) => (typeof values === 'string' ? rows : [values, ...rows]));
  const adjusted = benjaminiHochberg(tests.map(({ pValue }) => pValue));
  const judge = (test: Tested) =>
    judged(test, { policy, adjustedPValue: adjusted[tests.indexOf(test)] ?? 1, tests: tests.length });
  return tested.map(({ reference, values, rows }) => {
    const shape = typeof values === 'string' ? untested(reference, values, policy) : judge(values);
    return worst([shape, ...rows.map(judge)]) ?? shape;
  });
}

const WORST_FIRST = ['drift', 'inconclusive', 'no-drift'] as const;

function worst(columns: readonly ComparedColumn[]): ComparedColumn | undefined {
  return WORST_FIRST.flatMap((verdict) => columns.filter((column) => column.verdict === verdict))[0];
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
function testValues({ reference, past, current, problem }: ColumnPair, policy: DriftPolicy): Tested | string {
  if (problem !== undefined) return problem;
  if (current === undefined) return 'the current window has no such column';
  const [before, now] = [countValues(reference), countValues(current)];
  if (now < MIN_VALUES) return `the current window has ${now} values, fewer than the ${MIN_VALUES} needed`;
  if (before < MIN_VALUES) return `the reference has ${before} values, fewer than the ${MIN_VALUES} needed`;
  const ungrouped = groupProblem({ reference, current }, 'values');
  if (ungrouped !== undefined) return ungrouped;
  const [by, effect] = chosen(reference.kind, policy);
  const hasLimit = policy.limits === 'history' && past !== null;
  const limit = hasLimit ? historyLimit(effect, reference, past) : undefined;
  if (hasLimit && limit === undefined) {
    return `the reference has fewer than ${MIN_PAST_WINDOWS} complete past windows, which a limit needs`;
  }
  const found = compareBy(by, reference, current);
  if ('untested' in found) return found.untested ?? 'there is nothing to test';
  return { ...found, pair: { reference, past, current }, by, effect, limit };
}

/** A clause: why groups of rows say nothing of how the column varies; undefined where they do, or rows are not grouped. */
function groupProblem(pair: Record<'reference' | 'current', ColumnProfile>, of: Looked): string | undefined {
  const [before, now] = [pair.reference.clusters, pair.current.clusters];
  if (before === undefined && now === undefined) return undefined;
  if (now === undefined) return 'the rows of the current window are not grouped';
  if (before === undefined) {
    return 'the profile of the reference was made without these groups; register a version after drift.group was set';
  }
  const [ofReference, ofCurrent] = [groupsOf(before, of), groupsOf(now, of)];
  if (ofCurrent < MIN_GROUPS) return `the current window has ${tooFewGroups(ofCurrent)}`;
  return ofReference < MIN_GROUPS ? `the reference has ${tooFewGroups(ofReference)}` : undefined;
}

function tooFewGroups(groups: number): string {
  const isWhole = Number.isInteger(groups);
  const counted = isWhole
    ? `${groups} groups`
    : `groups that count as ${formatNumber(Math.floor(groups * 100) / 100, 2)} of equal size`;
  return `${counted}, fewer than the ${MIN_GROUPS} needed`;
}

/** The test and the effect of the values of a kind of column. */
function chosen(kind: ColumnProfile['kind'], { tests, measures }: DriftPolicy): readonly [DriftTest, DriftEffect] {
  return [DRIFT_TESTS[tests[kind]], DRIFT_EFFECTS[measures[kind]]];
}

/** Undefined where there is nothing to test, or too few rows tell. */
function testRows(by: DriftTest, { reference, past, current }: ColumnPair, policy: DriftPolicy): Tested | undefined {
  if (current === undefined || current.rows < MIN_VALUES || reference.rows < MIN_VALUES) return undefined;
  if (groupProblem({ reference, current }, 'presence') !== undefined) return undefined;
  const effect = DRIFT_EFFECTS.missing;
  const hasLimit = policy.limits === 'history' && past !== null;
  const limit = hasLimit ? historyLimit(effect, reference, past) : undefined;
  if (hasLimit && limit === undefined) return undefined;
  const found = compareBy(by, reference, current);
  return 'untested' in found ? undefined : { ...found, pair: { reference, past, current }, by, effect, limit };
}

/** The test on as many independent rows as the windows have, with the law of a variance that is estimated from groups. */
function compareBy(
  by: DriftTest,
  reference: ColumnProfile,
  current: ColumnProfile,
): (TwoSampleTest & Pick<Tested, 'isLeastPValue'>) | NotTested {
  const of = by.columns === 'any' ? 'presence' : by.isByRanks === true ? 'ranks' : 'values';
  const whole = (column: ColumnProfile) => inWholeRows(effectiveSample(column, of));
  const found = by.compare(whole(reference), whole(current));
  if ('untested' in found) return found;
  const pValue = estimatedVariance(found.pValue, degreesOfFreedom(of, reference, current));
  return { ...found, pValue, isLeastPValue: found.pValue <= (by.leastPValue ?? 0) };
}

function countValues({ rows, missing }: ColumnProfile): number {
  return rows - missing;
}

interface JudgedBy {
  readonly policy: DriftPolicy;
  readonly adjustedPValue: number;
  /** Number of all tests. */
  readonly tests: number;
}

function judged(test: Tested, { policy, adjustedPValue, tests }: JudgedBy): ComparedColumn {
  const { pair, by, effect, statistic, pValue, limit } = test;
  const floor = policy.floors[effect.name];
  const found: JudgedShift = judgeShift(
    { ...pair, effect, adjustedPValue, isLeastPValue: test.isLeastPValue },
    { falseAlarmRate: policy.falseAlarmRate, tests, floor, limit },
  );
  const note = by.columns === 'any' ? missingNote(pair) : categoryNote(pair);
  const { name, kind } = pair.reference;
  return {
    ...{ name, kind, test: by.test, statistic, pValue, adjustedPValue },
    effect: {
      name: effect.name,
      value: found.value,
      lower: found.lower,
      floor,
      limit: limit ?? null,
      visible: found.visible,
    },
    ...(found.rowsToSee === undefined ? {} : { rowsToSee: found.rowsToSee }),
    verdict: found.verdict,
    reason: `${found.reason}${note}`,
  };
}

function untested({ name, kind }: ColumnProfile, reason: string, policy: DriftPolicy): ComparedColumn {
  const [by, effect] = chosen(kind, policy);
  return {
    ...{ name, kind, test: by.test, statistic: null, pValue: null, adjustedPValue: null },
    effect: {
      name: effect.name,
      value: null,
      lower: null,
      floor: policy.floors[effect.name],
      limit: null,
      visible: null,
    },
    verdict: 'inconclusive',
    reason: `Not tested: ${reason}.`,
  };
}
