import { describe, expect, it } from 'vitest';
import { parseConfig, selectModel } from '../../../../core/config/parse-config.ts';
import type { ScoredModelConfig } from '../../../../core/config/tidegate-config.ts';
import { judgeGate } from '../../../../core/domain/evaluation/judge-gate.ts';
import { rowEvidence } from '../../../../core/domain/evaluation/row-evidence.ts';
import { resolveGate } from '../../../../core/domain/gate/resolve-gate.ts';
import { UserError } from '../../../../core/errors.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const FILE = `version: 1
models:
  churn:
    task: binary-classification
    artifact: model.onnx
    data: { label: churned }
    evaluate: { dataset: test.csv, fairness: { column: sex } }
    gate:
      rules:
        - { fairness: equal_opportunity_difference, column: sex, max: 0.1 }
`;

function model(text: string): ScoredModelConfig {
  const found = selectModel(parseConfig(text).config).model;
  if (found.task === 'custom') throw new RangeError('the model is judged by rows');
  return found;
}

/** Rows whose true positive rate differs by as much between two groups; a third group is small. */
function judged(difference: number, rows: number, text = FILE) {
  const random = seededRandom(7);
  const policy = model(text);
  const codes = Int32Array.from({ length: rows }, (_, row) => (row < 20 ? 2 : row % 2));
  const labels = Float64Array.from(codes, () => (random.uniform() < 0.5 ? 1 : 0));
  const candidate = Float64Array.from(codes, (code, row) =>
    random.uniform() < (labels[row] === 1 ? 0.8 - (code === 1 ? difference : 0) : 0.2) ? 0.9 : 0.1,
  );
  const evidence = rowEvidence(
    {
      columns: new Map([['sex', { kind: 'categorical', codes, categories: ['f', 'm', 'x'] }]]),
      outcome: { labels, classes: ['0', '1'], weights: null },
      candidate,
      champion: null,
    },
    policy,
  );
  return judgeGate(evidence, {
    policy,
    gate: resolveGate(policy, []),
    facts: { candidate: {}, champion: null },
    training: { candidate: undefined, champion: undefined },
    absence: { kind: 'none' },
  });
}

describe('a fairness rule', () => {
  it.each([
    [0, 8000, 'pass'],
    [0.25, 8000, 'fail'],
    [0.1, 1000, 'inconclusive'],
    [0, 450, 'inconclusive'],
  ])('with a difference of %d on %d rows: %s', (difference, rows, verdict) => {
    const { outcomes, verdict: all } = judged(difference, rows);
    expect(outcomes.map((one) => one.verdict)).toEqual([verdict]);
    expect(all).toBe(verdict);
  });

  it('says the measure with its interval, the bound, and the groups that it did not judge', () => {
    const [outcome] = judged(0, 8000).outcomes;
    expect(outcome?.reason).toMatch(
      /^Equal opportunity difference by sex is 0\.\d+ \(95 % CI 0\.\d+ … 0\.\d+\): at most 0\.1\. Not judged, with fewer rows than evaluate\.min-rows: sex = x \(20 rows\)\.$/,
    );
  });

  it('on a ratio asks for at least a bound', () => {
    const text = FILE.replace(
      'equal_opportunity_difference, column: sex, max: 0.1',
      'demographic_parity_ratio, column: sex, min: 0.8',
    );
    expect(judged(0, 8000, text).verdict).toBe('pass');
    expect(judged(0.5, 8000, text).verdict).toBe('fail');
  });

  it('is inconclusive where no two groups have enough rows', () => {
    expect(judged(0, 300).outcomes[0]).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('fairness in tidegate.yaml', () => {
  const problems = (from: string, to: string) => {
    try {
      parseConfig(FILE.replace(from, to));
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.problems.map(({ message }) => message);
    }
  };

  it.each([
    ['column: sex, max', 'column: region, max', 'is on the groups of region, which evaluate.fairness does not name'],
    [', column: sex, max', ', max', 'needs column'],
    ['max: 0.1', 'min: 0.1', 'needs max: equal_opportunity_difference is a difference of groups'],
    ['max: 0.1', 'max: 1.5', 'has max 1.5, but it is in [0, 1]'],
    ['max: 0.1', 'max: 0.1, slices: all', 'has slices, which a fairness rule does not take'],
    [
      'max: 0.1',
      'max: 0.1, metric: roc_auc',
      'needs exactly one of metric, such as roc_auc, fairness and data: schema',
    ],
    [
      'fairness: equal_opportunity_difference, column: sex',
      'min-improvement: 1',
      'needs exactly one of metric, such as roc_auc, fairness and data: schema',
    ],
    ['fairness: equal_opportunity_difference', 'fairness: equal_odds', 'is not one of'],
    [
      'fairness: equal_opportunity_difference, column: sex',
      'metric: "fairness:equal_opportunity_difference(sex)"',
      'write fairness and column',
    ],
    [
      '{ fairness: equal_opportunity_difference, column: sex',
      '{ metric: roc_auc, column: sex',
      'has column, which only a fairness rule takes',
    ],
    ['task: binary-classification', 'task: regression', 'needs task: binary-classification'],
    ['task: binary-classification', 'task: multiclass-classification', 'needs task: binary-classification'],
    [
      'dataset: test.csv',
      'dataset: test.csv, predictions: p.csv, folds: fold',
      'is not computed from cross-validation',
    ],
    ['dataset: test.csv', 'dataset: sql://a.b.c, key: id', 'is not computed where evaluate.dataset is a table'],
    ['{ column: sex }', '[{ column: sex }, { column: sex }]', 'names a column twice'],
    ['{ column: sex }', '{ column: sex, priviledged: m }', 'priviledged is an unknown key'],
  ])('refuses %s -> %s', (from, to, message) => {
    const found = problems(from, to);
    expect(found.join('\n')).toContain(message);
  });

  it('takes several columns, and a privileged group', () => {
    const { evaluate } = model(FILE.replace('{ column: sex }', '[{ column: sex, privileged: m }, { column: region }]'));
    expect(evaluate.fairness).toEqual([{ column: 'sex', privileged: 'm' }, { column: 'region' }]);
  });
});
