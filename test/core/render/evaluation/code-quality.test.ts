import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { FileArtifactHasher } from '../../../../core/adapters/files/file-artifact-hasher.ts';
import { renderCodeQuality } from '../../../../core/render/evaluation/code-quality.ts';
import { ruleOutcomes } from '../../../../core/render/evaluation/rule-outcome.ts';
import type { EvaluationReport } from '../../../../core/reports/evaluation-report.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const report = SAMPLE_REPORTS.evaluation;
const digestOf = new FileArtifactHasher().hashText;

/** The format as GitLab documents it for tools that report code quality. */
const SCHEMA = {
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    additionalProperties: false,
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', minLength: 1 },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        additionalProperties: false,
        properties: {
          // Relative to the repository, without ./ before it.
          path: { type: 'string', pattern: '^[^./]' },
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
        },
      },
    },
  },
};
const isValid = new Ajv().compile(SCHEMA);

function issuesOf(evaluation: EvaluationReport) {
  const issues = JSON.parse(renderCodeQuality(evaluation, { configFile: 'models/eta/tidegate.yaml', digestOf }));
  expect(isValid(issues), JSON.stringify(isValid.errors)).toBe(true);
  return issues;
}

describe('renderCodeQuality', () => {
  it('has an issue for each rule that did not pass, worst for those that block, at its line', () => {
    const open = ruleOutcomes(report).filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive');
    const issues = issuesOf(report);
    expect(issues).toHaveLength(open.length);
    for (const [index, { blocks, line = 1 }] of open.entries()) {
      expect(['blocker', 'critical'].includes(issues[index].severity)).toBe(blocks);
      expect(issues[index].location).toEqual({ path: 'models/eta/tidegate.yaml', lines: { begin: line } });
    }
  });

  it('is an empty list where everything passed', () => {
    const rules = report.rules.map((result) => ({ ...result, verdict: 'pass' as const }));
    const { baseGate: _, ...own } = report;
    expect(issuesOf({ ...own, rules, verdict: 'pass' })).toEqual([]);
  });

  it('keeps the fingerprint of a rule when its numbers change, and has no fingerprint twice', () => {
    const fingerprints = (evaluation: EvaluationReport) =>
      issuesOf(evaluation).map(({ fingerprint }: { readonly fingerprint: string }) => fingerprint);
    const rules = report.rules.map((result) => ({ ...result, reason: 'got worse by 0.5', line: 40 }));
    const first = fingerprints({ ...report, rules: [...report.rules, ...report.rules] });
    expect(fingerprints({ ...report, rules: [...rules, ...rules] })).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
  });

  it('shows texts from elsewhere on one line of bounded length', () => {
    const reason = `a\n\u0000\u001b[31m\u202e${'x'.repeat(100_000)}`;
    for (const { description } of issuesOf({ ...report, rules: report.rules.map((rule) => ({ ...rule, reason })) })) {
      expect(description.length).toBeLessThanOrEqual(1000);
      expect(description.replaceAll('\ufffd', '')).not.toMatch(/\p{C}/u);
    }
  });
});
