import type { BinaryBatch, BinaryCells } from './binary-cells.ts';

/** Counts scores, be it on this thread or beside it. */
export interface ScoreCounter {
  /** Adds rows in their order. The arrays may be used again when it resolves, be they counted by then or not. */
  add(batch: BinaryBatch): Promise<void>;
  /** Resolves when everything was counted. */
  end(): Promise<void>;
  /** Frees what counts. Idempotent. */
  close(): Promise<void>;
}

/** Starts counting into cells, which are not to be read before the end. */
export type StartCounting = (cells: BinaryCells) => ScoreCounter;
