import { describe, expect, it } from 'vitest';
import { LogRecordError } from '../../../../core/domain/serving-log/log-format.ts';
import { rowsOfPayload, scoresOfPayload } from '../../../../core/domain/serving-log/payload.ts';

const names = { features: ['a', 'b'], prediction: 'score' };
const ROWS = [
  { a: 1, b: 'x' },
  { a: 2.5, b: null },
];

describe('rowsOfPayload', () => {
  it.each([
    ['instances as mappings', { instances: ROWS }],
    [
      'instances as lists',
      {
        instances: [
          [1, 'x'],
          [2.5, null],
        ],
      },
    ],
    [
      'inputs of version 1',
      {
        inputs: [
          [1, 'x'],
          [2.5, null],
        ],
      },
    ],
    [
      'a list of lists',
      [
        [1, 'x'],
        [2.5, null],
      ],
    ],
    [
      'tensors by name',
      {
        inputs: [
          { name: 'a', shape: [2], datatype: 'FP64', data: [1, 2.5] },
          { name: 'b', shape: [2, 1], datatype: 'BYTES', data: ['x', null] },
        ],
      },
    ],
    [
      'one tensor of all columns',
      { inputs: [{ name: 'input-0', shape: [2, 2], datatype: 'X', data: [1, 'x', 2.5, null] }] },
    ],
    [
      'a nested tensor',
      {
        inputs: [
          {
            name: 'input-0',
            shape: [2, 2],
            datatype: 'X',
            data: [
              [1, 'x'],
              [2.5, null],
            ],
          },
        ],
      },
    ],
    [
      "Seldon's ndarray with names",
      {
        data: {
          names: ['a', 'b'],
          ndarray: [
            [1, 'x'],
            [2.5, null],
          ],
        },
      },
    ],
    ["Seldon's tensor", { data: { tensor: { shape: [2, 2], values: [1, 'x', 2.5, null] } } }],
  ])('reads %s', (_, body) => {
    expect(rowsOfPayload(body, names)).toEqual(ROWS);
  });

  it('reads one row as a mapping', () => {
    expect(rowsOfPayload({ a: 1, b: true }, names)).toEqual([{ a: 1, b: true }]);
  });

  it.each([
    ['rows without names', { instances: [[1, 2]] }, undefined, 'data.features names the columns'],
    ['another number of values', { instances: [[1, 2, 3]] }, names.features, '3 values, and data.features names 2'],
    ['a nested value', { instances: [{ a: [1] }] }, names.features, 'a holds a list or a mapping'],
    [
      'a shape that its values do not have',
      { inputs: [{ name: 't', shape: [3], data: [1] }] },
      names.features,
      'the shape of t is [3], and it has 1',
    ],
    ['a negative shape', { inputs: [{ name: 't', shape: [-1, -1], data: [1] }] }, names.features, 'the shape of t'],
    [
      'tensors of different lengths',
      {
        inputs: [
          { name: 's', shape: [2], data: [1, 2] },
          { name: 't', shape: [1], data: [1] },
        ],
      },
      names.features,
      'different numbers of rows',
    ],
    ['rows without values', { inputs: [{ name: 't', shape: [9e15, 0], data: [] }] }, names.features, 'the shape of t'],
    [
      'two negative sizes',
      { inputs: [{ name: 't', shape: [1, -1, -2], data: [1, 2] }] },
      names.features,
      'the shape of t',
    ],
    ['a number', 7, names.features, 'neither a mapping nor a list'],
    ['data of another kind', { data: { strData: 'x' } }, names.features, 'neither an ndarray nor a tensor'],
  ])('refuses %s', (_, body, features, message) => {
    expect(() => rowsOfPayload(body, { features, prediction: undefined })).toThrow(LogRecordError);
    expect(() => rowsOfPayload(body, { features, prediction: undefined })).toThrow(message);
  });
});

describe('scoresOfPayload', () => {
  it.each([
    ['numbers', { predictions: [0.25, 0.75] }],
    [
      'probabilities of two classes',
      {
        predictions: [
          [0.75, 0.25],
          [0.25, 0.75],
        ],
      },
    ],
    ['lists of one', { predictions: [[0.25], [0.75]] }],
    [
      'mappings',
      {
        predictions: [
          { label: 0, score: 0.25 },
          { label: 1, score: 0.75 },
        ],
      },
    ],
    ['the only tensor', { outputs: [{ name: 'predict', shape: [2, 1], data: [0.25, 0.75] }] }],
    [
      'the tensor of the name among others',
      {
        outputs: [
          { name: 'label', shape: [2], data: [0, 1] },
          { name: 'score', shape: [2, 2], data: [0.75, 0.25, 0.25, 0.75] },
        ],
      },
    ],
    [
      "Seldon's ndarray",
      {
        data: {
          names: ['t:0', 't:1'],
          ndarray: [
            [0.75, 0.25],
            [0.25, 0.75],
          ],
        },
      },
    ],
    ['a list', [0.25, 0.75]],
  ])('reads %s', (_, body) => {
    expect(scoresOfPayload(body, 'score')).toEqual([0.25, 0.75]);
  });

  it.each([
    ['a score and a label', { predictions: [[0.9, 1]] }, 'not the probabilities of two classes'],
    ['two texts', { predictions: [['yes', 'no']] }, 'not the probabilities of two classes'],
    ['two values without bounds', [[-1.5, 2.5]], 'not the probabilities of two classes'],
    ['three classes', { predictions: [[0.1, 0.2, 0.7]] }, '3 values a row'],
    [
      'several tensors of other names',
      {
        outputs: [
          { name: 'x', shape: [1], data: [1] },
          { name: 'y', shape: [1], data: [1] },
        ],
      },
      'no output score',
    ],
    ['a mapping without the name', { predictions: [{ other: 1 }] }, 'no value score'],
  ])('refuses %s', (_, body, message) => {
    expect(() => scoresOfPayload(body, 'score')).toThrow(message);
  });
});

describe('columns and outputs that could be taken for others', () => {
  const tensor = (name: string, ...data: readonly number[]) => ({
    name,
    shape: [1, data.length],
    datatype: 'FP64',
    data,
  });

  it.each([
    ['two tensors without names of columns', { inputs: [tensor('x', 1, 2), tensor('y', 3, 4)] }],
    ['two tensors with one name', { inputs: [tensor('a', 1), tensor('a', 2)] }],
    ['two names of Seldon', { data: { names: ['a', 'a'], ndarray: [[1, 2]] } }],
  ])('refuses %s: a row would keep the last', (_, body) => {
    expect(() => rowsOfPayload(body, names)).toThrow('two columns with the name "a"');
  });

  it('takes no other output for the score where one is in binary', () => {
    const binary = { name: 'score', shape: [1], datatype: 'FP32', parameters: { binary_data_size: 4 } };
    expect(() => scoresOfPayload({ outputs: [binary, tensor('label', 1)] }, 'score')).toThrow('in binary');
  });

  it("takes the score by its name where Seldon's response names it", () => {
    const ndarray = [[0.9, 0.01]];
    expect(scoresOfPayload({ data: { names: ['score', 'uncertainty'], ndarray } }, 'score')).toEqual([0.9]);
    expect(() => scoresOfPayload({ data: { names: ['t:0', 't:1'], ndarray } }, 'score')).toThrow(
      'not the probabilities',
    );
    expect(scoresOfPayload({ data: { names: ['t:0', 't:1'], ndarray: [[0.99, 0.01]] } }, 'score')).toEqual([0.01]);
    expect(() => scoresOfPayload({ data: { names: ['score'], ndarray } }, 'score')).toThrow('2 values');
  });
});
