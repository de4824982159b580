import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { resolveGate } from '../../../../core/domain/gate/resolve-gate.ts';
import type { RulePolicy } from '../../../../core/domain/policy/rule-policy.ts';
import { UserError } from '../../../../core/errors.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';

const PLACE = { file: 'tidegate.yaml', line: 9 };

function policyOf(task: string, rules: readonly string[], evaluate = '') {
  const text = `version: 1
models:
  m:
    task: ${task}
    artifact: model.onnx
    data: { label: y }
    evaluate: { dataset: t.csv${evaluate} }
    gate:
      rules:
${rules.map((one) => `        - ${one}`).join('\n')}
`;
  const { config } = parseConfig(text);
  return scoredModel(config.models.m);
}

function gateOf(task: string, ...rules: readonly string[]) {
  return resolveGate(policyOf(task, rules), []);
}

/** Problems of rules as the schema gives them. */
function problemsOfPolicy(rules: readonly RulePolicy[], evaluate = ', metrics-file: m.json') {
  const model = policyOf('binary-classification', ['{ metric: roc_auc, min: 0.5 }'], evaluate);
  return problemsIn({ ...model, gate: { ...model.gate, rules: [...rules] } });
}

function problemsIn(model: ReturnType<typeof policyOf>, places = [PLACE, PLACE]) {
  try {
    resolveGate(model, places);
  } catch (error) {
    if (error instanceof UserError) {
      expect(error.code).toBe('METRIC_INVALID');
      return error.problems;
    }
    throw error;
  }
  return [];
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

  it('has the bound of each rule, with where a margin is from', () => {
    const { rules } = gateOf(
      'binary-classification',
      '{ metric: roc_auc, min: 0.5 }',
      '{ metric: log_loss, max: 0.7 }',
      '{ metric: roc_auc, max-regression: 0.01 }',
      '{ metric: log_loss, min-improvement: 1% }',
    );
    expect(rules.map(({ bound }) => bound)).toStrictEqual([
      { kind: 'min', value: 0.5 },
      { kind: 'max', value: 0.7 },
      { kind: 'max-regression', margin: { kind: 'absolute', value: 0.01 } },
      { kind: 'min-improvement', margin: { kind: 'relative', value: 0.01 } },
    ]);
    expect(rules.map(({ index, metric, everySlice }) => [index, metric, everySlice])).toEqual([
      [0, 'roc_auc', false],
      [1, 'log_loss', false],
      [2, 'roc_auc', false],
      [3, 'log_loss', false],
    ]);
    const margin = { kind: 'absolute', value: 0.01 } as const;
    const model = policyOf('binary-classification', ['{ metric: roc_auc, min: 0.5 }']);
    const policies = [{ metric: 'roc_auc', maxRegression: margin, marginFrom: 'data' }] as const;
    const gate = resolveGate({ ...model, gate: { ...model.gate, rules: policies } }, []);
    expect(gate.rules[0]?.bound).toEqual({ kind: 'max-regression', margin: { ...margin, from: 'data' } });
    expect(() => resolveGate({ ...model, gate: { ...model.gate, rules: [{ metric: 'roc_auc' }] } }, [])).toThrow(
      'a rule without a bound passed the schema',
    );
  });

  it('computes the metrics that are named, then those of rules, each once', () => {
    const named = policyOf(
      'binary-classification',
      ['{ metric: brier_score, max: 0.5 }', '{ metric: f1, min: 0.1 }', '{ metric: latency_p50_ms, max: 5 }'],
      ', metrics: [f1, roc_auc]',
    );
    expect(resolveGate(named, []).metrics.map(({ name }) => name)).toEqual(['f1', 'roc_auc', 'brier_score']);
    expect(resolveGate(named, []).classMetrics).toEqual([]);
  });

  it('shows precision, recall and F1 of each of several classes, unless some are named', () => {
    const shown = (...rules: readonly string[]) =>
      gateOf('multiclass-classification', ...rules).classMetrics.map(({ name, task }) => `${name} ${task}`);
    expect(shown('{ metric: accuracy, min: 0.5 }')).toEqual([
      'precision binary-classification',
      'recall binary-classification',
      'f1 binary-classification',
    ]);
    expect(shown('{ metric: recall, slices: all, min: 0.5 }')).toEqual(['recall binary-classification']);
    expect(
      gateOf('multiclass-classification', '{ metric: accuracy, min: 0.5 }').metrics.map(({ name }) => name),
    ).toContain('accuracy');
    expect(
      gateOf('multiclass-classification', '{ metric: recall, slices: all, min: 0.5 }').metrics.map(({ name }) => name),
    ).not.toContain('recall');
  });

  it('knows which way numbers of training are better: as the rule says, else as the metric of that name', () => {
    const directionOf = (rule: Partial<RulePolicy>) => {
      const model = policyOf('binary-classification', ['{ metric: roc_auc, min: 0.5 }'], ', metrics-file: m.json');
      const rules = [{ metric: 'file:val.log_loss', interval: 'none', min: 0, ...rule }] as const;
      return resolveGate({ ...model, gate: { ...model.gate, rules } }, []).rules[0];
    };
    expect(directionOf({})?.direction).toBe('lower-is-better');
    expect(directionOf({ metric: 'file:roc_auc.val.log_loss' })?.direction).toBe('lower-is-better');
    expect(directionOf({ metric: 'file:roc_auc' })?.direction).toBe('higher-is-better');
    expect(directionOf({ better: 'higher' })?.direction).toBe('higher-is-better');
    expect(directionOf({ better: 'lower', metric: 'file:x' })?.direction).toBe('lower-is-better');
    expect(directionOf({ metric: 'file:log_loss.x' })).not.toHaveProperty('direction');
    expect(directionOf({ metric: 'roc_auc', interval: undefined, min: 0.1 })).not.toHaveProperty('direction');
  });

  const margin = { kind: 'absolute', value: 0.01 } as const;
  const FILE = { metric: 'file:x', interval: 'none', better: 'higher', min: 0.1 } as const;
  it.each([
    [
      'an interval of a metric of rows',
      { metric: 'roc_auc', min: 0.5, interval: 'none' },
      '"roc_auc" is computed from rows, and takes no interval',
      'Remove interval.',
    ],
    [
      'a direction of a metric of rows',
      { metric: 'roc_auc', min: 0.5, better: 'higher' },
      '"roc_auc" is computed from rows, and takes no better',
      'Remove better.',
    ],
    [
      'a number of training without its interval',
      { ...FILE, interval: undefined },
      '"file:x" has no interval: one number does not separate a change from chance',
      'Add interval: none to decide without an interval, or gate on a metric that is computed from rows.',
    ],
    [
      'slices of a number of training',
      { ...FILE, slices: 'all' },
      '"file:x" is one number, and has no slices',
      'Remove slices: all.',
    ],
    [
      'a comparison of a number whose direction no one knows',
      { ...FILE, better: undefined, min: undefined, maxRegression: margin },
      'the better direction of "file:x" is not known',
      'Add better: higher or lower.',
    ],
    [
      'slices of a metric of the artifact',
      { metric: 'latency_p50_ms', max: 5, slices: 'all' },
      '"latency_p50_ms" is a metric of the artifact, and has no slices',
      'Remove slices: all.',
    ],
    [
      'a calibration slope that is better',
      { metric: 'calibration_slope', maxRegression: margin },
      'calibration_slope is best at 1: neither higher nor lower is better than the champion',
      'Use a min and a max rule instead.',
    ],
  ] as const)('refuses %s, and says where', (_, rule, message, fix) => {
    expect(problemsOfPolicy([rule])).toEqual([{ message, fix, place: PLACE }]);
  });

  it('takes numbers of training with a direction, or a bound that needs none', () => {
    expect(problemsOfPolicy([FILE, { ...FILE, better: undefined }])).toEqual([]);
    expect(problemsOfPolicy([{ ...FILE, min: undefined, maxRegression: margin }])).toEqual([]);
    expect(problemsOfPolicy([{ metric: 'latency_p50_ms', max: 5 }])).toEqual([]);
  });

  it('refuses numbers of training without their file, or among the metrics of rows', () => {
    expect(problemsOfPolicy([FILE], '')).toEqual([
      {
        message: '"file:x" needs evaluate.metrics-file, which is missing',
        fix: 'Add evaluate.metrics-file.',
        place: PLACE,
      },
    ]);
    const listed = policyOf('binary-classification', ['{ metric: roc_auc, min: 0.5 }'], ', metrics: [roc_auc]');
    const withFile = { ...listed, evaluate: { ...listed.evaluate, metrics: ['roc_auc', 'file:x', 'nothing'] } };
    expect(problemsIn(withFile)).toEqual([
      expect.objectContaining({
        message: 'evaluate.metrics names "nothing", which is not a metric of binary-classification',
      }),
      {
        message: 'evaluate.metrics names "file:x", which is a number of a file, not a metric of rows',
        fix: 'Remove it there: a rule that names it also shows it.',
      },
    ]);
  });

  it('names the rule of an unknown metric and of a bound that is never reached, with no other problem', () => {
    const [unknown, ...others] = problemsOfPolicy([{ metric: 'roc_acu', min: 7 }]);
    expect(unknown?.message).toBe('the rule names "roc_acu", which is not a metric of binary-classification');
    expect(others).toEqual([]);
    expect(problemsOfPolicy([{ metric: 'roc_auc', min: 7 }])).toHaveLength(1);
    expect(problemsOfPolicy([{ metric: 'mcc', maxRegression: { kind: 'relative', value: 0.1 } }])[0]?.place).toEqual(
      PLACE,
    );
    expect(problemsOf('binary-classification', '{ metric: mcc, max-regression: 1% }')).toHaveLength(1);
    const model = policyOf('binary-classification', ['{ metric: calibration_slope, max-regression: 0.1 }']);
    expect(problemsIn(model, [])[0]).not.toHaveProperty('place');
  });

  it('says what a metric of one class needs among several', () => {
    const [problem] = problemsOf('multiclass-classification', '{ metric: recall, min: 0.5 }');
    expect(problem).toBe(
      '"recall" is a metric of one class against the rest, and this task has several classes. ' +
        'Add slices: all to judge it for each class, or use recall_macro.',
    );
  });
});

describe('a rule on the data schema', () => {
  const model = policyOf('binary-classification', ['{ metric: roc_auc, min: 0.5 }']);
  const data = { ...model.data, schema: 'data/schema.yaml' };
  const problems = (rule: Omit<RulePolicy, 'metric'>, of: typeof model.data) =>
    problemsIn({ ...model, data: of, gate: { ...model.gate, rules: [{ metric: 'data:schema', ...rule }] } });

  it('needs the schema that it is about', () => {
    expect(problems({ max: 0 }, data)).toEqual([]);
    expect(problems({ max: 0 }, model.data)).toEqual([
      {
        message: 'the rule data: schema needs data.schema, which is missing',
        fix: 'Add data.schema: data/schema.yaml, which tidegate check-data --infer writes.',
        place: PLACE,
      },
    ]);
  });

  it.each([{ max: 1 }, { min: 0 }, { max: 0, min: 0 }])('allows no failed check: %o is no other bound', (bound) => {
    for (const of of [data, model.data]) {
      expect(problems(bound, of)).toEqual([
        { message: '"data:schema" is not a metric of rules', fix: 'Write data: schema.', place: PLACE },
      ]);
    }
  });
});

describe('a rule on a fairness measure', () => {
  it('has no problem of two classes, and is unknown for other tasks', () => {
    const rule = { metric: 'fairness:equal_opportunity_difference(sex)', max: 0.1 };
    expect(problemsOfPolicy([rule])).toEqual([]);
    const model = policyOf('regression', ['{ metric: rmse, max: 1 }']);
    const [problem] = problemsIn({ ...model, gate: { ...model.gate, rules: [rule] } });
    expect(problem?.message).toContain('fairness:equal_opportunity_difference(sex)');
  });
});
