import { describe, expect, it } from 'vitest';
import { createFeeds } from '../../../../core/adapters/onnx/feeds.ts';
import { planInputs } from '../../../../core/domain/model/input-plan.ts';

/** What a model's input of a type gets of a column. */
function feed(values: readonly number[], input: string, { type, shared = false }: { type: string; shared?: boolean }) {
  const columns = [
    { name: 'id', type },
    { name: 'other', type: 'integer' },
  ];
  const tensor = { name: shared ? 'X' : 'id', type: input, shape: [null, shared ? 2 : 1] };
  const plan = planInputs([tensor], shared ? { features: ['other', 'id'] } : {}, columns);
  const numeric = (numbers: readonly number[]) => ({ kind: 'numeric', values: Float64Array.from(numbers) }) as const;
  const batch = {
    rows: values.length,
    columns: new Map([
      ['id', numeric(values)],
      ['other', numeric(values.map(() => 1))],
    ]),
  };
  return Object.values(createFeeds(batch, plan))[0]?.data;
}

describe('createFeeds', () => {
  it.each([
    ['int32', [-(2 ** 31), 2 ** 31 - 1], [2 ** 31, -(2 ** 31) - 1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY]],
    ['int64', [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], [2 ** 53, -(2 ** 53), 2 ** 63, 0.5, Number.NaN]],
    ['bool', [0, 1], [2, -1, 256, 0.5, Number.NaN]],
  ])('gives %s the whole numbers that it holds, and refuses others with column and value', (input, held, refused) => {
    for (const shared of [false, true]) {
      const found = Array.from(feed(held, input, { type: 'integer', shared }) ?? [], Number);
      expect(shared ? found.filter((_, at) => at % 2 === 1) : found).toEqual(held);
      for (const value of refused) {
        const shown = Number.isNaN(value) ? 'a missing value' : `the value ${value}`;
        expect(() => feed([1, value], input, { type: 'integer', shared })).toThrow(`column id has ${shown}`);
      }
    }
  });

  it.each([
    ['boolean', [1, 0], ['True', 'False']],
    ['integer', [5, -3, 0], ['5', '-3', '0']],
    [
      'real',
      [3, 0.1, 1e16, 1e-5, 123456789.5, -0, Number.NaN],
      ['3.0', '0.1', '1e+16', '1e-05', '123456789.5', '-0.0', 'nan'],
    ],
  ])('writes %s for a text input as pandas does', (type, values, texts) => {
    expect(feed(values, 'string', { type })).toEqual(texts);
  });

  it.each(['boolean', 'integer'])(
    'refuses a missing %s for a text input: pandas may have written it in two ways',
    (type) => {
      expect(() => feed([1, Number.NaN], 'string', { type })).toThrow('column id has a missing value');
    },
  );
});
