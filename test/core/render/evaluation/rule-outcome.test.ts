import { describe, expect, it } from 'vitest';
import { gateBlocks, ruleOutcomes } from '../../../../core/render/evaluation/rule-outcome.ts';
import type { EvaluationReport, RuleResult } from '../../../../core/reports/evaluation-report.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

const { baseGate: _, unchanged: __, ...sample } = SAMPLE_REPORTS.evaluation;
const VERDICTS = ['pass', 'fail', 'inconclusive', 'not-applicable'] as const;
const ACTIONS = ['fail', 'warn'] as const;

/** Every kind of rule with every result. */
const RULES: readonly RuleResult[] = VERDICTS.flatMap((verdict) =>
  ACTIONS.flatMap((onFail) =>
    ACTIONS.map((whenInconclusive, index) => ({
      rule: { metric: 'roc_auc', min: 0.6, onFail, whenInconclusive },
      ...{ index, verdict, reason: 'so' },
    })),
  ),
);

describe('ruleOutcomes', () => {
  it('have one that blocks if and only if the gate does', () => {
    for (const verdict of ['pass', 'fail', 'inconclusive'] as const) {
      for (const whenInconclusive of ACTIONS) {
        for (const rules of [RULES, RULES.slice(0, 4), []]) {
          const report: EvaluationReport = { ...sample, verdict, whenInconclusive, rules };
          const blocks = ruleOutcomes(report).some((outcome) => outcome.blocks);
          expect(blocks, `${verdict} ${whenInconclusive}`).toBe(gateBlocks(report));
        }
      }
    }
  });

  it('names the rules that a failed gate failed for, and no others', () => {
    const report: EvaluationReport = { ...sample, verdict: 'fail', whenInconclusive: 'fail', rules: RULES };
    const blocking = RULES.filter((_result, index) => ruleOutcomes(report)[index]?.blocks);
    expect(blocking.map(({ verdict, rule }) => [verdict, rule.onFail, rule.whenInconclusive])).toEqual([
      ['fail', 'fail', 'fail'],
      ['fail', 'fail', 'warn'],
      ['inconclusive', 'fail', 'fail'],
    ]);
  });

  it('has a name for each, so that no tool takes two of them for one', () => {
    const names = ruleOutcomes({ ...sample, rules: [...RULES, ...sample.rules] }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('shows the rules of the base branch, which have no line in the file of this commit', () => {
    const { baseGate } = SAMPLE_REPORTS.evaluation;
    const own = sample.rules.length;
    const outcomes = ruleOutcomes({ ...sample, ...(baseGate === undefined ? {} : { baseGate }) });
    expect(outcomes.slice(own).map(({ name, line }) => [name.startsWith('base branch: '), line])).toEqual([
      [true, undefined],
    ]);
  });
});
