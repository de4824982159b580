import { UserError } from '../../../errors.ts';
import type { SliceDeclaration } from '../slice.ts';
import type { SummingPlan } from './model-summer.ts';
import type { PopulationBatch } from './population-sums.ts';
import { createCutter, type SliceColumn } from './slice-cutter.ts';
import { SlicePopulation, sliceBytes } from './slice-population.ts';
import type { SummedSlice } from './summed-rows.ts';

/** Chosen: what the sums of all slices may take: of two classes that is 240 slices, of weighted rows 80. */
const MOST_BYTES = 512 << 20;

/** The sums of slices. */
export class SliceSums {
  readonly #plan: SummingPlan;
  readonly #cuts: readonly DeclaredSlices[];

  constructor(declarations: readonly SliceDeclaration[], plan: SummingPlan) {
    this.#plan = plan;
    this.#cuts = declarations.map((declaration) => new DeclaredSlices(declaration, plan));
  }

  /**
   * The arrays may be used again when it resolves.
   *
   * @param columns Those of the declarations.
   * @throws {UserError} DATA_INVALID for columns that cannot be cut as declared, DATA_UNSUPPORTED for too many slices.
   */
  async add(columns: readonly SliceColumn[], batch: PopulationBatch): Promise<void> {
    for (const [at, cut] of this.#cuts.entries()) {
      const column = columns[at];
      if (column !== undefined) await cut.add(column, batch);
    }
    const slices = this.#cuts.reduce((sum, { size }) => sum + size, 0);
    const most = Math.floor(MOST_BYTES / sliceBytes(this.#plan));
    if (slices <= most) return;
    throw new UserError('DATA_UNSUPPORTED', `there are more than ${most} slices, too many for this number of rows`, {
      fix: 'Slice by fewer columns, or by wider bins.',
    });
  }

  async finish(): Promise<readonly SummedSlice[]> {
    const all: SummedSlice[] = [];
    for (const cut of this.#cuts) all.push(...(await cut.finish()));
    return all;
  }
}

/** The slices of one declaration. */
class DeclaredSlices {
  readonly #plan: SummingPlan;
  readonly #cutter: ReturnType<typeof createCutter>;
  readonly #slices: SlicePopulation[] = [];

  constructor(declaration: SliceDeclaration, plan: SummingPlan) {
    this.#plan = plan;
    this.#cutter = createCutter(declaration);
  }

  get size(): number {
    return this.#slices.length;
  }

  async add(column: SliceColumn, batch: PopulationBatch): Promise<void> {
    const numbers = this.#cutter.cut(column);
    while (this.#slices.length < this.#cutter.keys().length) this.#slices.push(new SlicePopulation(this.#plan));
    const { order, starts } = sortBySlice(numbers, this.#slices.length);
    const sorted = pickRows(batch, order);
    for (const [number, slice] of this.#slices.entries()) {
      const [from = 0, to = 0] = [starts[number], starts[number + 1]];
      if (to > from) await slice.add(rowsBetween(sorted, from, to));
    }
  }

  async finish(): Promise<readonly SummedSlice[]> {
    const keys = this.#cutter.keys();
    const found: SummedSlice[] = [];
    for (const number of this.#cutter.order()) {
      const [slice, key] = [this.#slices[number], keys[number]];
      if (slice !== undefined && key !== undefined) found.push(await slice.finish(key));
    }
    return found.filter(({ rows }) => rows > 0);
  }
}

interface SortedRows {
  /** Rows by slice; those of none are left out. */
  readonly order: Uint32Array;
  /** Where each slice begins in the order, and the end. */
  readonly starts: Uint32Array;
}

function sortBySlice(numbers: Int32Array, slices: number): SortedRows {
  const starts = new Uint32Array(slices + 1);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? -1;
    if (number >= 0) starts[number + 1] = (starts[number + 1] ?? 0) + 1;
  }
  for (let number = 0; number < slices; number++) {
    starts[number + 1] = (starts[number + 1] ?? 0) + (starts[number] ?? 0);
  }
  const next = starts.slice();
  const order = new Uint32Array(starts[slices] ?? 0);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? -1;
    if (number < 0) continue;
    const at = next[number] ?? 0;
    order[at] = i;
    next[number] = at + 1;
  }
  return { order, starts };
}

function pickRows(batch: PopulationBatch, order: Uint32Array): PopulationBatch {
  const { labels, ones, parts, weights, candidate, champion } = batch;
  const width = candidate.length / labels.length;
  const pickedOnes = new Uint8Array(order.length);
  const pickedParts = new Uint16Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const row = order[i] ?? 0;
    pickedOnes[i] = ones[row] ?? 0;
    pickedParts[i] = parts[row] ?? 0;
  }
  return {
    labels: pick(labels, order),
    ones: pickedOnes,
    parts: pickedParts,
    weights: weights && pick(weights, order),
    candidate: pickWide(candidate, order, width),
    champion: champion && pickWide(champion, order, width),
  };
}

function pick(values: Float64Array, order: Uint32Array): Float64Array {
  const picked = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) picked[i] = values[order[i] ?? 0] ?? Number.NaN;
  return picked;
}

/** Of several scores a row. */
function pickWide(values: Float64Array, order: Uint32Array, width: number): Float64Array {
  if (width === 1) return pick(values, order);
  const picked = new Float64Array(order.length * width);
  for (let i = 0; i < order.length; i++) {
    const from = (order[i] ?? 0) * width;
    picked.set(values.subarray(from, from + width), i * width);
  }
  return picked;
}

function rowsBetween(batch: PopulationBatch, from: number, to: number): PopulationBatch {
  const width = batch.candidate.length / batch.labels.length;
  return {
    labels: batch.labels.subarray(from, to),
    ones: batch.ones.subarray(from, to),
    parts: batch.parts.subarray(from, to),
    weights: batch.weights?.subarray(from, to) ?? null,
    candidate: batch.candidate.subarray(from * width, to * width),
    champion: batch.champion?.subarray(from * width, to * width) ?? null,
  };
}
