import { describe, expect, it } from 'vitest';
import { isCategorical } from '../../../../core/domain/drift/profile-column.ts';

describe('isCategorical', () => {
  it('takes whole numbers of few values as codes, and measurements as numbers', () => {
    const column = (values: number[]) => ({ kind: 'numeric', values: Float64Array.from(values) }) as const;
    expect(isCategorical(column([0, 1, 2, 1, Number.NaN]), true)).toBe(true);
    expect(isCategorical(column([0, 1, 2, 1]), false)).toBe(false);
    expect(isCategorical(column(Array.from({ length: 30 }, (_, i) => i)), true)).toBe(false);
  });
});
