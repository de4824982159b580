import { describe, expect, it } from 'vitest';
import { precisionAtRecall, recallAtPrecision } from '../../../../core/domain/metrics/operating-point.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';

const options = { decisionThreshold: 0.5 };

/** Rows by label, from the highest score down. */
function ranked(labels: readonly number[], weights: readonly number[] | null = null) {
  return scoredRows({
    labels: Float64Array.from(labels),
    scores: Float64Array.from(labels, (_, row) => 1 - row / 1000),
    weights: weights && Float64Array.from(weights),
    classes: 2,
  });
}

function precisionAt(recall: number, rows: ReturnType<typeof ranked>) {
  const found = precisionAtRecall(recall).estimate(rows, options);
  if (found.kind === 'undefined') throw new Error(found.reason);
  return { value: found.value, influence: [...found.influence()] };
}

const recallAt = (precision: number, rows: ReturnType<typeof ranked>) =>
  recallAtPrecision(precision).estimate(rows, options);
const times = (count: number, value: number): readonly number[] => Array<number>(count).fill(value);

describe('precisionAtRecall', () => {
  const rows = ranked([1, 0, 1, 0, 1, 1, 0, 0]);

  it.each([
    { recall: 0.25, value: 1 },
    { recall: 0.26, value: 2 / 3 },
    { recall: 0.5, value: 2 / 3 },
    { recall: 0.75, value: 3 / 5 },
    { recall: 0.99, value: 4 / 6 },
  ])('at $recall is that of the highest threshold which reaches it', ({ recall, value }) => {
    expect(precisionAt(recall, rows).value).toBeCloseTo(value, 12);
  });

  it('reaches down to the lowest score, and takes ties together', () => {
    expect(precisionAt(0.99, ranked([0, 1, 0, 1])).value).toBe(2 / 4);
    const tied = scoredRows({
      labels: Float64Array.of(1, 0, 1, 0, 1),
      scores: Float64Array.of(0.9, 0.9, 0.5, 0.5, 0.5),
      weights: null,
      classes: 2,
    });
    expect(precisionAt(0.3, tied).value).toBe(1 / 2);
    expect(precisionAt(0.5, tied).value).toBe(3 / 5);
  });

  it('moves with each row as recall is held', () => {
    // At recall 1/2: two hits, one false alarm. Around it, from recall 0.4 (one false alarm) to 0.6 (two), a false alarm
    // comes with each 0.2 of four hits, that is 1.25 a hit. A row with label 1 adds half a hit and moves the threshold down
    // by half a row where it is above it, up by as much below: (1/2 * 1/3 + 2/3 * 1.25 / 2) / 3 and the same with a
    // minus, times 8 rows. A false alarm costs 2/3 of 1/3.
    const [above, below, alarm] = [14 / 9, -2 / 3, -16 / 9];
    const expected = [above, alarm, above, 0, below, below, 0, 0];
    const { influence } = precisionAt(0.5, rows);
    influence.forEach((part, row) => {
      expect(part, `row ${row}`).toBeCloseTo(expected[row] ?? Number.NaN, 9);
    });
  });

  it('moves along the curve from its start, and up to its end', () => {
    // Ten hits with label 1: at recall 0.1 one hit after one false alarm. From none at recall 0 to two at 0.2 (rows 0 and 2):
    // one a hit.
    const low = precisionAt(0.1, ranked([0, 1, 0, ...times(9, 1), ...times(7, 0)]));
    expect(low.value).toBe(1 / 2);
    // (0.1 * 1/2 + 1/2 * 0.9) / 2 and (0.05 - 1/2 * 0.1) / 2, times 19.
    expect(low.influence[1]).toBeCloseTo(19 * 0.25, 9);
    expect(low.influence[3]).toBeCloseTo(0, 9);
    expect(low.influence[0]).toBeCloseTo((-19 * 0.5) / 2, 9);
    // At recall 1: 10 hits and 3 false alarms, 1 of them in the last tenth: one a hit.
    const high = precisionAt(0.95, ranked([...times(9, 1), ...times(3, 0), 1, ...times(6, 0)]));
    expect(high.value).toBe(10 / 13);
    // All are above: recall 1 less 1, which moves no threshold. (1 * 3/13) / 13 and -10/13 / 13, times 19.
    expect(high.influence[0]).toBeCloseTo((19 * 3) / 169, 9);
    expect(high.influence[9]).toBeCloseTo((-19 * 10) / 169, 9);
    expect(high.influence[18]).toBe(0);
    // Nine tenths: the three false alarms of the last tenth over that of ten hits before and after it, 3 / 2 a hit.
    const middle = precisionAt(0.9, ranked([...times(9, 1), ...times(3, 0), 1, ...times(6, 0)]));
    expect(middle.value).toBe(1);
    expect(middle.influence[0]).toBeCloseTo((19 * -1 * (-1.5 * 0.1)) / 9, 9);
    expect(middle.influence[12]).toBeCloseTo((19 * -1 * (1.5 * 0.9)) / 9, 9);
  });

  it.each([
    // Of 400 rows with label 1 false alarms are at recall 0.425: within a tenth of 0.5, not within a twentieth.
    { ones: 400, before: 170, recall: 0.5 },
    // Of 25 at 0.36: within a fifth of 0.52, not within a tenth.
    { ones: 25, before: 9, recall: 0.52 },
  ])('takes the curve no further than a tenth, nor one over the root of $ones', ({ ones, before, recall }) => {
    const { influence, value } = precisionAt(
      recall,
      ranked([...times(before, 1), ...times(10, 0), ...times(ones - before, 1), ...times(10, 0)]),
    );
    const hits = recall * ones;
    expect(value).toBeCloseTo(hits / (hits + 10), 12);
    // Flat around the point: every row with label 1 adds the same part of a hit.
    const part = ((ones + 20) * recall * (1 - value)) / (hits + 10);
    expect(influence[0]).toBeCloseTo(part, 9);
    expect(influence[ones + 9]).toBeCloseTo(part, 9);
  });

  it('takes an integer weight for as many rows', () => {
    const labels = [1, 0, 1, 1, 0, 1, 0, 1, 0, 0];
    const weights = [2, 1, 1, 3, 2, 1, 1, 2, 1, 3];
    const { value, influence } = precisionAt(0.6, ranked(labels, weights));
    const rows = labels.flatMap((label, row) => Array.from({ length: weights[row] ?? 0 }, () => ({ label, row })));
    const many = scoredRows({
      labels: Float64Array.from(rows, ({ label }) => label),
      scores: Float64Array.from(rows, ({ row }) => 1 - row / 1000),
      weights: null,
      classes: 2,
    });
    const expected = precisionAt(0.6, many);
    expect(value).toBeCloseTo(expected.value, 12);
    labels.forEach((_, row) => {
      const copy = rows.findIndex((one) => one.row === row);
      const part = ((weights[row] ?? 0) * (expected.influence[copy] ?? 0) * 10) / rows.length;
      expect(influence[row], `row ${row}`).toBeCloseTo(part, 9);
    });
  });

  it('is 1 and does not move where all rows have label 1', () => {
    expect(precisionAt(0.5, ranked(times(6, 1)))).toEqual({
      value: 1,
      influence: Array(6).fill(expect.closeTo(0, 12)),
    });
  });
});

describe('recallAtPrecision', () => {
  it.each([
    // Precisions 1, 1/2, 2/3, 2/4, 3/5, 4/6, 4/7 and 4/8 down the scores.
    { precision: 0.9, value: 1 / 4 },
    { precision: 0.66, value: 1 },
    { precision: 0.5, value: 1 },
    { precision: 4 / 6, value: 1 },
    { precision: 0.67, value: 1 / 4 },
  ])('at $precision is the highest recall of a threshold that has it', ({ precision, value }) => {
    expect(recallAt(precision, ranked([1, 0, 1, 0, 1, 1, 0, 0]))).toMatchObject({ kind: 'estimate', value });
  });

  it('takes a precision that is met exactly, and is 0 where none is', () => {
    expect(recallAt(0.5, ranked([0, 1, 0]))).toMatchObject({ value: 1 });
    expect(recallAt(0.51, ranked([0, 1, 0]))).toMatchObject({ value: 0 });
  });
});
