/** Represents 0 where Lentz's method would divide by it: far below any term, and its inverse is finite. */
export const TINY = 1e-300;

/** Returns the value, or `TINY` where it is nearer to 0. */
export function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
