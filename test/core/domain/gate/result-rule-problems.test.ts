import { describe, expect, it } from 'vitest';
import { type NamedResults, resultRuleProblems } from '../../../../core/domain/gate/result-rule-problems.ts';
import type { RulePolicy } from '../../../../core/domain/policy/rule-policy.ts';

const at = { place: { file: 'tidegate.yaml', line: 7 } };
const problems = (rule: RulePolicy, junitFile: string | undefined = 'junit.xml') =>
  resultRuleProblems({ rule, direction: undefined, at }, junitFile === '' ? {} : { junitFile });
const margin = { kind: 'absolute', value: 1 } as const;

describe('resultRuleProblems of test cases', () => {
  it.each([0, 1, 40])('takes whole numbers from 0 on: %d', (bound) => {
    expect(problems({ metric: 'junit:failures', max: bound })).toEqual([]);
    expect(problems({ metric: 'junit:passed', min: bound })).toEqual([]);
  });

  it.each([0.5, -1, -0.5])('refuses %d cases', (bound) => {
    const message = `"junit:failures" is a number of test cases, and ${bound} is not`;
    const fix = 'Write a whole number from 0 on.';
    expect(problems({ metric: 'junit:failures', max: bound })).toEqual([{ message, fix, ...at }]);
  });

  it('names each key that has no meaning, and no other', () => {
    expect(problems({ metric: 'junit:errors', max: 0, interval: 'none', better: 'lower', slices: 'all' })).toEqual(
      ['interval', 'better', 'slices'].map((key) => ({
        message: `"junit:errors" is a number of test cases, and takes no ${key}`,
        fix: `Remove ${key}.`,
        ...at,
      })),
    );
  });

  it('needs the file, and no champion', () => {
    expect(problems({ metric: 'junit:tests', min: 1 }, '')).toEqual([
      {
        message: '"junit:tests" needs evaluate.junit-file, which is missing',
        fix: 'Add evaluate.junit-file.',
        ...at,
      },
    ]);
    const compared = {
      message: '"junit:tests" is not compared with the champion\'s',
      fix: 'Use min or max, such as max: 0.',
      ...at,
    };
    expect(problems({ metric: 'junit:tests', maxRegression: margin })).toEqual([compared]);
    expect(problems({ metric: 'junit:tests', minImprovement: margin })).toEqual([compared]);
  });

  it('has nothing to say of other metrics', () => {
    expect(problems({ metric: 'roc_auc', min: 0.5, better: 'higher' })).toBeUndefined();
  });
});

describe('resultRuleProblems of checks of other tools', () => {
  const dbt = { file: 'target/run_results.json', format: 'dbt' } as const;
  const pandera = { file: 'pandera.json', format: 'pandera' } as const;
  const of = (rule: RulePolicy, results: NamedResults) =>
    resultRuleProblems({ rule, direction: undefined, at }, results);
  const rule = { metric: 'dbt:failures', max: 0 };

  it('are none where a file of that format is named, next to others or alone', () => {
    for (const results of [[dbt], [dbt, pandera], [pandera, dbt]]) expect(of(rule, { results })).toEqual([]);
  });

  it.each([
    ['no file of results', {}],
    ['an empty list', { results: [] }],
    ['a file of another format', { results: [pandera] }],
    ['a file of test cases', { junitFile: 'junit.xml', metricsFile: 'metrics.json' }],
  ])('name the missing file: %s', (_, results) => {
    expect(of(rule, results)).toEqual([
      {
        message: '"dbt:failures" needs evaluate.results, which is missing',
        fix: 'Add a file with format: dbt to evaluate.results.',
        ...at,
      },
    ]);
  });

  it('say that a number of checks is meant', () => {
    const wrong = { ...rule, max: 0.5, interval: 'none' } as const;
    expect(of(wrong, { results: [dbt] })?.map(({ message }) => message)).toEqual([
      '"dbt:failures" is a number of checks, and takes no interval',
      '"dbt:failures" is a number of checks, and 0.5 is not',
    ]);
  });
});
