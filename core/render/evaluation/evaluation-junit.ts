import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { type RuleOutcome, ruleOutcomes } from './rule-outcome.ts';

/**
 * The rules as JUnit test cases. A rule that does not let the model through is a failure; any other that did not pass is
 * skipped, with its reason. There is a failure if and only if the gate blocks.
 *
 * @param configFile Path of tidegate.yaml in the repository.
 */
export function renderJunit(report: EvaluationReport, configFile = CONFIG_FILE): string {
  const outcomes = ruleOutcomes(report);
  const failures = outcomes.filter(({ blocks }) => blocks).length;
  const skipped = outcomes.filter(isSkipped).length;
  const counts = `tests="${outcomes.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite name="${xml(report.model)}" ${counts} timestamp="${xml(report.createdAt)}">`,
    ...outcomes.map((outcome) => testCase(report.model, outcome, configFile)),
    '</testsuite></testsuites>',
    '',
  ].join('\n');
}

function isSkipped({ blocks, verdict }: RuleOutcome): boolean {
  return !blocks && verdict !== 'pass';
}

function testCase(model: string, outcome: RuleOutcome, configFile: string): string {
  const { name, line, blocks, verdict, reason } = outcome;
  const place = line === undefined ? '' : ` file="${xml(configFile)}" line="${line}"`;
  const head = `<testcase classname="${xml(`tidegate.${model}`)}" name="${xml(name)}"${place}`;
  if (!blocks && !isSkipped(outcome)) return `${head}/>`;
  const element = blocks ? 'failure' : 'skipped';
  // Viewers show the message in a list, and the text on a page of its own.
  const message = xml(`${verdict}: ${reason}`);
  return `${head}><${element} message="${message}">${message}</${element}></testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** A text as an attribute or an element: what XML 1.0 cannot hold, and what no one sees, is replaced. */
function xml(value: string): string {
  return value.replace(/\p{C}/gu, '\ufffd').replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
