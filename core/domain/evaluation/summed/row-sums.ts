import type { SliceDeclaration } from '../slice.ts';
import { WHOLE_SHAPE } from './binary-cells.ts';
import type { SummingPlan } from './model-summer.ts';
import { PopulationSums } from './population-sums.ts';
import { groupParts, type RowKeys, type RowParts, randomParts } from './row-parts.ts';
import type { StartCounting } from './score-counter.ts';
import type { SliceColumn } from './slice-cutter.ts';
import { SliceSums } from './slice-sums.ts';
import type { SummedRows } from './summed-rows.ts';

/** What is summed, and of which slices. */
export interface RowSumsPlan extends SummingPlan {
  readonly slices: readonly SliceDeclaration[];
}

/** Consecutive rows with what happened and what the models said. */
export interface SummedBatch {
  readonly labels: Float64Array;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
  readonly candidate: Float64Array;
  /** null: none, or one that gave no more scores. */
  readonly champion: Float64Array | null;
  readonly keys: RowKeys;
  /** The columns of the slices' declarations. */
  readonly sliced: readonly SliceColumn[];
}

/** Sums up scored rows batch by batch: memory does not grow with the rows. */
export class RowSums {
  readonly #parts: RowParts;
  readonly #all: PopulationSums;
  readonly #slices: SliceSums;
  #ones = new Uint8Array(0);

  constructor({ slices, ...plan }: RowSumsPlan, start: StartCounting) {
    this.#parts = plan.isGrouped ? groupParts() : randomParts();
    this.#all = new PopulationSums(plan, { start, shape: WHOLE_SHAPE });
    this.#slices = new SliceSums(slices, plan);
  }

  /**
   * The arrays of the batch may be used again when it resolves.
   *
   * @throws {UserError} As slices do.
   */
  async add({ keys, sliced, ...batch }: SummedBatch): Promise<void> {
    const rows = { ...batch, parts: this.#parts.assign(keys), ones: this.#onesOf(batch.labels) };
    await this.#all.add(rows);
    await this.#slices.add(sliced, rows);
  }

  /** Ends adding. */
  async finish(): Promise<SummedRows> {
    return { ...(await this.#all.finish()), slices: await this.#slices.finish() };
  }

  /** Frees what counts. Idempotent. */
  async close(): Promise<void> {
    await this.#all.close();
  }

  #onesOf(labels: Float64Array): Uint8Array {
    if (this.#ones.length < labels.length) this.#ones = new Uint8Array(labels.length);
    for (let i = 0; i < labels.length; i++) this.#ones[i] = labels[i] ?? 0;
    return this.#ones.subarray(0, labels.length);
  }
}
