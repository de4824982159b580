import { THREAD_LIMITS } from './thread-limits.ts';
import { workerEntry } from './worker-entry.ts';
import { WorkerThread } from './worker-thread.ts';

/** Input of a thread. */
export interface HashThreadOptions {
  readonly algorithm: 'md5' | 'sha256';
  /** Target positions of the bytes, by number. */
  readonly buffers: readonly SharedArrayBuffer[];
  /** Open files that the bytes are written to as well. */
  readonly descriptors: readonly number[];
}

/** Bytes at the beginning of a buffer, and where they belong in the file. */
export interface HashedPart {
  readonly buffer: number;
  readonly length: number;
  readonly position: number;
}

/** A part to add, or null: the digest of all of them. */
export type HashQuestion = HashedPart | null;

/** A hash that is computed in a thread: MD5 of a large file is slower than everything else about it. */
export class HashThread {
  readonly #thread: WorkerThread<HashQuestion, string>;

  constructor(options: HashThreadOptions) {
    const entry = workerEntry('threads/hash-parts-worker');
    this.#thread = new WorkerThread(entry, { workerData: options, resourceLimits: THREAD_LIMITS });
  }

  /** Adds a part, which must not change until this returned. Calls are worked off in order. */
  async update(part: HashedPart): Promise<void> {
    await this.#thread.ask(part);
  }

  /** Digest of everything, in hex. */
  digest(): Promise<string> {
    return this.#thread.ask(null);
  }

  /** Ends the thread; a call that waits is rejected. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
