import { describe, expect, it } from 'vitest';
import { renderHeadline } from '../../../../core/render/evaluation/evaluation-headline.ts';
import type { EvaluationReport, RuleResult } from '../../../../core/reports/evaluation-report.ts';
import { SAMPLE_REPORTS } from '../../reports/sample-reports.ts';

type Margin = NonNullable<RuleResult['rule']['maxRegression']>;
type BaseGate = NonNullable<EvaluationReport['baseGate']>;

const margin = (value: number, more: Partial<Margin> = {}): Margin => ({ kind: 'absolute', value, ...more });
const base = { whenInconclusive: 'fail', onFail: 'fail' } as const;

function ruleResult(rule: Partial<RuleResult['rule']>, more: Partial<RuleResult> = {}): RuleResult {
  return { rule: { metric: 'roc_auc', ...base, ...rule }, index: 0, verdict: 'pass', reason: '', ...more };
}

/** A report of ROC AUC with a difference of 0 and an interval of 0.004 to both sides. */
function report(rules: readonly RuleResult[], more: Partial<EvaluationReport> = {}): EvaluationReport {
  const { baseGate: _, ...sample } = SAMPLE_REPORTS.evaluation;
  const interval = { lower: -0.004, upper: 0.004, level: 0.95, method: 'DeLong' };
  const comparisons = sample.comparisons.map((one) => ({
    ...one,
    metrics: [
      {
        name: 'roc_auc',
        direction: 'higher-is-better' as const,
        rows: 1000,
        champion: { value: 0.7, interval: { ...interval, lower: 0.68, upper: 0.72 } },
        difference: { value: 0, interval, pValue: 1, test: null },
      },
    ],
  }));
  return { ...sample, rules: [...rules], verdict: 'pass', comparisons, ...more };
}

describe('renderHeadline', () => {
  it('says of a pass what was shown', () => {
    const rules = [
      ruleResult({ min: 0.5 }),
      ruleResult({ maxRegression: margin(0.003) }),
      ruleResult({ metric: 'log_loss', max: 0.6 }),
      ruleResult({ metric: 'accuracy', min: 0.8 }, { verdict: 'not-applicable' }),
    ];
    expect(renderHeadline(report(rules))).toMatch(
      /Shown: ROC AUC at least 0\.5 and not worse by 0\.003; Log loss at most 0\.6\.$/,
    );
  });

  it('says equivalent of a margin that a person chose, and not of one from the data', () => {
    const of = (one: Margin) => renderHeadline(report([ruleResult({ maxRegression: one })]));
    expect(of(margin(0.005))).toMatch(/Equivalent: the change is too small to matter/);
    expect(of(margin(0.17, { from: 'data' }))).toMatch(
      /Shown: ROC AUC not worse by 0\.17 \(a margin that these rows can decide, not one that someone chose\)\.$/,
    );
    expect(of(margin(0.003))).not.toContain('Equivalent');
  });

  it('claims no interval for a number of a file of results', () => {
    const exact = { lower: 3, upper: 3, level: 0.95, method: 'exact' };
    const metric = {
      name: 'junit:failures',
      direction: 'lower-is-better',
      rows: 0,
      value: 3,
      interval: exact,
    } as const;
    const dataset = { ...SAMPLE_REPORTS.evaluation.dataset, kind: 'numbers' } as const;
    const rules = [ruleResult({ metric: 'junit:failures', max: 3 })];
    const text = renderHeadline(report(rules, { metrics: [metric], comparisons: [], dataset }));
    expect(text).toContain('Failed tests 3');
    expect(text).not.toContain('CI');
  });

  it('gives one number of rows, as the reasons round it', () => {
    const open = ruleResult({ maxRegression: margin(0.001) }, { verdict: 'inconclusive', rowsToDecide: 10_432 });
    expect(renderHeadline(report([open], { verdict: 'inconclusive' }))).toMatch(
      /Not decided: ROC AUC\. About 11,000 rows would decide\.$/,
    );
  });

  it('says that the gate of the base branch decides where it is the worse one', () => {
    const passed = [ruleResult({ maxRegression: margin(0.1) })];
    const of = (baseGate: BaseGate, verdict: EvaluationReport['verdict']) =>
      renderHeadline(report(passed, { verdict, baseGate }));
    const open = ruleResult({ maxRegression: margin(0.001) }, { verdict: 'inconclusive' });
    const failed = ruleResult({ metric: 'accuracy', min: 0.9 }, { verdict: 'fail' });
    expect(of({ verdict: 'inconclusive', ownVerdict: 'pass', rules: [open] }, 'inconclusive')).toMatch(
      /The rules of this pull request hold\. Not decided by the gate of the base branch: ROC AUC\.$/,
    );
    expect(of({ verdict: 'inconclusive', ownVerdict: 'pass', rules: [] }, 'inconclusive')).toMatch(
      /Not decided by the gate of the base branch\.$/,
    );
    expect(of({ verdict: 'fail', ownVerdict: 'pass', rules: [failed] }, 'fail')).toMatch(
      /Refused by the gate of the base branch: Accuracy\.$/,
    );
    expect(of({ verdict: 'pass', ownVerdict: 'pass', rules: passed }, 'pass')).not.toContain('base branch');
  });

  it('is not decided where no rule passed', () => {
    const none = ruleResult({ maxRegression: margin(0.1) }, { verdict: 'not-applicable' });
    expect(renderHeadline(report([none], { verdict: 'inconclusive' }))).toMatch(/No rule passed/);
  });
});
