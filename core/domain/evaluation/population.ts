import type { Sampling } from '../metrics/standard-error.ts';
import type { SliceKey } from './slice.ts';

/** Rows with what happened and what the models said. */
export interface ScoredPopulation {
  /** undefined: all rows. */
  readonly slice?: SliceKey;
  readonly labels: Float64Array;
  readonly candidate: Float64Array;
  readonly champion: Float64Array | null;
  readonly sampling: Sampling;
}

/**
 * The rows of a slice, with clusters numbered anew: those without a row in the slice do not count.
 *
 * @param rows Indexes into the population.
 */
export function sliceOf(population: ScoredPopulation, key: SliceKey, rows: Uint32Array): ScoredPopulation {
  return {
    slice: key,
    labels: pick(population.labels, rows),
    candidate: pick(population.candidate, rows),
    champion: population.champion === null ? null : pick(population.champion, rows),
    sampling: samplingOf(population.sampling, rows),
  };
}

function pick(values: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i] ?? 0] ?? Number.NaN;
  return picked;
}

function samplingOf(sampling: Sampling, rows: Uint32Array): Sampling {
  if (sampling.kind === 'rows') return sampling;
  const numbers = new Map<number, number>();
  const ids = Uint32Array.from(rows, (row) => {
    const id = sampling.ids[row] ?? 0;
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  });
  return { kind: 'clusters', ids, count: numbers.size };
}
