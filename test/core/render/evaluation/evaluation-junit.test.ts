import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { countTestCases } from '../../../../core/adapters/files/junit-file.ts';
import { renderJunit } from '../../../../core/render/evaluation/evaluation-junit.ts';
import { ruleOutcomes } from '../../../../core/render/evaluation/rule-outcome.ts';
import type { EvaluationReport } from '../../../../core/reports/evaluation-report.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const sample = SAMPLE_REPORTS.evaluation;
const [first] = sample.rules;
if (first === undefined) throw new Error('the sample has no rule');
const shown = { ...first, rule: { ...first.rule, metric: 'latency_p99_ms', onFail: 'warn' as const } };
const report: EvaluationReport = {
  ...sample,
  rules: [...sample.rules, shown, { ...first, index: 3, verdict: 'pass' }],
};
/** What XML 1.0 has no way to write, what would end a part of it, and what the eye does not see. */
const HOSTILE = [
  '"><script>',
  ']]>',
  '<![CDATA[',
  '&lt;&#0;',
  '--><!--',
  'a\u0000\u0008\u000b\u001b[31m',
  '\ufffe\ud800\u202e',
  "'",
];

describe('renderJunit', () => {
  it('is what a reader of JUnit counts: a test case per rule, a failure per rule that blocks', () => {
    const outcomes = ruleOutcomes(report);
    const failures = outcomes.filter(({ blocks }) => blocks).length;
    const skipped = outcomes.filter(({ blocks, verdict }) => !blocks && verdict !== 'pass').length;
    expect(failures * skipped).toBeGreaterThan(0);
    const text = renderJunit(report);
    const counts = countTestCases(new TextEncoder().encode(text), 'report.xml');
    expect(counts).toEqual({
      ...{ tests: outcomes.length, failures, errors: 0, skipped },
      passed: outcomes.length - failures - skipped,
    });
    expect(text).toContain(`tests="${outcomes.length}" failures="${failures}" errors="0" skipped="${skipped}"`);
  });

  it('points at the line of the rule in the tidegate.yaml of its folder', () => {
    const text = renderJunit(report, 'models/eta/tidegate.yaml');
    expect(text).toMatch(
      /<testcase [^>]*file="models\/eta\/tidegate.yaml" line="12"><failure message="fail: got worse/,
    );
  });

  it.each(HOSTILE)('stays one document with the same test cases, whatever a name holds: %j', (text) => {
    const hostile: EvaluationReport = {
      ...report,
      model: `m${text}`,
      rules: report.rules.map((result) => ({
        ...result,
        rule: { ...result.rule, metric: `metric${text}` },
        reason: `reason${text}`,
        slice: { column: text, value: text },
      })),
    };
    const written = renderJunit(hostile, `${text}/tidegate.yaml`);
    expect(XMLValidator.validate(written)).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML 1.0 does not have
    expect(written).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
    const parser = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === 'testcase' });
    const { testsuite } = parser.parse(written).testsuites;
    expect(Object.keys(testsuite).sort()).toEqual([
      '@_errors',
      '@_failures',
      '@_name',
      '@_skipped',
      '@_tests',
      '@_timestamp',
      'testcase',
    ]);
    expect(testsuite.testcase).toHaveLength(ruleOutcomes(hostile).length);
    for (const one of testsuite.testcase) {
      expect(Object.keys(one).filter((key) => !key.startsWith('@_') && key !== 'failure' && key !== 'skipped')).toEqual(
        [],
      );
    }
  });
});
