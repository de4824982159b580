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
    const plan = planInputs([tensor('X', 2)], { features: ['b', 'a'] }, [column('a'), column('b')]);
    expect(plan).toMatchObject({ kind: 'one-tensor', features: ['b', 'a'] });
  });

  it('gives several inputs a column each, by their names where no features are named', () => {
    const plan = planInputs([tensor('a', 1), tensor('b', 1)], {}, [column('b'), column('a')]);
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
      says: 'takes c, which data.features does not have; data.features names b, which the model does not take; the inputs are a, c; data.features is a, b',
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
    { name: 'text for numbers', inputs: [tensor('X', 2)], features: ['a', 't'], says: 't holds text' },
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
    expect(problem(() => planInputs(inputs, { features }, columns))).toContain(says);
  });

  it('never matches by position: other names in the right number are refused', () => {
    const says = problem(() => planInputs([tensor('a', 1), tensor('b', 1)], {}, [column('x'), column('y')]));
    expect(says).toContain('has no column "a", "b"; the model\'s features are a, b; the dataset has x, y');
  });

  it('guesses each name, and lists thirty of many', () => {
    const columns = Array.from({ length: 5000 }, (_, i) => column(`feature_${i}`));
    const says = problem(() => planInputs([tensor('X', 2)], { features: ['fature_1', 'feature_x7'] }, columns));
    expect(says).toContain('feature_0, feature_1, feature_2');
    expect(says).toContain('feature_29 and 4970 more');
    expect(says).toContain('Did you mean "feature_1" by "fature_1"?');
    expect(says).not.toContain('feature_30');
  });
});

describe('the column of an input', () => {
  const chosen = (plan: ReturnType<typeof planInputs>) =>
    plan.kind === 'one-tensor' ? plan.kind : plan.inputs.map(({ tensor: { name }, column: of }) => `${name}<${of}`);
  const renamed = [tensor('petal_width__cm_', 1), tensor('home_dest', 1)];
  const columns = [column('petal width (cm)'), column('home.dest'), column('y')];

  it.each([undefined, ['petal width (cm)', 'home.dest'], ['home.dest', 'petal width (cm)']])(
    'is the one that exporters make its name of, with features %j',
    (features) => {
      const plan = planInputs(renamed, { features }, columns);
      expect(chosen(plan)).toEqual(['petal_width__cm_<petal width (cm)', 'home_dest<home.dest']);
    },
  );

  it('is the one of its very name before any other', () => {
    const plan = planInputs([tensor('a_b', 1)], {}, [column('a.b'), column('a_b')]);
    expect(chosen(plan)).toEqual(['a_b<a_b']);
  });

  it('is asked for where two columns could be meant, and is the declared one', () => {
    const two = [column('a.b'), column('a b')];
    expect(problem(() => planInputs([tensor('a_b', 1)], {}, two))).toContain('data.inputs: { "a_b": "a.b" }');
    expect(chosen(planInputs([tensor('a_b', 1)], { inputs: { a_b: 'a b' } }, two))).toEqual(['a_b<a b']);
  });

  it('is the one feature of a model with one input, whatever its name', () => {
    expect(chosen(planInputs([tensor('X', 1)], { features: ['hour'] }, [column('hour'), column('X')]))).toEqual([
      'X<hour',
    ]);
  });

  it.each([3, null])(
    'is not looked for where one tensor takes all features, even if one is named as it: %s',
    (width) => {
      const features = ['X', 'Y', 'temp'];
      const plan = planInputs(
        [tensor('X', width)],
        { features },
        features.map((name) => column(name)),
      );
      expect(plan).toMatchObject({ kind: 'one-tensor', features });
    },
  );

  it.each([
    ['an input that the model does not have', { z: 'a' }, "data.inputs names z, and the model's inputs are a"],
    ['a column that the table does not have', { a: 'z' }, 'the dataset has no column "z"'],
  ])('is refused by name: %s', (_, inputs, says) => {
    expect(problem(() => planInputs([tensor('a', 1)], { inputs }, [column('a')]))).toContain(says);
  });

  it('of numbers takes no times, whose unit is not known', () => {
    expect(problem(() => planInputs([tensor('a', 1)], {}, [column('a', 'time')]))).toContain('column a has times');
    const both = { features: ['a', 'b'] };
    expect(problem(() => planInputs([tensor('X', 2)], both, [column('a'), column('b', 'time')]))).toContain(
      'column b has times',
    );
  });

  it('of text is read as it is written, and refused where its text is not known', () => {
    const text = tensor('a', 1, 'string');
    const written = planInputs([text], {}, [{ ...column('a', 'integer'), isWritten: true }]);
    expect(written).toMatchObject({ inputs: [{ column: 'a', columnType: 'text' }] });
    expect(problem(() => planInputs([text], {}, [column('a', 'time')]))).toContain('column a has times');
    const single = { ...column('a'), noText: 'numbers of float32' };
    expect(problem(() => planInputs([text], {}, [single]))).toContain('column a has numbers of float32');
  });

  it.each([
    ['of several features', [tensor('X', 2)], { features: ['a', 'b'] }],
    ['of its own', [tensor('a', 1), tensor('b', 1)], {}],
  ])(
    'that holds text where an input %s takes numbers is refused with the first text and its line',
    (_, inputs, declared) => {
      const odd = { ...column('b', 'text'), isWritten: true, firstText: { text: 'unknown', row: 140_000 } };
      expect(problem(() => planInputs(inputs, declared, [column('a'), odd]))).toContain(
        '"unknown" in row 140000, line 140001',
      );
    },
  );
});
