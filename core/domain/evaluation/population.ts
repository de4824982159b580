import type { Sampling } from '../inference/population.ts';
import type { SliceKey } from './slice.ts';

/** Rows with what happened and what the models said. */
export interface ScoredPopulation {
  /** undefined: all rows. */
  readonly slice?: SliceKey;
  readonly labels: Float64Array;
  /** One score a row, or one a class row by row. */
  readonly candidate: Float64Array;
  readonly champion: Float64Array | null;
  /** Sample weights; null: all rows weigh the same. */
  readonly weights: Float64Array | null;
  /** Classes of the label; 1 for regression. */
  readonly classes: number;
  readonly sampling: Sampling;
  /** True: scores are results of a few kinds, such as 0 and 1, so that equal ones do not show that the models are the same. */
  readonly isCoarse?: boolean;
  /** Of cross-validation: predictions are of rows by the fold that tested them. */
  readonly folds?: PopulationFolds;
}

/** Folds of the predictions of a population. */
export interface PopulationFolds {
  /** Fold of each prediction. */
  readonly ids: Uint32Array;
  readonly names: readonly string[];
  /** Row of the dataset of each prediction. */
  readonly rows: Uint32Array;
  /** Rows tested for each row trained on. */
  readonly testShare: number;
}

/** Number of different values; a set would hold at most 16.7 million. */
export function distinctIds(ids: Uint32Array): number {
  const sorted = ids.slice().sort();
  return sorted.reduce((count, id, at) => (at > 0 && id === sorted[at - 1] ? count : count + 1), 0);
}

/** Number of rows of the dataset in a population: one that several folds tested is one. */
export function rowsOf({ labels, folds }: ScoredPopulation): number {
  return folds === undefined ? labels.length : distinctIds(folds.rows);
}

/**
 * The rows of a slice, with clusters numbered again: those without a row in the slice do not count.
 *
 * @param rows Indexes into the population.
 */
export function sliceOf(population: ScoredPopulation, key: SliceKey | undefined, rows: Uint32Array): ScoredPopulation {
  const { labels, candidate, champion, weights, classes, sampling, isCoarse, folds } = population;
  return {
    ...(key === undefined ? {} : { slice: key }),
    labels: pick(labels, rows),
    candidate: pickWide(candidate, rows, candidate.length / labels.length),
    champion: champion === null ? null : pickWide(champion, rows, champion.length / labels.length),
    weights: weights === null ? null : pick(weights, rows),
    classes,
    sampling: samplingOf(sampling, rows),
    ...(isCoarse === undefined ? {} : { isCoarse }),
    ...(folds === undefined
      ? {}
      : { folds: { ...folds, ids: pickIds(folds.ids, rows), rows: pickIds(folds.rows, rows) } }),
  };
}

function pickIds(ids: Uint32Array, rows: Uint32Array): Uint32Array {
  return rows.map((row) => ids[row] ?? 0);
}

function pick(values: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i] ?? 0] ?? Number.NaN;
  return picked;
}

function pickWide(values: Float64Array, rows: Uint32Array, width: number): Float64Array {
  if (width === 1) return pick(values, rows);
  const picked = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] ?? 0) * width;
    picked.set(values.subarray(from, from + width), i * width);
  }
  return picked;
}

function samplingOf(sampling: Sampling, rows: Uint32Array): Sampling {
  if (sampling.kind === 'rows') return sampling;
  const picked = pickIds(sampling.ids, rows);
  const [ids, count] = sampling.count > MANY * rows.length ? numberedFew(picked) : numberedAll(picked, sampling.count);
  return { kind: 'clusters', ids, count };
}

/** Chosen: below this a table of all clusters is faster than a map of those that are there. */
const MANY = 16;

/** A thousand small folds of a million clusters: no work for the clusters that a fold does not have. */
function numberedFew(clusters: Uint32Array): readonly [Uint32Array, number] {
  const numbers = new Map<number, number>();
  const ids = clusters.map((id) => {
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  });
  return [ids, numbers.size];
}

function numberedAll(clusters: Uint32Array, all: number): readonly [Uint32Array, number] {
  const numbers = new Int32Array(all).fill(-1);
  let count = 0;
  const ids = clusters.map((id) => {
    if (numbers[id] === -1) numbers[id] = count++;
    return numbers[id] ?? 0;
  });
  return [ids, count];
}
