import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { escapeLogLine } from '../../core/render/text/escape.ts';
import type { EvaluationReport, RuleResult } from '../../core/reports/evaluation-report.ts';
import type { ActionContext } from '../action-context.ts';

/** Verdicts that fail the step; undefined: as the gate says. */
export type FailOn = readonly ('fail' | 'inconclusive' | 'never')[] | undefined;

/** The runner shows ten annotations of a type; the last word is kept for the verdict. */
const MAX_ANNOTATIONS = 8;

/** Annotates the rules that decided, and fails the step where the verdict does: after everything else was written. */
export function conclude(context: ActionContext, report: EvaluationReport, failOn: FailOn): void {
  const fails = failsStep(report, failOn);
  const decisive = report.rules.filter((result) => isDecisive(result, report.verdict));
  for (const result of decisive.slice(0, MAX_ANNOTATIONS)) annotate(context, result, fails);
  const sentence = `${report.model}: the gate says ${report.verdict}`;
  if (fails) context.fail(`${sentence}. The summary of this step says why, and which value would have passed.`);
  else context.log.info(sentence);
}

/** True if a verdict fails the step. */
export function failsStep({ verdict, whenInconclusive }: EvaluationReport, failOn: FailOn): boolean {
  if (verdict === 'pass') return false;
  if (failOn !== undefined) return !failOn.includes('never') && failOn.includes(verdict);
  return verdict === 'fail' || whenInconclusive === 'fail';
}

function isDecisive({ rule, verdict }: RuleResult, gate: EvaluationReport['verdict']): boolean {
  if (rule.onFail === 'warn' || gate === 'pass') return false;
  return gate === 'fail' ? verdict === 'fail' : verdict === 'inconclusive' && rule.whenInconclusive === 'fail';
}

function annotate(context: ActionContext, { reason, line }: RuleResult, fails: boolean): void {
  const place = { file: CONFIG_FILE, ...(line === undefined ? {} : { line }) };
  const message = escapeLogLine(reason);
  if (fails) context.fail(message, place);
  else context.log.notice(message, place);
}
