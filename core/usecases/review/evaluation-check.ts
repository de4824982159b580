import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import type { CheckAnnotation, CheckRun } from '../../ports/github/checks.ts';
import { renderEvaluationSections } from '../../render/evaluation/evaluation.ts';
import { inlineCode } from '../../render/text/inline-code.ts';
import type { EvaluationReport, RuleResult } from '../../reports/evaluation-report.ts';

/**
 * The check run of a verdict. An inconclusive one that blocks is a failure, never neutral: a neutral check satisfies
 * branch protection.
 */
export function evaluationCheck(report: EvaluationReport, headSha: string): CheckRun {
  return {
    name: `tidegate / ${report.model}`,
    headSha,
    conclusion: conclusionOf(report),
    title: `${report.verdict}: ${judged(report)}`,
    summary: checkSummary(report),
    annotations: report.rules.flatMap(annotationOf).slice(0, 500),
  };
}

function checkSummary(report: EvaluationReport): string {
  const { headline, rules, reasons } = renderEvaluationSections(report);
  return [headline, rules, reasons].filter((part) => part !== '').join('\n\n');
}

function conclusionOf({ verdict, whenInconclusive }: EvaluationReport): CheckRun['conclusion'] {
  if (verdict === 'pass') return 'success';
  return verdict === 'inconclusive' && whenInconclusive === 'warn' ? 'neutral' : 'failure';
}

/** Counts of the rules of the gate that decided: of both gates the worse one counts. */
function judged({ rules, verdict, baseGate }: EvaluationReport): string {
  const isOfBase = baseGate !== undefined && baseGate.ownVerdict !== verdict;
  const counted = isOfBase ? baseGate.rules : rules;
  const count = (wanted: RuleResult['verdict']) => counted.filter((rule) => rule.verdict === wanted).length;
  const counts = `${count('pass')} passed, ${count('fail')} failed, ${count('inconclusive')} inconclusive`;
  return isOfBase ? `${counts} by the gate of the base branch` : counts;
}

function annotationOf({ verdict, line, reason, rule }: RuleResult): readonly CheckAnnotation[] {
  if (line === undefined || verdict === 'pass' || verdict === 'not-applicable') return [];
  const onlyWarns = verdict === 'fail' ? rule.onFail === 'warn' : rule.whenInconclusive === 'warn';
  const message = `${rule.metric}: ${inlineCode(reason, 1000)}`;
  return [{ path: CONFIG_FILE, line, level: onlyWarns ? 'warning' : 'failure', message }];
}
