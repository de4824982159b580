import { describe, expect, it } from 'vitest';
import {
  designEffects,
  effectiveGroups,
  scaleClusters,
  withClusters,
} from '../../../../core/domain/drift/design-effect.ts';
import { FULL_RESOLUTION, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import golden from '../../../golden/design-effect.json' with { type: 'json' };

function clustersOf(groups: readonly number[]) {
  return { kind: 'clusters' as const, ids: Uint32Array.from(groups), count: new Set(groups).size };
}

function numbers(values: readonly (number | null)[]) {
  return { kind: 'numeric' as const, values: Float64Array.from(values, (value) => value ?? Number.NaN) };
}

function effectsOf(values: readonly (number | null)[], groups: readonly number[]) {
  const column = numbers(values);
  const profile = profileColumn('x', column, { kind: 'numeric', resolution: FULL_RESOLUTION });
  return designEffects(column, profile, clustersOf(groups));
}

describe('designEffects', () => {
  it.each(golden.cases.map((one, at) => [at, one] as const))('are those of statsmodels: case %i', (_, one) => {
    const found = effectsOf(one.values, one.groups);
    expect(found.values).toBeCloseTo(one.numeric, 9);
    expect(found.ranks).toBeCloseTo(one.ranks, 9);
    expect(found.presence).toBeCloseTo(one.presence, 9);
    const codes = { kind: 'categorical' as const, codes: Int32Array.from(one.codes), categories: ['a', 'b', 'c', 'd'] };
    const profile = profileColumn('x', codes, { kind: 'categorical', resolution: FULL_RESOLUTION });
    const ofCodes = designEffects(codes, profile, clustersOf(one.groups));
    expect(ofCodes.values).toBeCloseTo(one.categorical, 9);
    expect(ofCodes.presence).toBeCloseTo(one.presence, 9);
  });

  it('are the same for codes that are written as numbers', () => {
    const groups = Array.from({ length: 60 }, (_, row) => Math.floor(row / 6));
    const values = groups.map((group, row) => (group * 7 + (row % 2)) % 3);
    const asNumbers = numbers(values);
    const asTexts = { kind: 'categorical' as const, codes: Int32Array.from(values), categories: ['0', '1', '2'] };
    const [left, right] = [asNumbers, asTexts].map((column) =>
      designEffects(
        column,
        profileColumn('x', column, { kind: 'categorical', resolution: FULL_RESOLUTION }),
        clustersOf(groups),
      ),
    );
    expect(left).toEqual(right);
  });

  it('count groups that have a value, and are 1 where a column does not vary', () => {
    const found = effectsOf([1, 1, 1, null, null, 1, 1], [0, 0, 1, 2, 2, 3, 3]);
    expect(found.groups).toBeCloseTo(25 / 9, 12);
    expect(found.values).toBe(1);
    expect(found.presence).toBeGreaterThan(1);
  });

  it('are the size of a group whose rows are all alike, up to the correction for few groups', () => {
    const groups = Array.from({ length: 1000 }, (_, row) => Math.floor(row / 5));
    const found = effectsOf(
      groups.map((group) => (group * 37) % 101),
      groups,
    );
    expect(found.values).toBeCloseTo((5 * 200) / 199, 6);
  });

  it('are never below 1, and 1 without any row', () => {
    expect(effectsOf([1, 2, 1, 2, 1, 2], [0, 0, 1, 1, 2, 2])).toEqual({
      groups: 3,
      rowGroups: 3,
      values: 1,
      ranks: 1,
      presence: 1,
    });
    expect(effectsOf([], [])).toEqual({ groups: 0, rowGroups: 0, values: 1, ranks: 1, presence: 1 });
  });
});

describe('effectiveGroups', () => {
  it('is the number of groups where they are alike, and never more', () => {
    for (const count of [1, 2, 40]) expect(effectiveGroups(Array.from({ length: count }, () => 7))).toBe(count);
    expect(effectiveGroups([1000, ...Array.from({ length: 50 }, () => 1)])).toBeLessThan(1.2);
    expect(effectiveGroups([0, 4, 0, 4])).toBe(2);
    expect(effectiveGroups([])).toBe(0);
  });
});

describe('scaleClusters', () => {
  it('keeps the number of independent rows where a sample has a tenth of them', () => {
    const found = scaleClusters({ groups: 9, values: 1.5, presence: 1 }, 10);
    expect(found).toEqual({ groups: 9, values: 6, presence: 1 });
  });
});

describe('withClusters', () => {
  it('leaves a column of independent rows as it is', () => {
    const column = numbers([1, 2, 3]);
    const profile = profileColumn('x', column, { kind: 'numeric', resolution: FULL_RESOLUTION });
    expect(withClusters(profile, column, { kind: 'rows' })).toBe(profile);
  });
});
