import { type GateRule, needsChampion } from '../gate/gate-rule.ts';
import { type ContrastEvidence, type Judgement, judgeEvidence } from '../gate/judge-evidence.ts';
import { judgeSlices } from '../gate/judge-slices.ts';
import { ruleReason } from '../gate/rule-reason.ts';
import { metricTitle } from '../metrics/metric-registry.ts';
import type { MeasuredPopulation, RuleEvidence } from './measure-estimates.ts';
import type { Rebaseline } from './rebaseline.ts';
import { formatSlice, type SliceKey } from './slice.ts';

/** A rule, or a rule on one slice, with its verdict. */
export interface RuleOutcome {
  readonly rule: GateRule;
  readonly slice?: SliceKey;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-applicable';
  /** Sentences for people: what, by how much, and what would have passed. */
  readonly reason: string;
  readonly rowsToDecide?: number | null;
  readonly rowsIfEqual?: number | null;
  readonly decidableMargin?: number;
}

/** A slice with too few rows to judge. */
export interface SmallSlice {
  readonly slice: SliceKey;
  readonly rows: number;
}

/** Why no champion was compared with. */
export type ChampionAbsence =
  | { readonly kind: 'none' }
  /** `isWaivable: false`: no decision of a person about the test set replaces the comparison. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly isWaivable?: false }
  /** It cannot be compared with on this dataset, for the reason `instead`, and a person accepted that. */
  | { readonly kind: 'rebaselined'; readonly decision: Rebaseline; readonly instead: string }
  | { readonly kind: 'present' };

/** Inputs for judging the rules. */
export interface GateEvidence {
  readonly all: MeasuredPopulation;
  readonly slices: readonly MeasuredPopulation[];
  /** Each class of a multiclass label against the rest. */
  readonly classes: readonly MeasuredPopulation[];
  readonly smallSlices: readonly SmallSlice[];
  /** Of the rules on metrics of the artifact itself, by index. */
  readonly artifact: ReadonlyMap<number, RuleEvidence>;
  readonly champion: ChampionAbsence;
  readonly confidence: number;
  readonly minRows: number;
}

/** Judges every rule of a gate, in the order of tidegate.yaml; a rule on slices gives one outcome a slice. */
export function judgeRules(rules: readonly GateRule[], evidence: GateEvidence): readonly RuleOutcome[] {
  return rules.flatMap((rule) => judgeRule(rule, evidence));
}

function judgeRule(rule: GateRule, evidence: GateEvidence): readonly RuleOutcome[] {
  if (needsChampion(rule) && evidence.champion.kind === 'none') {
    return [{ rule, verdict: 'not-applicable', reason: 'There is no champion to compare with yet.' }];
  }
  if (needsChampion(rule) && evidence.champion.kind === 'unreadable') {
    const reason = `The comparison with the champion is not possible: ${evidence.champion.reason}.`;
    return [{ rule, verdict: 'inconclusive', reason, rowsToDecide: null }];
  }
  if (needsChampion(rule) && evidence.champion.kind === 'rebaselined') {
    return [{ rule, verdict: 'not-applicable', reason: rebaselineReason(evidence.champion.decision) }];
  }
  if (rule.everySlice) return judgeEverySlice(rule, evidence);
  const found = evidence.artifact.get(rule.index) ?? evidence.all.evidence.get(rule.index);
  if (found === undefined || 'missing' in found) return [missing(rule, found)];
  const judged = outcome(rule, judgeEvidence(found.evidence, evidence.confidence));
  return [found.note === undefined ? judged : { ...judged, reason: `${judged.reason} ${found.note}` }];
}

function rebaselineReason({ by, pullRequest, reason }: Rebaseline): string {
  return `The test set is a new baseline, which ${by} accepted in #${pullRequest}: ${reason.slice(0, MAX_REASON_CHARACTERS)}`;
}

/** Chosen: a sentence. */
const MAX_REASON_CHARACTERS = 300;

function judgeEverySlice(rule: GateRule, evidence: GateEvidence): readonly RuleOutcome[] {
  const isOfClass = !evidence.all.metrics.some(({ name }) => name === rule.metric);
  const slices = isOfClass ? evidence.classes : evidence.slices;
  const smallSlices = isOfClass ? [] : evidence.smallSlices;
  const { minRows } = evidence;
  if (slices.length + smallSlices.length === 0) {
    const reason = 'No slices are declared: add evaluate.slices, or remove slices: all.';
    return [{ rule, verdict: 'inconclusive', reason, rowsToDecide: null }];
  }
  const found = slices.map((population) => ({ slice: population.slice, of: population.evidence.get(rule.index) }));
  const judged = found.flatMap(({ slice, of }) =>
    of !== undefined && 'evidence' in of ? [{ ...(slice ? { slice } : {}), evidence: of.evidence }] : [],
  );
  const judgements = judgeSlices(
    judged.map((entry): ContrastEvidence => entry.evidence),
    evidence.confidence,
  );
  return [
    ...judgements.map((judgement, index) => outcome(rule, judgement, judged[index]?.slice)),
    ...found.flatMap(({ slice, of }) => (of === undefined || 'missing' in of ? [missing(rule, of, slice)] : [])),
    ...smallSlices.map(({ slice, rows }) => tooSmall(rule, slice, { rows, minRows })),
  ];
}

function outcome(rule: GateRule, judgement: Judgement, slice?: SliceKey): RuleOutcome {
  const title = slice === undefined ? metricTitle(rule.metric) : `${metricTitle(rule.metric)} on ${formatSlice(slice)}`;
  return {
    rule,
    ...(slice === undefined ? {} : { slice }),
    verdict: judgement.verdict,
    reason: ruleReason(rule.bound, judgement, title),
    ...(judgement.rowsToDecide === undefined ? {} : { rowsToDecide: judgement.rowsToDecide }),
    ...(judgement.rowsIfEqual === undefined ? {} : { rowsIfEqual: judgement.rowsIfEqual }),
    ...(judgement.decidableMargin === undefined ? {} : { decidableMargin: judgement.decidableMargin }),
  };
}

function missing(rule: GateRule, found: { readonly missing: string } | undefined, slice?: SliceKey): RuleOutcome {
  const where = slice === undefined ? '' : ` on ${formatSlice(slice)}`;
  const reason = `${metricTitle(rule.metric)}${where} has no value: ${found?.missing ?? 'it was not measured'}.`;
  return { rule, ...(slice === undefined ? {} : { slice }), verdict: 'inconclusive', reason, rowsToDecide: null };
}

function tooSmall(
  rule: GateRule,
  slice: SliceKey,
  { rows, minRows }: { readonly rows: number; readonly minRows: number },
): RuleOutcome {
  const reason = `${formatSlice(slice)} has ${rows} rows, fewer than min-rows (${minRows}): listed, not judged.`;
  return { rule, slice, verdict: 'not-applicable', reason };
}
