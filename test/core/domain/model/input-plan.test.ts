import { describe, expect, it } from 'vitest';
import { planInputs } from '../../../../core/domain/model/input-plan.ts';
import { UserError } from '../../../../core/errors.ts';

const column = (name: string, type = 'real') => ({ name, type });
const tensor = (name: string, width: number | null, type = 'float32') => ({ name, type, shape: [null, width] });

function problem(plan: () => unknown): string {
  try {
    plan();
  } catch (error) {
    if (error instanceof UserError) return `${error.message}. ${error.fix}`;
  }
  return 'no problem';
}

describe('planInputs', () => {
  it('gives one tensor the features in their order', () => {
    const plan = planInputs([tensor('X', 2)], ['b', 'a'], [column('a'), column('b')]);
    expect(plan).toMatchObject({ kind: 'one-tensor', features: ['b', 'a'] });
  });

  it('gives several inputs a column each, by their names where no features are named', () => {
    const plan = planInputs([tensor('a', 1), tensor('b', 1)], undefined, [column('b'), column('a')]);
    expect(plan).toMatchObject({ kind: 'one-input-a-column', features: ['a', 'b'] });
  });

  it.each([
    {
      name: 'a wrong width',
      inputs: [tensor('X', 3)],
      features: ['a', 'b'],
      says: 'takes 3 features, and data.features names 2',
    },
    {
      name: 'a missing column',
      inputs: [tensor('X', 2)],
      features: ['a', 'bb'],
      says: 'no column "bb"; the model\'s features are a, bb; the dataset has a, b, t. Did you mean "b" by "bb"?',
    },
    {
      name: 'an extra input',
      inputs: [tensor('a', 1), tensor('c', 1)],
      features: ['a', 'b'],
      says: 'takes c, which data.features lacks; data.features names b, which the model does not take; the inputs are a, c; data.features is a, b',
    },
    {
      name: 'a missing input',
      inputs: [tensor('a', 1)],
      features: ['a', 'b'],
      says: 'names b, which the model does not take; the inputs are a; data.features is a, b',
    },
    {
      name: 'a tensor without features',
      inputs: [tensor('X', 2)],
      features: undefined,
      says: 'input "X" takes 2 features, and data.features does not say which; the dataset has a, b, t',
    },
    {
      name: 'an open tensor without features',
      inputs: [tensor('X', null)],
      features: undefined,
      says: 'input "X" takes features, and data.features does not say which',
    },
    { name: 'text for numbers', inputs: [tensor('X', 2)], features: ['a', 't'], says: 't hold text' },
    {
      name: 'text for a number column',
      inputs: [tensor('t', 1)],
      features: ['t'],
      says: 'takes float32, and the column t holds text',
    },
    { name: 'a model of maps', inputs: [tensor('a', 1, 'other')], features: ['a'], says: 'holds other' },
    { name: 'a model without inputs', inputs: [], features: ['a'], says: 'no inputs' },
  ])('names both sides of $name', ({ inputs, features, says }) => {
    const columns = [column('a'), column('b'), column('t', 'text')];
    expect(problem(() => planInputs(inputs, features, columns))).toContain(says);
  });

  it('never matches by position: other names in the right number are refused', () => {
    const says = problem(() => planInputs([tensor('a', 1), tensor('b', 1)], undefined, [column('x'), column('y')]));
    expect(says).toContain('has no column "a", "b"; the model\'s features are a, b; the dataset has x, y');
  });

  it('guesses each name, and lists thirty of many', () => {
    const columns = Array.from({ length: 5000 }, (_, i) => column(`feature_${i}`));
    const says = problem(() => planInputs([tensor('X', 2)], ['fature_1', 'feature_x7'], columns));
    expect(says).toContain('feature_0, feature_1, feature_2');
    expect(says).toContain('feature_29 and 4970 more');
    expect(says).toContain('Did you mean "feature_1" by "fature_1"?');
    expect(says).not.toContain('feature_30');
  });
});
