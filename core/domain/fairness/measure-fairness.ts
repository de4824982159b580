import type { Measured } from '../evaluation/measure-estimates.ts';
import type { ScoredPopulation } from '../evaluation/population.ts';
import { intervalOf } from '../inference/interval.ts';
import type { Uncertainty } from '../inference/uncertainty.ts';
import { GROUP_RATES } from '../metrics/group-rates.ts';
import type { FairnessPolicy } from '../policy/fairness-policy.ts';
import { type EstimatedGroup, estimateGroup, type FairnessPlan, type MeasuredRate } from './estimate-group.ts';
import { formatGroup, type GroupValue, type RowGroup } from './fairness-groups.ts';
import {
  FAIRNESS_MEASURE_NAMES,
  type FairnessDefinition,
  type FairnessMeasureName,
  fairnessDefinition,
  type GroupRateName,
} from './fairness-measure.ts';
import { type GroupPair, pairOf } from './group-contrast.ts';
import { worstPair } from './worst-pair.ts';

/** A group of rows with its rates; without rates where it is too small to judge. */
export interface MeasuredGroup {
  readonly value: GroupValue;
  readonly rows: number;
  readonly isJudged: boolean;
  readonly rates: readonly MeasuredRate[];
}

/** A fairness measure over the groups that are judged. */
export interface FairnessMeasurement extends Measured {
  readonly name: FairnessMeasureName;
  /** The two groups that are furthest apart. */
  readonly between?: readonly [GroupValue, GroupValue];
  /** Undefined where there is no value. */
  readonly uncertainty: Uncertainty | undefined;
}

/** Everything measured on the groups of one column. */
export interface MeasuredFairness {
  readonly column: string;
  readonly privileged?: string | number | boolean | undefined;
  /** Rows of all groups. */
  readonly rows: number;
  readonly groups: readonly MeasuredGroup[];
  readonly measures: readonly FairnessMeasurement[];
}

/** Rows to measure by group. */
export interface GroupedPopulation {
  readonly population: ScoredPopulation;
  /** `{ problem }`: a clause that says why there are none. */
  readonly groups: readonly RowGroup[] | { readonly problem: string };
}

/**
 * Measures how far apart the candidate's rates of the groups of a column are. A group that is too small is listed only. A group
 * without a rate, such as one without positive rows, leaves the measures of that rate without a value, with the reason.
 */
export function measureFairness(
  { population, groups }: GroupedPopulation,
  policy: FairnessPolicy,
  plan: FairnessPlan,
): MeasuredFairness {
  const { column, privileged } = policy;
  const names = plan.measures ?? FAIRNESS_MEASURE_NAMES;
  const head = { column, ...(privileged === undefined ? {} : { privileged }), rows: population.labels.length };
  if ('problem' in groups) {
    return { ...head, groups: [], measures: names.map((name) => without(name, groups.problem)) };
  }
  const measured = groups.map((group) => {
    const isJudged = group.rows.length >= plan.minRows;
    return { ...group, isJudged, estimated: isJudged ? estimateGroup(group, population, plan) : undefined };
  });
  const judged = measured.flatMap(({ estimated }) => estimated ?? []);
  return {
    ...head,
    groups: measured.map(({ value, rows, isJudged, estimated }) => ({
      value,
      rows: rows.length,
      isJudged,
      rates: [...(estimated?.rates.values() ?? [])].map((rate) => rate.measured),
    })),
    measures: names.map((name) => measureOf(name, judged, { policy, plan })),
  };
}

interface Measuring {
  readonly policy: FairnessPolicy;
  readonly plan: FairnessPlan;
}

function without(name: FairnessMeasureName, reason: string): FairnessMeasurement {
  return { name, value: null, interval: null, reason, uncertainty: undefined };
}

/** A measure of the groups that are judged. */
function measureOf(
  name: FairnessMeasureName,
  groups: readonly EstimatedGroup[],
  { policy, plan }: Measuring,
): FairnessMeasurement {
  const { column, privileged } = policy;
  if (groups.length < 2) {
    const reason = `fewer than two groups of ${column} have the ${plan.minRows} rows that evaluate.min-rows asks for`;
    return without(name, reason);
  }
  const reference = groups.find(({ value }) => value !== null && String(value) === String(privileged));
  if (privileged !== undefined && reference === undefined) {
    return without(name, `the privileged group ${formatGroup(column, String(privileged))} has too few rows or none`);
  }
  const { rates, kind, most } = fairnessDefinition(name);
  for (const { value, rates: known } of groups) {
    for (const rate of rates) {
      const found = known.get(rate)?.measured;
      if (found?.value === null) {
        const title = GROUP_RATES[rate].title.toLowerCase();
        return without(name, `${formatGroup(column, value)} has no ${title}: ${found.reason ?? 'it is not known'}`);
      }
    }
  }
  const empty = rates.find((rate) => groups.every((group) => rateValue(group, rate) === 0));
  if (kind === 'ratio' && empty !== undefined) {
    return without(
      name,
      `the ${GROUP_RATES[empty].title.toLowerCase()} of every group is 0, so that they have no ratio`,
    );
  }
  const compared = rates.flatMap((rate) => pairsOf(groups, reference, rate));
  const worst = compared.reduce<Compared | undefined>(
    (before, one) => (before === undefined || apart(one, kind) > apart(before, kind) ? one : before),
    undefined,
  );
  if (worst === undefined) return without(name, 'there are no two groups to compare');
  const value = kind === 'ratio' ? ratioOf(worst) : apart(worst, kind);
  const head = { name, value, between: [worst.first.value, worst.second.value] as const };
  const unknown = groups.flatMap((group) => unknownOf(group, rates, column))[0];
  if (unknown !== undefined) return { ...head, interval: null, reason: unknown.reason, uncertainty: unknown };
  const pairs = compared.flatMap((one) => comparedPair(one) ?? []);
  const { uncertainty } = worstPair(pairs, value, { kind, most });
  const interval = intervalOf(value, uncertainty, { level: plan.confidence, range: [0, most] });
  return { ...head, interval: interval ?? null, uncertainty };
}

interface Compared {
  readonly rate: GroupRateName;
  readonly first: EstimatedGroup;
  readonly second: EstimatedGroup;
}

/** Each group against the privileged one, or against each other one. */
function pairsOf(
  groups: readonly EstimatedGroup[],
  reference: EstimatedGroup | undefined,
  rate: GroupRateName,
): readonly Compared[] {
  if (reference !== undefined) {
    return groups.flatMap((first) => (first === reference ? [] : [{ rate, first, second: reference }]));
  }
  return groups.flatMap((first, at) => groups.slice(at + 1).map((second) => ({ rate, first, second })));
}

/** Distance of two groups: the difference of their rates, or 1 less the ratio of the smaller to the larger; 0 of equal ones. */
function apart({ rate, first, second }: Compared, kind: FairnessDefinition['kind']): number {
  const [one, other] = [rateValue(first, rate), rateValue(second, rate)];
  if (kind === 'difference' || one === other) return Math.abs(one - other);
  return 1 - Math.min(one, other) / Math.max(one, other);
}

function ratioOf({ rate, first, second }: Compared): number {
  const [one, other] = [rateValue(first, rate), rateValue(second, rate)];
  return one === other ? 1 : Math.min(one, other) / Math.max(one, other);
}

function rateValue({ rates }: EstimatedGroup, rate: GroupRateName): number {
  return rates.get(rate)?.measured.value ?? Number.NaN;
}

function comparedPair({ rate, first, second }: Compared): GroupPair | undefined {
  const one = first.rates.get(rate)?.comparable;
  const other = second.rates.get(rate)?.comparable;
  if (one === undefined || other === undefined || 'problem' in one || 'problem' in other) return undefined;
  return pairOf(one, other);
}

/** Why a rate of a group has no interval; empty where all have. */
function unknownOf(
  { value, rates: known }: EstimatedGroup,
  rates: readonly GroupRateName[],
  column: string,
): readonly (Uncertainty & { readonly kind: 'unknown' })[] {
  return rates.flatMap((rate) => {
    const found = known.get(rate)?.comparable;
    if (found === undefined || !('problem' in found)) return [];
    const reason = `of ${formatGroup(column, value)}, ${found.problem}`;
    return [{ kind: 'unknown' as const, reason, ...(found.lack === undefined ? {} : { lack: found.lack }) }];
  });
}
