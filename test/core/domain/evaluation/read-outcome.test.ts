import { describe, expect, it } from 'vitest';
import { readPart } from '../../../../core/domain/evaluation/read-outcome.ts';
import type { ModelPolicy } from '../../../../core/domain/policy/model-policy.ts';
import type { ColumnValues } from '../../../../core/domain/table/column-values.ts';

const policy = (task: ModelPolicy['task'], evaluate: Partial<ModelPolicy['evaluate']> = {}): ModelPolicy => ({
  task,
  data: { label: 'y', exclude: [] },
  evaluate: {
    grouping: { kind: 'none' },
    decisionThreshold: 0.5,
    slices: [],
    minRows: 1,
    confidence: 0.95,
    ...evaluate,
  },
  gate: { rules: [] },
});
const numbers = (...values: number[]): ColumnValues => ({ kind: 'numeric', values: Float64Array.from(values) });
const texts = (codes: number[], categories: string[]): ColumnValues => ({
  kind: 'categorical',
  codes: Int32Array.from(codes),
  categories,
});

describe('readPart', () => {
  it.each([
    ['a label that is missing', policy('regression'), { y: numbers(1, Number.NaN) }, 'y is missing in row 1002'],
    ['a label of another kind', policy('binary-classification'), { y: numbers(1, 0, 3) }, 'y holds 3 in row 1003'],
    [
      'a class that is missing',
      policy('multiclass-classification'),
      { y: texts([0, 1, -1], ['a', 'b']) },
      'y is missing in row 1003',
    ],
    [
      'a class that nobody named',
      policy('multiclass-classification', { classes: ['a', 'b', 'c'] }),
      { y: texts([0, 1], ['a', 'z']) },
      'y holds "z" in row 1002',
    ],
    [
      'a weight below 0',
      policy('regression', { weight: 'w' }),
      { y: numbers(1, 1), w: numbers(1, -2) },
      'w holds -2 in row 1002',
    ],
    [
      'a weight that is missing',
      policy('regression', { weight: 'w' }),
      { y: numbers(1, 1), w: numbers(Number.NaN, 2) },
      'w is missing in row 1001',
    ],
  ])('refuses %s by its row of the dataset', (_, config, columns: Record<string, ColumnValues>, message) => {
    const read = () => readPart(new Map(Object.entries(columns)), config, { model: null, rowsBefore: 1000 });
    expect(read).toThrow(expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringContaining(message) }));
  });
});
