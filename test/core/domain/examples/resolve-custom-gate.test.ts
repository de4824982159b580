import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { customGateProblems, resolveCustomGate } from '../../../../core/domain/examples/resolve-custom-gate.ts';
import { UserError } from '../../../../core/errors.ts';

const config = (
  rules: readonly string[],
  evaluate = '{ examples: s.jsonl, metrics-file: m.json, junit-file: j.xml }',
) =>
  `version: 1
models:
  m:
    task: custom
    artifact: out
    evaluate: ${evaluate}
    gate:
      rules:
${rules.map((rule) => `        - ${rule}`).join('\n')}
`;

function modelOf(text: string) {
  const model = parseConfig(text).config.models.m;
  if (model?.task !== 'custom') throw new RangeError('not a model of task: custom');
  return model;
}

/** The problems of a file as a person sees them. */
function problemsOf(text: string): readonly string[] {
  try {
    parseConfig(text);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ message, fix, place }) => `${place?.line}: ${message}. ${fix}`);
  }
}

describe('resolveCustomGate', () => {
  it('has each column once, with the direction of its rules', () => {
    const model = modelOf(
      config([
        '{ metric: quality, min: 0.5, better: higher }',
        '{ metric: toxic, max-regression: 0.01, better: lower }',
        '{ metric: quality, max-regression: 1%, better: higher }',
        '{ metric: file:cost, max: 3, interval: none }',
        '{ metric: junit:failures, max: 0 }',
        '{ metric: artifact_size_bytes, max: 1MB }',
      ]),
    );
    const { rules, columns } = resolveCustomGate(model, []);
    expect(columns).toEqual([
      { name: 'quality', direction: 'higher-is-better' },
      { name: 'toxic', direction: 'lower-is-better' },
    ]);
    expect(rules.map(({ direction }) => direction)).toEqual([
      'higher-is-better',
      'lower-is-better',
      'higher-is-better',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('throws all problems at once', () => {
    const policy = {
      evaluate: {},
      gate: {
        rules: [
          { metric: 'a', min: 1 },
          { metric: 'latency_p50_ms', max: 1 },
        ],
      },
    };
    expect(customGateProblems(policy, [])).toHaveLength(2);
    expect(() => resolveCustomGate(policy, [])).toThrow('2 problems');
  });
});

describe('a tidegate.yaml with task: custom', () => {
  it.each<[string, readonly string[], string | undefined, string]>([
    ['no direction', ['{ metric: quality, min: 0.5 }'], undefined, '9: the better direction of "quality" is not known'],
    [
      'two directions',
      ['{ metric: q, min: 0.5, better: higher }', '{ metric: q, max: 2, better: lower }'],
      undefined,
      '10: "q" is better: lower here, and better: higher',
    ],
    [
      'no interval for a mean',
      ['{ metric: q, min: 0.5, better: higher, interval: none }'],
      undefined,
      'which has an interval. Remove interval: none.',
    ],
    [
      'a metric of rows',
      ['{ metric: roc_auc, min: 0.5 }'],
      '{ metrics-file: m.json }',
      '"roc_auc", which is not a metric of task: custom: there is no dataset to compute it from. Name a number of evaluate.metrics-file file:roc_auc, or add evaluate.examples with a column roc_auc.',
    ],
    [
      'a misspelt count',
      ['{ metric: junit:failure, max: 0 }'],
      '{ junit-file: j.xml }',
      'Did you mean "junit:failures"?',
    ],
    [
      'a latency',
      ['{ metric: latency_p99_ms, max: 5 }'],
      undefined,
      'the judge runs no model. Write the time into evaluate.metrics-file, and name it file:latency_p99_ms.',
    ],
    [
      'a direction of the size',
      ['{ metric: artifact_size_bytes, max: 5, better: lower }'],
      undefined,
      'takes no better',
    ],
    [
      'arguments of scores',
      ['{ metric: q, at-recall: 0.5, beta: 2, min: 0.5, better: higher }'],
      undefined,
      'has at-recall, which task: custom does not know',
    ],
    [
      'a number without a file',
      ['{ metric: file:a, max: 1, interval: none }'],
      '{}',
      '"file:a" needs evaluate.metrics-file',
    ],
    ['a number without interval: none', ['{ metric: file:a, max: 1 }'], undefined, '"file:a" has no interval'],
    [
      'a regression of a number in no direction',
      ['{ metric: file:a, max-regression: 1, interval: none }'],
      undefined,
      'the better direction of "file:a"',
    ],
    [
      'test cases without a file',
      ['{ metric: junit:errors, max: 0 }'],
      '{}',
      '"junit:errors" needs evaluate.junit-file',
    ],
    [
      'a regression of test cases',
      ['{ metric: junit:errors, max-regression: 1 }'],
      undefined,
      "is not compared with the champion's",
    ],
    ['half a test case', ['{ metric: junit:errors, max: 0.5 }'], undefined, '0.5 is not'],
    [
      'an interval of test cases',
      ['{ metric: junit:errors, max: 0, interval: none, slices: all }'],
      undefined,
      'takes no slices',
    ],
    [
      'slices without examples',
      ['{ metric: artifact_size_bytes, max: 5 }'],
      '{ slices: [language] }',
      'needs evaluate.examples',
    ],
    [
      'groups without examples',
      ['{ metric: artifact_size_bytes, max: 5 }'],
      '{ group: topic }',
      'needs evaluate.examples',
    ],
    [
      'examples elsewhere',
      ['{ metric: q, min: 1, better: higher }'],
      '{ examples: "s3://b/scores.jsonl" }',
      'is not the path of one CSV, Parquet or JSON lines file',
    ],
  ])('is refused for %s', (_, rules, evaluate, message) => {
    expect(problemsOf(config(rules, evaluate)).join('\n')).toContain(message);
  });

  it.each<readonly [string, string, string]>([
    ['data', '    data: { label: y }', 'models.m.data'],
    ['drift', '    drift: { current: c.csv }', 'models.m.drift'],
    ...[
      'dataset: d.csv',
      'predictions: p.csv',
      'predict: "p"',
      'classes: [a, b]',
      'decision-threshold: 0.3',
      'weight: w',
      'key: k',
      'output: o',
      'metrics: [mae]',
    ].map((key) => [key, `    evaluate: { ${key} }`, `models.m.evaluate.${key.split(':')[0]}`] as const),
  ])('is refused by name with %s', (_, line, path) => {
    const base = config(['{ metric: artifact_size_bytes, max: 5 }']).replace(/ {4}evaluate: .*\n/, '');
    expect(problemsOf(base.replace('    gate:', `${line}\n    gate:`))).toEqual([
      expect.stringContaining(`${path} has no meaning for the task of this model. Remove it`),
    ]);
  });

  it('is refused with its nearest key where one is misspelt', () => {
    const misspelt = config(['{ metric: q, min: 1, better: higher }'], '{ example: s.jsonl }');
    expect(problemsOf(misspelt)).toEqual([expect.stringContaining('Did you mean "examples"?')]);
  });
});

describe('a tidegate.yaml with another task', () => {
  const scored = `version: 1
models:
  m:
    task: regression
    artifact: a
    data: { label: y }
    evaluate: { dataset: d.csv, examples: s.jsonl }
    gate: { rules: [{ metric: mae, max: 1 }] }
`;
  it('is refused with examples', () => {
    expect(problemsOf(scored)).toEqual([expect.stringContaining('models.m.evaluate.examples has no meaning')]);
  });

  it('names the tasks and every other problem where its task is none', () => {
    expect(problemsOf(scored.replace('regression', 'llm'))).toEqual([
      expect.stringContaining(
        'models.m.task "llm" is not one of "binary-classification", "multiclass-classification", "regression", "custom"',
      ),
      expect.stringContaining('models.m.evaluate.examples has no meaning'),
    ]);
  });
});
