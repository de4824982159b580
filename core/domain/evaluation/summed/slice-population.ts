import type { ScoredPopulation } from '../population.ts';
import type { SliceKey } from '../slice.ts';
import { type CellShape, cellBytes } from './binary-cells.ts';
import { countHere } from './count-scores.ts';
import type { SummingPlan } from './model-summer.ts';
import { CLASS_SHAPE } from './multiclass-sums.ts';
import { type PopulationBatch, PopulationSums } from './population-sums.ts';
import { MOST_PARTS } from './row-parts.ts';
import type { SummedSlice } from './summed-rows.ts';

/** Chosen: rows of a slice that are held before they are summed up, so that small slices are judged as ever. */
const HELD_ROWS = 65_536;
/** Chosen: an eighth of the bins of all rows, so that a slice takes 2 MB, of weighted rows 6. */
const SLICE_SHAPE: CellShape = { octaves: 32, stepBits: 10, coarseBits: 6, firstRows: 32_768 };

/** How much memory a slice takes at most. */
export function sliceBytes({ classes, isRanked, isWeighted }: SummingPlan): number {
  if (classes <= 2) return 2 * cellBytes(SLICE_SHAPE, isWeighted);
  return 2 * (8 * MOST_PARTS * classes ** 2 + (isRanked ? classes * cellBytes(CLASS_SHAPE, isWeighted) : 0));
}

/** The rows of a slice: held while they are few, then summed up. */
export class SlicePopulation {
  readonly #plan: SummingPlan;
  #held: HeldRows | undefined = new HeldRows();
  #sums: PopulationSums | undefined;
  #rows = 0;

  constructor(plan: SummingPlan) {
    this.#plan = plan;
  }

  /** The arrays of the batch may be used again when it resolves. */
  async add(batch: PopulationBatch): Promise<void> {
    this.#rows += batch.labels.length;
    if (this.#held !== undefined && this.#rows <= HELD_ROWS) {
      this.#held.add(batch);
      return;
    }
    this.#sums ??= new PopulationSums(this.#plan, { start: countHere, shape: SLICE_SHAPE });
    const held = this.#held?.all();
    this.#held = undefined;
    if (held !== undefined && held.labels.length > 0) await this.#sums.add(held);
    await this.#sums.add(batch);
  }

  async finish(key: SliceKey): Promise<SummedSlice> {
    const known = { key, rows: this.#rows };
    const held = this.#held?.all();
    if (held !== undefined) return { ...known, of: { kind: 'held', population: this.#populationOf(held, key) } };
    this.#sums ??= new PopulationSums(this.#plan, { start: countHere, shape: SLICE_SHAPE });
    return { ...known, of: { kind: 'summed', sums: await this.#sums.finish() } };
  }

  #populationOf({ labels, parts, weights, candidate, champion }: PopulationBatch, slice: SliceKey): ScoredPopulation {
    const { classes } = this.#plan;
    const scored = { slice, labels, weights, candidate, champion, classes };
    if (!this.#plan.isGrouped) return { ...scored, sampling: { kind: 'rows' } };
    // Numbered anew: those without a row in the slice do not count.
    const numbers = new Map<number, number>();
    const ids = Uint32Array.from(parts, (part) => {
      const number = numbers.get(part) ?? numbers.size;
      numbers.set(part, number);
      return number;
    });
    return { ...scored, sampling: { kind: 'clusters', ids, count: numbers.size } };
  }
}

/** Copies of batches. */
class HeldRows {
  readonly #batches: PopulationBatch[] = [];

  add({ labels, ones, parts, weights, candidate, champion }: PopulationBatch): void {
    this.#batches.push({
      labels: labels.slice(),
      ones: ones.slice(),
      parts: parts.slice(),
      weights: weights?.slice() ?? null,
      candidate: candidate.slice(),
      champion: champion?.slice() ?? null,
    });
  }

  /** In one. A champion that gave no more scores has none. */
  all(): PopulationBatch {
    const batches = this.#batches;
    const weights = batches.map((batch) => batch.weights);
    const champions = batches.map((batch) => batch.champion);
    const isWhole = (arrays: readonly (Float64Array | null)[]) => arrays.every((array) => array !== null);
    return {
      labels: joined(batches.map(({ labels }) => labels)),
      ones: Uint8Array.from(batches.flatMap(({ ones }) => [...ones])),
      parts: Uint16Array.from(batches.flatMap(({ parts }) => [...parts])),
      weights: isWhole(weights) ? joined(weights.filter((array) => array !== null)) : null,
      candidate: joined(batches.map(({ candidate }) => candidate)),
      champion: isWhole(champions) ? joined(champions.filter((array) => array !== null)) : null,
    };
  }
}

function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
