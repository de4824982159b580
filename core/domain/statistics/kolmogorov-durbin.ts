import { logGamma } from './log-gamma.ts';

type Matrix = readonly Float64Array[];

/** A matrix times 10^exponent: powers overflow otherwise. */
interface Scaled {
  readonly matrix: Matrix;
  readonly exponent: number;
}

/**
 * P(D_n < d) of the two-sided Kolmogorov-Smirnov statistic, exactly.
 *
 * Source: J. Durbin, Distribution Theory for Tests Based on the Sample Distribution Function (SIAM, 1973); as a matrix
 * power by G. Marsaglia, W. W. Tsang and J. Wang, J. Stat. Software 8(18), 2003.
 */
export function durbinMatrixCdf(d: number, n: number): number {
  const k = Math.floor(n * d) + 1;
  const { matrix, exponent } = power({ matrix: stepMatrix(k, k - n * d), exponent: 0 }, n);
  const centre = matrix[k - 1]?.[k - 1] ?? 0;
  const logFactor = logGamma(n + 1) - n * Math.log(n) + exponent * Math.LN10;
  return centre <= 0 ? 0 : Math.exp(Math.log(centre) + logFactor);
}

function stepMatrix(k: number, h: number): Matrix {
  const m = 2 * k - 1;
  const factorial = Float64Array.from({ length: m + 2 }, (_, i) => Math.exp(logGamma(i + 1)));
  const rows = Array.from({ length: m }, (_, i) =>
    Float64Array.from({ length: m }, (_, j) => (i - j + 1 < 0 ? 0 : entry(i, j, { h, m }))),
  );
  return rows.map((row, i) => row.map((value, j) => (i - j + 1 > 0 ? value / (factorial[i - j + 1] ?? 1) : value)));
}

function entry(i: number, j: number, { h, m }: { readonly h: number; readonly m: number }): number {
  if (i === m - 1 && j === 0) return 1 - 2 * h ** m + Math.max(0, 2 * h - 1) ** m;
  if (j === 0) return 1 - h ** (i + 1);
  if (i === m - 1) return 1 - h ** (m - j);
  return 1;
}

function power(base: Scaled, n: number): Scaled {
  if (n === 1) return base;
  const half = power(base, Math.floor(n / 2));
  const square = rescaled({ matrix: product(half.matrix, half.matrix), exponent: 2 * half.exponent });
  if (n % 2 === 0) return square;
  return rescaled({ matrix: product(square.matrix, base.matrix), exponent: square.exponent + base.exponent });
}

function rescaled({ matrix, exponent }: Scaled): Scaled {
  const middle = Math.floor(matrix.length / 2);
  if ((matrix[middle]?.[middle] ?? 0) < 1e140) return { matrix, exponent };
  return { matrix: matrix.map((row) => row.map((value) => value * 1e-140)), exponent: exponent + 140 };
}

function product(left: Matrix, right: Matrix): Matrix {
  return left.map((row) => {
    const result = new Float64Array(right.length);
    row.forEach((value, k) => {
      const other = right[k];
      if (value === 0 || other === undefined) return;
      for (let j = 0; j < result.length; j++) result[j] = (result[j] ?? 0) + value * (other[j] ?? 0);
    });
    return result;
  });
}
