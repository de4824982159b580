import { describe, expect, it } from 'vitest';
import {
  FULL_RESOLUTION,
  isCategorical,
  profileColumn,
  shareMissing,
} from '../../../../core/domain/drift/profile-column.ts';

const numeric = (values: readonly number[]) =>
  profileColumn(
    'x',
    { kind: 'numeric', values: Float64Array.from(values) },
    { kind: 'numeric', resolution: FULL_RESOLUTION },
  );

describe('isCategorical', () => {
  it('takes whole numbers of few values as codes, and measurements as numbers', () => {
    const column = (values: number[]) => ({ kind: 'numeric', values: Float64Array.from(values) }) as const;
    expect(isCategorical(column([0, 1, 2, 1, Number.NaN]), true)).toBe(true);
    expect(isCategorical(column([0, 1, 2, 1]), false)).toBe(false);
    expect(isCategorical(column(Array.from({ length: 30 }, (_, i) => i)), true)).toBe(false);
  });
});

describe('shareMissing', () => {
  it('is the share of rows without a value, 0 without rows', () => {
    expect(shareMissing(numeric([1, Number.NaN, 2, Number.NaN]))).toBe(0.5);
    expect(shareMissing(numeric([]))).toBe(0);
  });
});
