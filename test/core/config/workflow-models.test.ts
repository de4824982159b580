import { describe, expect, it } from 'vitest';
import { modelsOfWorkflow } from '../../../core/config/workflow-models.ts';

const MODELS = ['churn', 'eta'];
const step = (action: string, model?: string) =>
  `      - uses: tidegate/tidegate/actions/${action}@v1\n${model === undefined ? '' : `        with: { model: ${model} }\n`}`;
const workflow = (...steps: readonly string[]) => `on: pull_request\njobs:\n  tidegate:\n    steps:\n${steps.join('')}`;

describe('modelsOfWorkflow', () => {
  it.each([
    {
      name: 'a model that is named',
      text: workflow(step('data-pull', 'eta'), step('evaluate-and-gate', 'churn')),
      models: ['churn'],
    },
    {
      name: 'each that is named, in their order',
      text: workflow(step('train', 'eta'), step('train', 'churn')),
      models: MODELS,
    },
    {
      name: 'any, where an expression names it',
      text: workflow(step('train', '"$\u007b{ matrix.model }}"')),
      models: MODELS,
    },
    { name: 'any, where no one names it', text: workflow(step('evaluate-and-gate')), models: MODELS },
    { name: 'none of another repository', text: workflow(step('train', 'other')), models: [] },
    {
      name: 'none without our actions',
      text: workflow(step('data-pull', 'churn'), '      - run: tidegate\n'),
      models: [],
    },
    { name: 'none of a job without steps', text: 'on: push\njobs:\n  a: { uses: ./b.yml }\n', models: [] },
    { name: 'none of what is no workflow', text: 'jobs: [', models: [] },
    { name: 'none of odd steps', text: 'jobs: { a: { steps: [{ uses: [1], with: 2 }] } }', models: [] },
  ])('is $name', ({ text, models }) => {
    expect(modelsOfWorkflow(text, MODELS)).toEqual(models);
  });
});
