import { seededUniform } from '../core/domain/statistics/seeded-uniform.ts';

/** Reproducible numbers for simulations: uniform in [0, 1) and standard normal. Not for secrets. */
export interface SeededRandom {
  uniform(): number;
  normal(): number;
}

/** A generator (mulberry32) that gives the same numbers for the same seed. */
export function seededRandom(seed: number): SeededRandom {
  const uniform = seededUniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
