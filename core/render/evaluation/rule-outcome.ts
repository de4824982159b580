import { formatSlice } from '../../domain/evaluation/slice.ts';
import { ruleDemand } from '../../domain/gate/rule-reason.ts';
import type { EvaluationReport, RuleResult } from '../../reports/evaluation-report.ts';
import { sliceKey } from './evaluation-headline.ts';
import { boundOf } from './rule-bound.ts';

/** One judged demand of the gate, as reports for other tools name it. */
export interface RuleOutcome {
  /** Unique among the outcomes of a report, and the same for the same rule in every run. */
  readonly name: string;
  readonly metric: string;
  readonly verdict: RuleResult['verdict'];
  readonly reason: string;
  /** Line in tidegate.yaml of the commit that was judged; undefined for rules of the base branch, and where it is not known. */
  readonly line: number | undefined;
  /** True if the gate does not let the model through because of this. */
  readonly blocks: boolean;
}

/** True if the gate itself does not let the model through; `fail-on` of a job may say otherwise. */
export function gateBlocks({ verdict, whenInconclusive }: EvaluationReport): boolean {
  return verdict === 'fail' || (verdict === 'inconclusive' && whenInconclusive === 'fail');
}

/**
 * The outcomes of a report: its rules in their order, those of the base branch where they count too, and last the gate
 * itself where it blocks though no rule does. So some outcome blocks if and only if the gate does.
 */
export function ruleOutcomes(report: EvaluationReport): readonly RuleOutcome[] {
  const own = report.rules.map((result) => ruleOutcome(report, result));
  const base = (report.baseGate?.rules ?? []).map((result) => ofBase(ruleOutcome(report, result)));
  const rules = numbered([...own, ...base]);
  if (!gateBlocks(report) || rules.some(({ blocks }) => blocks)) return rules;
  const reason = report.baseGate?.reason ?? 'No rule could be shown to hold, so nothing is decided.';
  const { verdict } = report;
  return [...rules, { name: 'gate', metric: 'gate', verdict, reason, line: undefined, blocks: true }];
}

function ruleOutcome(report: EvaluationReport, result: RuleResult): RuleOutcome {
  const { rule, verdict, reason, line, slice } = result;
  const where = slice === undefined ? '' : ` on ${formatSlice(sliceKey(slice))}`;
  const name = `${rule.metric}${where}: ${ruleDemand(boundOf(result))}`;
  const decides = verdict === 'fail' || (verdict === 'inconclusive' && rule.whenInconclusive === 'fail');
  const counts = rule.onFail === 'fail' && decides;
  const permitted = verdict === 'inconclusive' && report.whenInconclusive === 'warn';
  return { name, metric: rule.metric, verdict, reason, line, blocks: counts && !permitted && gateBlocks(report) };
}

function ofBase(outcome: RuleOutcome): RuleOutcome {
  return { ...outcome, name: `base branch: ${outcome.name}`, line: undefined };
}

/** Tools keep one of those with equal names. */
function numbered(outcomes: readonly RuleOutcome[]): readonly RuleOutcome[] {
  const seen = new Map<string, number>();
  return outcomes.map((outcome) => {
    const count = (seen.get(outcome.name) ?? 0) + 1;
    seen.set(outcome.name, count);
    return count === 1 ? outcome : { ...outcome, name: `${outcome.name} (${count})` };
  });
}
