/** Rows of numbers, one column after the other. */
export interface Design {
  readonly rows: number;
  /** Each of the length of `rows`, finite. */
  readonly columns: readonly Float64Array[];
}

/** A fitted model: the intercept first, then a weight per column. */
export type LogisticWeights = Float64Array;

/** Chosen: as scikit-learn's default `C=1`. */
const PENALTY = 1;
/** Chosen: Newton's method converges in about 8 steps; with more the data are separable up to the penalty. */
const MAX_STEPS = 100;
/** Chosen: no weight changes by more. */
const TOLERANCE = 1e-10;

/**
 * Logistic regression with a ridge penalty: the weights that maximise the log-likelihood less half of their squared length,
 * the intercept not counted.
 *
 * @param labels 1 or 0 of each row.
 * @param kept Rows that are fitted.
 * @returns Weights; Newton's method with halved steps, so that the likelihood never falls.
 * @throws {RangeError} Where the kept rows have one label alone: the intercept then has no maximum.
 *
 * Equivalent: `sklearn.linear_model.LogisticRegression(C=1.0)`.
 */
export function fitRidgeLogistic(design: Design, labels: Uint8Array, kept: Uint32Array): LogisticWeights {
  const ones = kept.reduce((sum, row) => sum + (labels[row] ?? 0), 0);
  if (ones === 0 || ones === kept.length) throw new RangeError('the rows have one label alone');
  let weights = new Float64Array(design.columns.length + 1);
  weights[0] = Math.log(ones / (kept.length - ones));
  let loss = lossOf(weights, design, { labels, kept });
  for (let step = 0; step < MAX_STEPS; step++) {
    const direction = newtonStep(weights, design, { labels, kept });
    let scale = 1;
    let next = moved(weights, direction, scale);
    let nextLoss = lossOf(next, design, { labels, kept });
    while (nextLoss > loss && scale > TOLERANCE) {
      scale /= 2;
      next = moved(weights, direction, scale);
      nextLoss = lossOf(next, design, { labels, kept });
    }
    if (nextLoss > loss) return weights;
    [weights, loss] = [next, nextLoss];
    if (direction.every((one) => Math.abs(one) < TOLERANCE)) return weights;
  }
  return weights;
}

/** Log-odds of label 1. */
export function logOdds(weights: LogisticWeights, { columns }: Design, row: number): number {
  let sum = weights[0] ?? 0;
  for (let at = 0; at < columns.length; at++) sum += (weights[at + 1] ?? 0) * (columns[at]?.[row] ?? 0);
  return sum;
}

interface Fitted {
  readonly labels: Uint8Array;
  readonly kept: Uint32Array;
}

function moved(weights: Float64Array, direction: Float64Array, scale: number) {
  return weights.map((weight, at) => weight + scale * (direction[at] ?? 0));
}

function lossOf(weights: LogisticWeights, design: Design, { labels, kept }: Fitted): number {
  let loss = 0;
  for (let at = 1; at < weights.length; at++) loss += (PENALTY / 2) * (weights[at] ?? 0) ** 2;
  for (const row of kept) {
    const margin = (labels[row] === 1 ? 1 : -1) * logOdds(weights, design, row);
    loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  return loss;
}

/** The step that Newton's method takes: the solution of hessian * step = -gradient. */
function newtonStep(weights: LogisticWeights, design: Design, { labels, kept }: Fitted): Float64Array {
  const size = weights.length;
  const hessian = Array.from({ length: size }, () => new Float64Array(size));
  const gradient = new Float64Array(size);
  const values = new Float64Array(size);
  values[0] = 1;
  for (const row of kept) {
    const probability = 1 / (1 + Math.exp(-logOdds(weights, design, row)));
    const residual = (labels[row] ?? 0) - probability;
    const variance = probability * (1 - probability);
    for (let at = 1; at < size; at++) values[at] = design.columns[at - 1]?.[row] ?? 0;
    for (let i = 0; i < size; i++) {
      const value = values[i] ?? 0;
      if (value === 0) continue;
      gradient[i] = (gradient[i] ?? 0) + residual * value;
      const line = hessian[i] ?? gradient;
      for (let j = 0; j <= i; j++) line[j] = (line[j] ?? 0) + variance * value * (values[j] ?? 0);
    }
  }
  for (let at = 1; at < size; at++) {
    gradient[at] = (gradient[at] ?? 0) - PENALTY * (weights[at] ?? 0);
    const line = hessian[at] ?? gradient;
    line[at] = (line[at] ?? 0) + PENALTY;
  }
  return solvePositiveDefinite(hessian, gradient);
}

/** Solves lower * lower' * x = right by Cholesky's decomposition; the matrix's lower half is overwritten. */
function solvePositiveDefinite(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const at = (i: number, j: number) => matrix[i]?.[j] ?? 0;
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    const line = matrix[i] ?? right;
    for (let j = 0; j <= i; j++) {
      let sum = at(i, j);
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      // A probability of 0 or 1 in all rows leaves the intercept without curvature.
      line[j] = i === j ? Math.sqrt(Math.max(sum, Number.EPSILON)) : sum / at(j, j);
    }
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= at(i, k) * (x[k] ?? 0);
    x[i] = sum / at(i, i);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i] ?? 0;
    for (let k = i + 1; k < size; k++) sum -= at(k, i) * (x[k] ?? 0);
    x[i] = sum / at(i, i);
  }
  return x;
}
