import { formatSlice } from '../../domain/evaluation/slice.ts';
import { ruleDemand } from '../../domain/gate/rule-reason.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import type { EvaluationReport, RuleResult } from '../../reports/evaluation-report.ts';
import { sliceKey } from './evaluation-headline.ts';
import { boundOf } from './rule-bound.ts';

/**
 * The rules as JUnit test cases: failed and inconclusive ones that count are failures, others that did not pass are
 * skipped with their reason.
 */
export function renderJunit(report: EvaluationReport): string {
  const cases = report.rules.map((result) => ({ result, outcome: outcomeOf(result) }));
  const count = (outcome: string) => cases.filter((one) => one.outcome === outcome).length;
  const lines = cases.map(({ result, outcome }) => testCase(report.model, result, outcome));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite name="${xml(report.model)}" tests="${cases.length}" failures="${count('failure')}" skipped="${count('skipped')}" timestamp="${xml(report.createdAt)}">`,
    ...lines,
    '</testsuite></testsuites>',
    '',
  ].join('\n');
}

function outcomeOf({ verdict, rule }: RuleResult): 'passed' | 'failure' | 'skipped' {
  if (verdict === 'pass') return 'passed';
  const counts = rule.onFail === 'fail' && (verdict === 'fail' || rule.whenInconclusive === 'fail');
  return counts && verdict !== 'not-applicable' ? 'failure' : 'skipped';
}

function testCase(model: string, result: RuleResult, outcome: ReturnType<typeof outcomeOf>): string {
  const where = result.slice === undefined ? '' : ` on ${formatSlice(sliceKey(result.slice))}`;
  const name = `${result.rule.metric}${where}: ${ruleDemand(boundOf(result))}`;
  const line = result.line === undefined ? '' : ` file="${CONFIG_FILE}" line="${result.line}"`;
  const head = `<testcase classname="${xml(model)}" name="${xml(name)}"${line}`;
  if (outcome === 'passed') return `${head}/>`;
  return `${head}><${outcome} message="${xml(result.verdict)}">${xml(result.reason)}</${outcome}></testcase>`;
}

function xml(value: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return value.replace(/\p{C}/gu, '\ufffd').replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
