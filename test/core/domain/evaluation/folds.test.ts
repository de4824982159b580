import { describe, expect, it } from 'vitest';
import { alignFolds, type FoldedRows, foldedRows, testShare } from '../../../../core/domain/evaluation/folds.ts';
import { sliceOf } from '../../../../core/domain/evaluation/population.ts';
import type { ColumnValues } from '../../../../core/domain/table/column-values.ts';

const numbers = (values: Float64Array): ColumnValues => ({ kind: 'numeric', values });
const upTo = (count: number) => Float64Array.from({ length: count }, (_, at) => at);

function folded(folds: Float64Array, rows: Float64Array, datasetRows: number): FoldedRows {
  const keys = { name: 'id', dataset: numbers(upTo(datasetRows)), predictions: numbers(rows) };
  return foldedRows({ name: 'fold', fold: numbers(folds), keys, datasetRows });
}

/** Predictions of repeated splits, in an order that a multiplication scatters. */
function repeated({ rows, folds, repeats, step }: Readonly<Record<'rows' | 'folds' | 'repeats' | 'step', number>>) {
  const order = Array.from({ length: rows * repeats }, (_, at) => (at * step) % (rows * repeats));
  const foldOf = (at: number) => Math.floor(at / rows) * folds + ((at % rows) % folds);
  return {
    folded: folded(
      Float64Array.from(order, foldOf),
      Float64Array.from(order, (at) => at % rows),
      rows,
    ),
    scores: Float64Array.from(order),
  };
}

describe('foldedRows', () => {
  it('takes as many folds as there are rows, which test one row each', () => {
    const rows = 200_000;
    const all = foldedRows({ name: 'fold', fold: numbers(upTo(rows)), datasetRows: rows });
    expect(all.names).toHaveLength(rows);
    expect(testShare(all)).toBe(1 / (rows - 1));
  });

  it('finds a row that is twice in a fold, wherever it is', () => {
    const [folds, rows] = [Float64Array.of(0, 1, 0, 1), Float64Array.of(0, 1, 2, 3)];
    expect(() => folded(folds, rows, 4)).not.toThrow();
    for (const at of [0, 2]) {
      const again = [Float64Array.of(...folds, 0), Float64Array.of(...rows, at)] as const;
      expect(() => folded(...again, 4)).toThrow(`row ${at + 1} of the dataset is twice in fold 0`);
    }
    expect(() => folded(Float64Array.of(...folds, 1), Float64Array.of(...rows, 0), 4)).not.toThrow();
  });
});

describe('alignFolds', () => {
  it('brings scores into the order of other predictions of the same folds', () => {
    const shape = { rows: 60, folds: 5, repeats: 3 };
    const [own, other] = [repeated({ ...shape, step: 7 }), repeated({ ...shape, step: 11 })];
    expect(alignFolds(own.folded, other.folded, other.scores)).toEqual({ scores: own.scores });
  });

  it('says so where one row was tested by another fold', () => {
    const [folds, rows] = [Float64Array.of(0, 0, 1, 1), Float64Array.of(0, 1, 2, 3)];
    const own = folded(folds, rows, 4);
    for (const [otherFolds, otherRows] of [
      [Float64Array.of(0, 1, 1, 0), rows],
      [Float64Array.of(0, 0, 1, 2), rows],
      [Float64Array.of(0, 0, 2, 2), rows],
      [folds, Float64Array.of(0, 2, 1, 3)],
    ] as const) {
      expect(alignFolds(own, folded(otherFolds, otherRows, 4), upTo(4))).toHaveProperty('problem');
    }
  });
});

describe('sliceOf', () => {
  it('numbers the clusters of small and large parts alike', () => {
    const count = 1_000;
    const ids = Uint32Array.from({ length: count }, (_, at) => (at * 7) % count);
    const rest = { labels: upTo(count), candidate: upTo(count), champion: null, weights: null, classes: 0 };
    const all = { ...rest, sampling: { kind: 'clusters' as const, ids, count } };
    for (const size of [3, 500]) {
      const part = sliceOf(
        all,
        undefined,
        Uint32Array.from({ length: size }, (_, at) => at),
      );
      expect(part.sampling).toEqual({ kind: 'clusters', ids: Uint32Array.from(upTo(size)), count: size });
    }
  });
});
