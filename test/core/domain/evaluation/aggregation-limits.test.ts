import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { otherOutcome } from '../../../../core/domain/evaluation/aggregation-limits.ts';
import { scoredModel } from '../../../../testkit/scored-model.ts';

const policy = (change: (text: string) => string = (text) => text) => {
  const text = `version: 1
models:
  m:
    task: binary-classification
    artifact: a
    data: { label: y }
    evaluate: { dataset: d.csv, classes: [0, 1] }
    gate: { rules: [{ metric: accuracy, min: 0.5 }] }
`;
  const model = scoredModel(parseConfig(change(text)).config.models.m);
  return model;
};

describe('otherOutcome', () => {
  it('is none where rows mean the same, whatever the rules are', () => {
    expect(otherOutcome(policy(), policy())).toBeUndefined();
    expect(
      otherOutcome(
        policy(),
        policy((text) => text.replace('min: 0.5', 'min: 0.9')),
      ),
    ).toBeUndefined();
  });

  it.each([
    ['data.label', 'label: y', 'label: not_y'],
    ['evaluate.classes', '[0, 1]', '[1, 0]'],
    ['evaluate.weight', 'dataset: d.csv', 'dataset: d.csv, weight: w'],
    ['task', 'binary-classification', 'regression'],
  ])('names what a change gives another meaning: %s', (key, from, to) => {
    const changed = policy((text) => {
      const next = text.replace(from, to);
      return to === 'regression' ? next.replace('accuracy, min', 'mae, max').replace(', classes: [0, 1]', '') : next;
    });
    expect(otherOutcome(policy(), changed)).toContain(key);
  });
});
