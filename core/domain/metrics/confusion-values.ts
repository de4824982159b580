import type { Confusion, ConfusionValue, UndefinedMetric } from './metric.ts';

/** Weights by true class, by decided class, in all, and on the diagonal. */
interface Margins {
  readonly truths: Float64Array;
  readonly decided: Float64Array;
  readonly total: number;
  readonly right: number;
}

function marginsOf({ classes, counts }: Confusion): Margins {
  const truths = new Float64Array(classes);
  const decided = new Float64Array(classes);
  let total = 0;
  let right = 0;
  for (let a = 0; a < classes; a++) {
    for (let b = 0; b < classes; b++) {
      const count = counts[a * classes + b] ?? 0;
      truths[a] = (truths[a] ?? 0) + count;
      decided[b] = (decided[b] ?? 0) + count;
      total += count;
      if (a === b) right += count;
    }
  }
  return { truths, decided, total, right };
}

/** A gradient from the derivative by a cell of a true and a decided class. */
function gradientOf(classes: number, by: (truth: number, decided: number) => number): Float64Array {
  return Float64Array.from({ length: classes * classes }, (_, cell) => by(Math.floor(cell / classes), cell % classes));
}

/** The share of rows decided rightly. */
export function accuracyOf(confusion: Confusion): ConfusionValue | UndefinedMetric {
  const { total, right } = marginsOf(confusion);
  if (total === 0) return { kind: 'undefined', reason: 'there are no rows' };
  const value = right / total;
  return { value, gradient: gradientOf(confusion.classes, (a, b) => ((a === b ? 1 : 0) - value) / total) };
}

/** F-beta of one class against the rest: beta 0 is its precision, infinity its recall. */
export function fBetaOf(
  confusion: Confusion,
  { of, beta }: { readonly of: number; readonly beta: number },
): ConfusionValue | UndefinedMetric {
  const { truths, decided } = marginsOf(confusion);
  const hits = confusion.counts[of * confusion.classes + of] ?? 0;
  // (1 + beta²) hits / (beta² truths + decided), scaled so that an infinite beta is recall.
  const [ofTruths, ofDecided] = beta === Number.POSITIVE_INFINITY ? [1, 0] : [beta * beta, 1];
  const ofHits = ofTruths + ofDecided;
  const below = ofTruths * (truths[of] ?? 0) + ofDecided * (decided[of] ?? 0);
  if (below === 0) return { kind: 'undefined', reason: emptyReason(beta) };
  const value = (ofHits * hits) / below;
  const gradient = gradientOf(confusion.classes, (a, b) => {
    const above = a === of && b === of ? ofHits : 0;
    return (above - value * ((a === of ? ofTruths : 0) + (b === of ? ofDecided : 0))) / below;
  });
  return { value, gradient };
}

function emptyReason(beta: number): string {
  if (beta === 0) return 'no score reaches the decision threshold';
  return beta === Number.POSITIVE_INFINITY ? 'no row has that label' : 'no row has that label and none is predicted so';
}

/** The mean recall of the classes that rows have. */
export function balancedAccuracyOf(confusion: Confusion): ConfusionValue | UndefinedMetric {
  const { classes, counts } = confusion;
  const { truths } = marginsOf(confusion);
  const present = [...truths.keys()].filter((truth) => (truths[truth] ?? 0) > 0);
  if (present.length < 2) return { kind: 'undefined', reason: 'all rows have the same label' };
  const recall = (a: number) => (counts[a * classes + a] ?? 0) / (truths[a] ?? 1);
  const value = present.reduce((sum, a) => sum + recall(a), 0) / present.length;
  const gradient = gradientOf(classes, (a, b) =>
    (truths[a] ?? 0) === 0 ? 0 : ((a === b ? 1 : 0) - recall(a)) / (truths[a] ?? 1) / present.length,
  );
  return { value, gradient };
}

/** Matthews' correlation coefficient (Gorodkin's for more than two classes). */
export function matthewsOf(confusion: Confusion): ConfusionValue | UndefinedMetric {
  const { truths, decided, total, right } = marginsOf(confusion);
  const both = dot(truths, decided);
  const between = right * total - both;
  const ofTruths = total * total - dot(truths, truths);
  const ofDecided = total * total - dot(decided, decided);
  if (ofTruths === 0) return { kind: 'undefined', reason: 'all rows have the same label' };
  // scikit-learn gives 0 here; there is no correlation with a constant.
  if (ofDecided === 0) return { kind: 'undefined', reason: 'all rows have the same prediction' };
  // One root: of predictions without an error it is exactly what is above it, and the value 1.
  const below = Math.sqrt(ofTruths * ofDecided);
  const value = between / below;
  const gradient = gradientOf(confusion.classes, (a, b) => {
    const top = (a === b ? total : 0) + right - (decided[a] ?? 0) - (truths[b] ?? 0);
    const bottom = (total - (truths[a] ?? 0)) / ofTruths + (total - (decided[b] ?? 0)) / ofDecided;
    return top / below - value * bottom;
  });
  return { value, gradient };
}

/** Cohen's kappa: agreement beyond that of chance. */
export function kappaOf(confusion: Confusion): ConfusionValue | UndefinedMetric {
  const { truths, decided, total, right } = marginsOf(confusion);
  const expected = total * total - dot(truths, decided);
  if (expected === 0) return { kind: 'undefined', reason: 'all rows have the same label and the same prediction' };
  const observed = total * (total - right);
  const value = 1 - observed / expected;
  const gradient = gradientOf(confusion.classes, (a, b) => {
    const top = 2 * total - right - (a === b ? total : 0);
    const bottom = 2 * total - (decided[a] ?? 0) - (truths[b] ?? 0);
    return -(top - (observed / expected) * bottom) / expected;
  });
  return { value, gradient };
}

/** The mean of F-beta over classes that rows have or were decided for; a class without a value counts 0. */
export function macroFBetaOf(confusion: Confusion, beta: number): ConfusionValue | UndefinedMetric {
  return averageFBeta(confusion, beta, () => 1);
}

/** The mean of F-beta over classes, weighted by how many rows have them. */
export function weightedFBetaOf(confusion: Confusion, beta: number): ConfusionValue | UndefinedMetric {
  const { truths, total } = marginsOf(confusion);
  const mean = averageFBeta(confusion, beta, (truth) => truths[truth] ?? 0);
  if ('kind' in mean) return mean;
  const { classes } = confusion;
  const values = Array.from({ length: classes }, (_, of) => valueOr0(fBetaOf(confusion, { of, beta })));
  // The shares of the classes move with the rows too.
  const gradient = mean.gradient.map(
    (part, cell) => part + ((values[Math.floor(cell / classes)] ?? 0) - mean.value) / total,
  );
  return { value: mean.value, gradient };
}

function averageFBeta(
  confusion: Confusion,
  beta: number,
  weightOf: (truth: number) => number,
): ConfusionValue | UndefinedMetric {
  const { truths, decided } = marginsOf(confusion);
  const present = [...truths.keys()].filter((k) => (truths[k] ?? 0) + (decided[k] ?? 0) > 0);
  if (present.length === 0) return { kind: 'undefined', reason: 'there are no rows' };
  const gradient = new Float64Array(confusion.counts.length);
  // Divided once: shares of a seventh do not add up to exactly 1.
  let above = 0;
  const weights = present.reduce((sum, of) => sum + weightOf(of), 0);
  for (const of of present) {
    const found = fBetaOf(confusion, { of, beta });
    if ('kind' in found) continue;
    above += weightOf(of) * found.value;
    for (let cell = 0; cell < gradient.length; cell++) {
      gradient[cell] = (gradient[cell] ?? 0) + (weightOf(of) / weights) * (found.gradient[cell] ?? 0);
    }
  }
  return { value: above / weights, gradient };
}

function valueOr0(found: ConfusionValue | UndefinedMetric): number {
  return 'kind' in found ? 0 : found.value;
}

function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0);
}
