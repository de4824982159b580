import { describe, expect, it } from 'vitest';
import { failedJobsByModel, modelOfJob } from '../../../../core/domain/model/job-of-model.ts';

const MODELS = ['churn', 'team/eta', 'eta'];

describe('modelOfJob', () => {
  it.each([
    ['train (churn)', 'churn'],
    ['ci / judge (team/eta)', 'team/eta'],
    ['train (eta, 3.12)', 'eta'],
    ['train', undefined],
    ['tidegate', undefined],
    ['train (other)', undefined],
    ['train (churned)', undefined],
    ['churn', undefined],
  ])('of %s is %s', (name, model) => {
    expect(modelOfJob(name, MODELS)).toBe(model);
  });
});

describe('failedJobsByModel', () => {
  const named = (...names: readonly string[]) => names.map((name) => ({ name }));
  const of = (...names: readonly string[]) =>
    Object.fromEntries(
      [...failedJobsByModel(named(...names), MODELS)].map(([model, jobs]) => [model, jobs.map(({ name }) => name)]),
    );

  it('tells a model of its own legs, and of the jobs that all share', () => {
    expect(of('train (churn)', 'judge (churn)', 'tidegate')).toEqual({
      churn: ['train (churn)', 'judge (churn)', 'tidegate'],
    });
  });

  it('tells each of several models of its own legs', () => {
    expect(of('train (churn)', 'judge (eta)')).toEqual({ churn: ['train (churn)'], eta: ['judge (eta)'] });
  });

  it.each([[['plan', 'tidegate']], [['train']], [[]]])('tells all models of %j, which is no leg', (names) => {
    expect(of(...names)).toEqual(Object.fromEntries(MODELS.map((model) => [model, names])));
  });
});
