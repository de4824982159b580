/**
 * Shapes of errors that the grid does not have, to see whether its limits hold elsewhere. Two are J. Tukey's g-and-h
 * distributions: g makes them skewed, h gives them tails (0.2: moments up to the fifth).
 */
export const TAILS = [
  'normal',
  'tails',
  'heavy tails',
  'skewed',
  'very skewed',
  'contaminated',
  'wide labels',
] as const;
export type Tail = (typeof TAILS)[number];

const SHAPES: Readonly<Record<Tail, (noise: number) => number>> = {
  normal: (z) => z,
  tails: (z) => z * Math.exp(0.05 * z * z),
  'heavy tails': (z) => z * Math.exp(0.1 * z * z),
  skewed: (z) => Math.expm1(0.5 * z) / 0.5,
  'very skewed': (z) => 0.6 * Math.expm1(z),
  // 5 % of rows with three times the error.
  contaminated: (z) => 0.7 * z * (Math.abs(z) < 1.96 ? 1 : 3),
  'wide labels': (z) => z,
};

/** A label and its prediction from their normal numbers; errors are in units of 1 over the skill. */
export function tailedRow(tail: Tail, noise: { label: number; error: number }, skill: number): [number, number] {
  const error = SHAPES[tail](noise.error) / skill;
  if (tail === 'wide labels') {
    const label = Math.exp(noise.label + 1);
    return [label, label * Math.exp(0.2 * error)];
  }
  const label = 10 + 2 * noise.label;
  return [label, label + error];
}
