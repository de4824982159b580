import { exactShareLimits, type Limits, meanLimits } from '../inference/mean-limits.ts';
import type { SampledRows } from '../inference/population.ts';
import type { CodedConfusion } from './metric.ts';

/** Cells of a confusion. */
export type Cells = (truth: number, decided: number) => boolean;

/** Limits of shares of rows by their cells. */
export interface CellShares {
  /** Classes that rows have or were decided for. */
  readonly present: readonly number[];
  readonly classes: number;
  /** The share of rows in some cells among those in others; the whole of [0, 1] where there are none. */
  readonly share: (counts: Cells, among: Cells, tail: number) => Limits;
}

/** Limits of a metric of decisions, of limits of shares that hold together but for the probability of a tail. */
export type LimitsOfShares = (shares: CellShares, tail: number) => Limits;

/** Exact shares of independent rows of one weight; else those of a mean by rows or groups. */
export function cellShares({ codes, classes, cells }: CodedConfusion, { sampling, weights }: SampledRows): CellShares {
  const share = (counts: Cells, among: Cells, tail: number): Limits => {
    const is = (of: Cells) => Array.from(cells, (_, cell) => of(Math.floor(cell / classes), cell % classes));
    const [inside, around] = [is((truth, decided) => among(truth, decided) && counts(truth, decided)), is(among)];
    const sum = (of: readonly boolean[]) => cells.reduce((all, count, cell) => all + (of[cell] ? count : 0), 0);
    if (sampling.kind === 'rows' && weights === null) return exactShareLimits(sum(inside), sum(around), tail);
    const values = Float64Array.from(codes, (code) => (inside[code] ? 1 : 0));
    const mass = Float64Array.from(codes, (code, row) => (around[code] ? (weights?.[row] ?? 1) : 0));
    return meanLimits(values, mass, { sampling, tails: { lower: tail, upper: tail } });
  };
  const has = (of: number) =>
    cells.some((n, cell) => n > 0 && (Math.floor(cell / classes) === of || cell % classes === of));
  return { classes, share, present: Array.from({ length: classes }, (_, of) => of).filter(has) };
}

/** Of the share of rows that are decided rightly. */
export const accuracyLimits: LimitsOfShares = ({ share }, tail) =>
  share(
    (truth, decided) => truth === decided,
    () => true,
    tail,
  );

/** Of the mean recall of the classes. */
export const balancedAccuracyLimits: LimitsOfShares = (shares, tail) =>
  meanOfClasses(shares.present, (of) => recallLimits(of, shares, tail / shares.present.length));

/** Of the recall of a class. */
export function recallLimits(of: number, { share }: CellShares, tail: number): Limits {
  return share(
    (_, decided) => decided === of,
    (truth) => truth === of,
    tail,
  );
}

function precisionLimits(of: number, { share }: CellShares, tail: number): Limits {
  return share(
    (truth) => truth === of,
    (_, decided) => decided === of,
    tail,
  );
}

/**
 * Of F-beta of one class. F1 is 2 J / (1 + J) of the share J of rows with the label and the decision among those with either
 * (Jaccard), so that one share says all; else a function of precision and recall that grows with both.
 */
export function fBetaLimits(of: number, beta: number): LimitsOfShares {
  return (shares, tail) => {
    if (beta === 0) return precisionLimits(of, shares, tail);
    if (beta === Number.POSITIVE_INFINITY) return recallLimits(of, shares, tail);
    if (beta === 1) {
      const both: Cells = (truth, decided) => truth === of && decided === of;
      return mapped(
        shares.share(both, (truth, decided) => truth === of || decided === of, tail),
        (j) => (2 * j) / (1 + j),
      );
    }
    const [precision, recall] = [precisionLimits(of, shares, tail / 2), recallLimits(of, shares, tail / 2)];
    const join = (p: number, r: number) => (p + r === 0 ? 0 : ((1 + beta ** 2) * p * r) / (beta ** 2 * p + r));
    const { method } = recall;
    return { lower: join(precision.lower, recall.lower), upper: join(precision.upper, recall.upper), method };
  };
}

/** Of the mean F-beta of the classes that rows have or were decided for. */
export function macroFBetaLimits(beta: number): LimitsOfShares {
  return (shares, tail) =>
    meanOfClasses(shares.present, (of) => fBetaLimits(of, beta)(shares, tail / shares.present.length));
}

/** Of the mean F-beta of the classes by how many rows have them. */
export function weightedFBetaLimits(beta: number): LimitsOfShares {
  if (beta === Number.POSITIVE_INFINITY) return accuracyLimits;
  return (shares, tail) => {
    const { present, share } = shares;
    const part = tail / (2 * present.length);
    const ofClass = present.map((of) => ({
      value: fBetaLimits(of, beta)(shares, part),
      size: share(
        (truth) => truth === of,
        () => true,
        part,
      ),
    }));
    const lower = extremeMean(
      ofClass.map(({ value, size }) => ({ value: value.lower, size })).sort((a, b) => a.value - b.value),
    );
    const upper = extremeMean(
      ofClass.map(({ value, size }) => ({ value: value.upper, size })).sort((a, b) => b.value - a.value),
    );
    return { lower, upper, method: ofClass[0]?.value.method ?? '' };
  };
}

/** The mean of values by sizes between limits that sum to 1, with as much as possible of the first ones. */
function extremeMean(parts: readonly { readonly value: number; readonly size: Limits }[]): number {
  let left = 1 - parts.reduce((sum, { size }) => sum + size.lower, 0);
  let mean = 0;
  for (const { value, size } of parts) {
    const more = Math.max(0, Math.min(left, size.upper - size.lower));
    mean += value * (size.lower + more);
    left -= more;
  }
  return mean;
}

function mapped({ lower, upper, method }: Limits, by: (share: number) => number): Limits {
  return { lower: by(lower), upper: by(upper), method };
}

function meanOfClasses(present: readonly number[], limitsOf: (of: number) => Limits): Limits {
  const parts = present.map(limitsOf);
  const mean = (of: (limits: Limits) => number) => parts.reduce((sum, part) => sum + of(part), 0) / parts.length;
  return { lower: mean(({ lower }) => lower), upper: mean(({ upper }) => upper), method: parts[0]?.method ?? '' };
}
