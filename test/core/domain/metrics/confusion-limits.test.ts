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
