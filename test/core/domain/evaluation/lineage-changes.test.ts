import { describe, expect, it } from 'vitest';
import { lineageChanges } from '../../../../core/domain/evaluation/lineage-changes.ts';

const NOTHING = { params: {}, inputs: [] };

describe('lineageChanges', () => {
  it('names what was changed, added and removed, by dotted names in order, and nothing that is the same', () => {
    const before = {
      params: { train: { depth: 3, rate: 0.1, old: true }, seed: 1 },
      inputs: [
        { path: 'train.py', digest: 'a' },
        { path: 'data/x.parquet', digest: 'b' },
        { path: 'gone.csv', digest: 'c' },
      ],
    };
    const after = {
      params: { seed: 1, train: { rate: 0.2, depth: 3, classes: ['a', 'b'] } },
      inputs: [
        { path: 'data/x.parquet', digest: 'd' },
        { path: 'train.py', digest: 'a' },
        { path: 'new.csv', digest: 'e' },
      ],
    };
    expect(lineageChanges(before, after)).toEqual({
      params: [
        { name: 'train.classes', before: null, after: '["a","b"]' },
        { name: 'train.old', before: 'true', after: null },
        { name: 'train.rate', before: '0.1', after: '0.2' },
      ],
      inputs: [
        { path: 'data/x.parquet', change: 'changed' },
        { path: 'gone.csv', change: 'removed' },
        { path: 'new.csv', change: 'added' },
      ],
    });
    expect(lineageChanges(before, before)).toEqual({ params: [], inputs: [] });
  });

  it('tells null from absent, and keeps to its limits', () => {
    const one = { ...NOTHING, params: { a: null } };
    expect(lineageChanges(NOTHING, one).params).toEqual([{ name: 'a', before: null, after: 'null' }]);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, 'x'.repeat(1000)]));
    const { params } = lineageChanges(NOTHING, { ...NOTHING, params: many });
    expect(params).toHaveLength(100);
    expect(params[0]?.after).toHaveLength(200);
  });
});
