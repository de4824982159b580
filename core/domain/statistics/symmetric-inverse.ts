/** Largest ratio of eigenvalues of which the smaller is rounding: of double precision, times the size. */
const ROUNDING = 2.220446049250313e-16;
const MOST_SWEEPS = 50;

/**
 * The inverse of a symmetric matrix on the space where it has one, and the dimension of that (Moore and Penrose).
 *
 * @param matrix Square and symmetric; a few rows.
 *
 * By Jacobi's method for the eigenvalues (G. H. Golub and C. F. Van Loan, Matrix Computations, section 8.5).
 * Equivalent: `numpy.linalg.pinv` and `numpy.linalg.matrix_rank`.
 */
export function symmetricInverse(matrix: readonly (readonly number[])[]): {
  readonly inverse: readonly (readonly number[])[];
  readonly rank: number;
} {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((_, i) => matrix.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a) > 0; sweep++) {
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, p, q);
  }
  const eigenvalues = a.map((row, i) => row[i] ?? 0);
  const limit = size * ROUNDING * Math.max(...eigenvalues.map(Math.abs));
  const kept = eigenvalues.map((value) => Math.abs(value) > limit);
  const inverse = matrix.map((_, i) =>
    matrix.map((__, j) =>
      eigenvalues.reduce((sum, value, k) => (kept[k] ? sum + ((v[i]?.[k] ?? 0) * (v[j]?.[k] ?? 0)) / value : sum), 0),
    ),
  );
  return { inverse, rank: kept.filter(Boolean).length };
}

function offDiagonal(a: readonly (readonly number[])[]): number {
  return a.reduce((sum, row, i) => sum + row.reduce((own, value, j) => own + (i === j ? 0 : value * value), 0), 0);
}

/** Turns rows and columns p and q so that their common element is 0. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const [rowP, rowQ] = [a[p], a[q]];
  const common = rowP?.[q] ?? 0;
  if (rowP === undefined || rowQ === undefined || common === 0) return;
  const theta = ((rowQ[q] ?? 0) - (rowP[p] ?? 0)) / (2 * common);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const turn = (row: number[]): void => {
    const [x, y] = [row[p] ?? 0, row[q] ?? 0];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  };
  for (const row of a) turn(row);
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [rowP[k] ?? 0, rowQ[k] ?? 0];
    rowP[k] = c * x - s * y;
    rowQ[k] = s * x + c * y;
  }
  for (const row of v) turn(row);
}
