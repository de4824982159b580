import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { resolveGate } from '../../../../core/domain/gate/resolve-gate.ts';
import { UserError } from '../../../../core/errors.ts';

function gateOf(task: string, ...rules: readonly string[]) {
  const text = `version: 1
models:
  m:
    task: ${task}
    artifact: model.onnx
    data: { label: y }
    evaluate: { dataset: t.csv }
    gate:
      rules:
${rules.map((one) => `        - ${one}`).join('\n')}
`;
  const { config } = parseConfig(text);
  const model = config.models.m;
  if (model === undefined) throw new Error('no model');
  return resolveGate(model, []);
}

function problemsOf(task: string, rule: string): readonly string[] {
  try {
    gateOf(task, rule);
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message, fix }) => `${message}. ${fix}`);
    throw error;
  }
  return [];
}

describe('resolveGate', () => {
  it.each([
    { rule: '{ metric: r2, max-regression: 1% }', task: 'regression' },
    { rule: '{ metric: explained_variance, min-improvement: 1% }', task: 'regression' },
    { rule: '{ metric: mcc, max-regression: 1% }', task: 'binary-classification' },
    { rule: '{ metric: cohen_kappa, max-regression: 1% }', task: 'binary-classification' },
  ])('refuses a relative margin of a metric that can be negative: $rule', ({ rule, task }) => {
    const [problem] = problemsOf(task, rule);
    expect(problem).toMatch(
      /can be negative, so a percentage of it has no meaning\. Write .* in the metric's own unit/,
    );
  });

  it.each([
    { rule: '{ metric: r2, max-regression: 0.01 }', task: 'regression' },
    { rule: '{ metric: rmse, max-regression: 1% }', task: 'regression' },
    { rule: '{ metric: roc_auc, max-regression: 1% }', task: 'binary-classification' },
  ])('takes $rule', ({ rule, task }) => {
    expect(problemsOf(task, rule)).toEqual([]);
  });

  it('refuses calibration slopes as better or worse than another', () => {
    const rule = '{ metric: calibration_slope, max-regression: 0.1 }';
    expect(problemsOf('binary-classification', rule)[0]).toContain('Use a min and a max rule instead.');
  });

  it('refuses a metric of one class of several without slices', () => {
    expect(problemsOf('multiclass-classification', '{ metric: recall, min: 0.5 }')[0]).toContain('recall_macro');
    expect(problemsOf('multiclass-classification', '{ metric: recall, slices: all, min: 0.5 }')).toEqual([]);
  });

  it('lets an open rule count, on slices only warn, and latency never decide, unless told otherwise', () => {
    const { rules } = gateOf(
      'binary-classification',
      '{ metric: roc_auc, min: 0.5 }',
      '{ metric: roc_auc, slices: all, min: 0.5 }',
      '{ metric: roc_auc, slices: all, min: 0.5, when-inconclusive: fail }',
      '{ metric: latency_p99_ms, max: 5 }',
      '{ metric: latency_p99_ms, max: 5, on-fail: fail }',
      '{ metric: artifact_size_bytes, max: 5MB }',
    );
    expect(rules.map(({ whenInconclusive, onFail }) => `${whenInconclusive} ${onFail}`)).toEqual([
      'fail fail',
      'warn fail',
      'fail fail',
      'fail warn',
      'fail fail',
      'fail fail',
    ]);
  });
});
