import { describe, expect, it } from 'vitest';
import { exactShareLimits } from '../../../../core/domain/inference/mean-limits.ts';
import type { SampledRows } from '../../../../core/domain/inference/population.ts';
import golden from '../../../golden/limits.json' with { type: 'json' };
import { BINARY, decidedRows, found, MULTICLASS, rowsOf } from './metric-rows.ts';

const byRow: SampledRows = { sampling: { kind: 'rows' }, weights: null };

/** Rows of two classes with these numbers of rows by true and decided class. */
function binary(zeros: number, falseOnes: number, falseZeros: number, ones: number) {
  const repeat = (count: number, label: number, score: number) =>
    new Array<readonly [number, number]>(count).fill([label, score]);
  const rows = [
    ...repeat(zeros, 0, 0.1),
    ...repeat(falseOnes, 0, 0.9),
    ...repeat(falseZeros, 1, 0.1),
    ...repeat(ones, 1, 0.9),
  ];
  return rowsOf(
    rows.map(([label]) => label),
    rows.map(([, score]) => score),
  );
}

function limitsOf(name: string, task: Parameters<typeof found>[1], rows: ReturnType<typeof rowsOf>, sampled = byRow) {
  const estimate = found(name, task, rows);
  if (estimate.kind !== 'estimate') throw new Error(estimate.reason);
  const limits = estimate.distributionFree?.limits(sampled, 0.025);
  if (limits === undefined) throw new Error('no limits');
  expect(limits.lower).toBeLessThanOrEqual(estimate.value);
  expect(limits.upper).toBeGreaterThanOrEqual(estimate.value);
  return limits;
}

describe('limits of decisions of two classes', () => {
  it.each(golden.f1)(
    'F1 equals SciPy by the share of $hits hits among $trials rows with label or decision',
    ({ hits, trials, limits }) => {
      const { lower, upper, method } = limitsOf('f1', BINARY, binary(40, trials - hits, 0, hits));
      expect([lower, upper]).toEqual(limits.map((limit) => expect.closeTo(limit, 9)));
      expect(method).toBe('Clopper-Pearson');
    },
  );

  it('accuracy, precision, recall and specificity are exact', () => {
    const rows = binary(90, 10, 4, 36);
    const of = (name: string) => {
      const { lower, upper } = limitsOf(name, BINARY, rows);
      return { lower, upper };
    };
    const share = (hits: number, trials: number) => {
      const { lower, upper } = exactShareLimits(hits, trials, 0.025);
      return { lower, upper };
    };
    expect(of('accuracy')).toEqual(share(126, 140));
    expect(of('precision')).toEqual(share(36, 46));
    expect(of('recall')).toEqual(share(36, 40));
    expect(of('specificity')).toEqual(share(90, 100));
  });

  it('balanced accuracy and F2 are of two shares with half of the probability each', () => {
    const rows = binary(90, 10, 4, 36);
    const [recall, specificity, precision] = [
      exactShareLimits(36, 40, 0.0125),
      exactShareLimits(90, 100, 0.0125),
      exactShareLimits(36, 46, 0.0125),
    ];
    expect(limitsOf('balanced_accuracy', BINARY, rows).lower).toBeCloseTo((recall.lower + specificity.lower) / 2, 12);
    const f2 = (p: number, r: number) => (5 * p * r) / (4 * p + r);
    expect(limitsOf('fbeta_2', BINARY, rows).upper).toBeCloseTo(f2(precision.upper, recall.upper), 12);
  });

  it.each(['mcc', 'cohen_kappa'])('%s is as far as the recalls and the prevalence can take it', (name) => {
    const rows = binary(90, 10, 4, 36);
    const limits = limitsOf(name, BINARY, rows);
    // No corner of the box of the three shares is beyond.
    const [zero, one, ones] = [
      exactShareLimits(90, 100, 0.025 / 3),
      exactShareLimits(36, 40, 0.025 / 3),
      exactShareLimits(40, 140, 0.025 / 3),
    ];
    const at = (p: number, s: number, t: number) => {
      const n = 100_000;
      const counts = [n * (1 - p) * s, n * (1 - p) * (1 - s), n * p * (1 - t), n * p * t].map(Math.round);
      const estimate = found(name, BINARY, binary(counts[0] ?? 0, counts[1] ?? 0, counts[2] ?? 0, counts[3] ?? 0));
      return estimate.kind === 'estimate' ? estimate.value : Number.NaN;
    };
    const corners = [ones.lower, (ones.lower + ones.upper) / 2, ones.upper].flatMap((p) => [
      at(p, zero.lower, one.lower),
      at(p, zero.upper, one.upper),
    ]);
    expect(Math.min(...corners)).toBeGreaterThan(limits.lower - 1e-3);
    expect(Math.max(...corners)).toBeLessThan(limits.upper + 1e-3);
    expect(Math.min(...corners)).toBeLessThan(limits.lower + 0.02);
  });

  it('are wider by group, and name it', () => {
    const rows = binary(90, 10, 4, 36);
    const ids = Uint32Array.from({ length: 140 }, (_, row) => row % 35);
    const grouped: SampledRows = { sampling: { kind: 'clusters', ids, count: 35 }, weights: null };
    for (const name of ['accuracy', 'balanced_accuracy', 'f1', 'fbeta_2', 'mcc', 'cohen_kappa', 'precision']) {
      const [own, byGroup] = [limitsOf(name, BINARY, rows), limitsOf(name, BINARY, rows, grouped)];
      expect(byGroup.lower).toBeLessThan(own.lower);
      expect(byGroup.method).toBe('Hoeffding bound by group');
    }
  });
});

describe('limits of decisions of several classes', () => {
  const labels = Array.from({ length: 120 }, (_, row) => row % 3);
  const decided = labels.map((label, row) => (row % 11 === 0 ? (label + 1) % 3 : label));

  it('are around the value, and wider than those of one share', () => {
    const rows = decidedRows(labels, decided);
    for (const name of [
      'accuracy',
      'balanced_accuracy',
      'mcc',
      'cohen_kappa',
      'f1_macro',
      'fbeta_2',
      'precision_macro',
      'f1_weighted',
      'precision_weighted',
      'recall_weighted',
    ]) {
      const { lower, upper } = limitsOf(name, MULTICLASS, rows);
      expect(upper - lower).toBeGreaterThan(0.05);
      expect(upper - lower).toBeLessThan(0.75);
    }
  });

  it('of a weighted recall are those of accuracy, which it is', () => {
    const rows = decidedRows(labels, decided);
    expect(limitsOf('recall_weighted', MULTICLASS, rows)).toEqual(limitsOf('accuracy', MULTICLASS, rows));
  });

  it('of a coefficient of nothing but wrong decisions reach down to -1', () => {
    const rows = decidedRows(
      labels,
      labels.map((label) => (label + 1) % 3),
    );
    for (const name of ['mcc', 'cohen_kappa']) {
      const { lower, upper } = limitsOf(name, MULTICLASS, rows);
      expect(lower).toBeGreaterThanOrEqual(-1);
      expect(upper).toBeLessThan(0);
    }
  });
});

describe('limits of means of several classes', () => {
  /** Of four classes three have rows or decisions: the last one has neither. */
  const COUNTS = [
    [30, 4, 1, 0],
    [2, 20, 0, 0],
    [3, 0, 10, 0],
    [0, 0, 0, 0],
  ];
  const pick = (of: (truth: number, decided: number) => number) =>
    COUNTS.flatMap((row, truth) => row.flatMap((count, decided) => new Array<number>(count).fill(of(truth, decided))));
  const rows = decidedRows(
    pick((truth) => truth),
    pick((_, decided) => decided),
    4,
  );
  const sums = (is: (truth: number, decided: number) => boolean) =>
    COUNTS.flat().reduce((sum, count, cell) => sum + (is(Math.floor(cell / 4), cell % 4) ? count : 0), 0);
  const hits = (of: number) => sums((truth, decided) => truth === of && decided === of);
  const truths = (of: number) => sums((truth) => truth === of);
  const decisions = (of: number) => sums((_, decided) => decided === of);
  const recall = (of: number, tail: number) => exactShareLimits(hits(of), truths(of), tail);
  const precision = (of: number, tail: number) => exactShareLimits(hits(of), decisions(of), tail);
  const f1 = (of: number, tail: number) => {
    const { lower, upper } = exactShareLimits(hits(of), truths(of) + decisions(of) - hits(of), tail);
    return { lower: (2 * lower) / (1 + lower), upper: (2 * upper) / (1 + upper) };
  };
  type ByClass = (of: number, tail: number) => { readonly lower: number; readonly upper: number };

  it.each<[string, ByClass]>([
    ['balanced_accuracy', recall],
    ['recall_macro', recall],
    ['precision_macro', precision],
    ['f1_macro', f1],
  ])('%s is the mean of those of the classes that there are, each with its part of the probability', (name, of) => {
    const each = [0, 1, 2].map((k) => of(k, 0.025 / 3));
    const { lower, upper, method } = limitsOf(name, MULTICLASS, rows);
    expect(lower).toBeCloseTo(each.reduce((sum, one) => sum + one.lower, 0) / 3, 12);
    expect(upper).toBeCloseTo(each.reduce((sum, one) => sum + one.upper, 0) / 3, 12);
    expect(method).toBe('Clopper-Pearson');
  });

  it.each<[string, ByClass]>([
    ['precision_weighted', precision],
    ['f1_weighted', f1],
  ])('%s has the sizes of classes that take it furthest', (name, of) => {
    const part = 0.025 / 6;
    const sizes = [0, 1, 2].map((k) => exactShareLimits(truths(k), 70, part));
    const values = [0, 1, 2].map((k) => of(k, part));
    // All sizes between their limits that sum to 1, in steps of a thousandth, tell the extremes to about that.
    const means = { lower: [] as number[], upper: [] as number[] };
    const [a, b, c] = sizes;
    for (let first = a?.lower ?? 0; first <= (a?.upper ?? 0); first += 0.001) {
      for (let second = b?.lower ?? 0; second <= (b?.upper ?? 0); second += 0.001) {
        const third = 1 - first - second;
        if (third < (c?.lower ?? 0) || third > (c?.upper ?? 0)) continue;
        for (const end of ['lower', 'upper'] as const) {
          const shares = [first, second, third];
          means[end].push(values.reduce((sum, value, k) => sum + value[end] * (shares[k] ?? 0), 0));
        }
      }
    }
    const { lower, upper, method } = limitsOf(name, MULTICLASS, rows);
    const [least, most] = [Math.min(...means.lower), Math.max(...means.upper)];
    expect(lower).toBeLessThanOrEqual(least + 1e-9);
    expect(lower).toBeGreaterThan(least - 0.002);
    expect(upper).toBeGreaterThanOrEqual(most - 1e-9);
    expect(upper).toBeLessThan(most + 0.002);
    expect(method).toBe('Clopper-Pearson');
  });

  it.each([
    [
      'only decisions',
      [
        [10, 2, 1],
        [1, 10, 0],
        [0, 0, 0],
      ],
    ],
    [
      'only rows',
      [
        [10, 2, 0],
        [1, 10, 0],
        [2, 1, 0],
      ],
    ],
  ])('count a class that has %s', (_, counts) => {
    const cells = counts.flatMap((row, truth) =>
      row.flatMap((count, decided) => new Array<readonly [number, number]>(count).fill([truth, decided])),
    );
    const { lower, upper } = limitsOf(
      'f1_macro',
      MULTICLASS,
      decidedRows(
        cells.map(([truth]) => truth),
        cells.map(([, decided]) => decided),
      ),
    );
    const each = [0, 1, 2].map((of) => {
      const hits = cells.filter(([truth, decided]) => truth === of && decided === of).length;
      const either = cells.filter(([truth, decided]) => truth === of || decided === of).length;
      const jaccard = exactShareLimits(hits, either, 0.025 / 3);
      return [jaccard.lower, jaccard.upper].map((j) => (2 * j) / (1 + j));
    });
    expect(lower).toBeCloseTo(each.reduce((sum, [low = 0]) => sum + low, 0) / 3, 12);
    expect(upper).toBeCloseTo(each.reduce((sum, [, high = 0]) => sum + high, 0) / 3, 12);
  });

  it('are of means by weight, where rows are weighted', () => {
    const weights = new Float64Array(70).fill(1);
    const { lower, method } = limitsOf('accuracy', MULTICLASS, rows, { sampling: { kind: 'rows' }, weights });
    expect(method).toBe('Hoeffding bound');
    expect(lower).toBeLessThan(exactShareLimits(60, 70, 0.025).lower);
    // Rows without weight are none.
    const some = Float64Array.from({ length: 70 }, (_, row) => (row < 35 ? 1 : 0));
    const found = limitsOf('recall_weighted', MULTICLASS, rows, { sampling: { kind: 'rows' }, weights: some });
    expect(found.lower).toBeLessThan(lower);
  });

  it('of F-beta are 0 where nothing is decided rightly', () => {
    const wrong = limitsOf('fbeta_2', BINARY, binary(90, 10, 4, 0));
    expect(wrong.lower).toBe(0);
    expect(wrong.upper).toBeGreaterThan(0);
  });
});
