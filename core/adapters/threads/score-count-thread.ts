import type * as threads from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import type { BinaryBatch, BinaryCells } from '../../domain/evaluation/summed/binary-cells.ts';
import { COUNTING, type Counting, countScores, finishCounting } from '../../domain/evaluation/summed/count-scores.ts';
import type { ScoreCounter } from '../../domain/evaluation/summed/score-counter.ts';
import { THREAD_LIMITS } from './thread-limits.ts';

/** Chosen: one batch is counted, one waits, and one is being filled. */
const SLOTS = 3;

/** Memory for a batch that the thread sees too. */
type Slot = BinaryBatch;

/** A part of a batch. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface ThreadData {
  readonly cells: BinaryCells;
}

/** A slot; a batch in the slot of a number, by how many rows it has; null: all were added. */
type Message = Slot | readonly [slot: number, rows: number] | null;

/** Counts in a thread of its own, so that models are counted at the same time, and beside what reads. */
export function startCountingThread(cells: BinaryCells): ScoreCounter {
  return new CountingThread(cells);
}

class CountingThread implements ScoreCounter {
  readonly #worker: Worker;
  readonly #slots: Slot[] = [];
  /** Numbers of slots that nothing waits in. */
  readonly #free: number[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #freed: PromiseWithResolvers<void> | undefined;

  constructor(cells: BinaryCells) {
    // As text, because a bundle is one file: these functions use nothing but their parameters.
    const steps = Object.entries(COUNTING).map(([name, step]) => `${name}: ${step.toString()}`);
    const parameters = [`{ ${steps.join(', ')} }`, countScores.toString(), finishCounting.toString()];
    const source = `(${countLoop.toString()})(require('node:worker_threads'), ${parameters.join(', ')})`;
    const workerData: ThreadData = { cells };
    this.#worker = new Worker(source, { eval: true, workerData, resourceLimits: THREAD_LIMITS });
    // Nobody may be waiting for it yet.
    this.#ended.promise.catch(() => {});
    this.#worker.on('message', (slot: number | null) => this.#counted(slot));
    this.#worker.on('error', (error) => this.#ended.reject(error));
  }

  async add(batch: BinaryBatch): Promise<void> {
    const rows = batch.scores.length;
    for (let from = 0; from < rows; ) {
      const number = await this.#freeSlot(batch);
      const slot = this.#slots[number];
      if (slot === undefined) throw new RangeError('a slot that is not there');
      const to = Math.min(rows, from + slot.scores.length);
      copyRows(batch, { from, to }, slot);
      this.#post([number, to - from]);
      from = to;
    }
  }

  async end(): Promise<void> {
    this.#post(null);
    await this.#ended.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: Message): void {
    this.#worker.postMessage(message);
  }

  /** Slots are as long as the first batches. */
  async #freeSlot(batch: BinaryBatch): Promise<number> {
    if (this.#slots.length < SLOTS) {
      const slot = newSlot(batch);
      this.#post(slot);
      return this.#slots.push(slot) - 1;
    }
    for (;;) {
      const number = this.#free.pop();
      if (number !== undefined) return number;
      this.#freed = Promise.withResolvers();
      await Promise.race([this.#freed.promise, this.#ended.promise]);
    }
  }

  #counted(slot: number | null): void {
    if (slot === null) this.#ended.resolve();
    else this.#free.push(slot);
    this.#freed?.resolve();
  }
}

function newSlot({ scores: { length }, weights }: BinaryBatch): Slot {
  return {
    scores: new Float64Array(new SharedArrayBuffer(8 * length)),
    ones: new Uint8Array(new SharedArrayBuffer(length)),
    parts: new Uint16Array(new SharedArrayBuffer(2 * length)),
    weights: weights && new Float64Array(new SharedArrayBuffer(8 * length)),
  };
}

function copyRows({ scores, ones, parts, weights }: BinaryBatch, { from, to }: Span, slot: Slot): void {
  slot.scores.set(scores.subarray(from, to));
  slot.ones.set(ones.subarray(from, to));
  slot.parts.set(parts.subarray(from, to));
  if (weights !== null) slot.weights?.set(weights.subarray(from, to));
}

function countLoop(
  { parentPort, workerData }: typeof threads,
  counting: Counting,
  count: typeof countScores,
  finish: typeof finishCounting,
): void {
  const { cells }: ThreadData = workerData;
  const slots: Slot[] = [];
  parentPort?.on('message', (message: Message) => {
    if (message === null) {
      finish(counting, cells);
      parentPort.postMessage(null);
    } else if ('scores' in message) {
      slots.push(message);
    } else {
      const [number, rows] = message;
      const slot = slots[number];
      if (slot === undefined) throw new RangeError('a slot that is not there');
      count(counting, cells, counting.rowsOf(slot, 0, rows));
      parentPort.postMessage(number);
    }
  });
}
