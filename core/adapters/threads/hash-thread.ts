import type * as crypto from 'node:crypto';
import type * as fs from 'node:fs';
import type * as threads from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import { THREAD_LIMITS } from './thread-limits.ts';

/** What a thread works on. */
export interface HashThreadOptions {
  readonly algorithm: 'md5' | 'sha256';
  /** Where the bytes come, by number. */
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

/** A hash that is computed beside the main thread: MD5 of a large file is slower than everything else about it. */
export class HashThread {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (digest: string) => void; reject: (error: unknown) => void }[] = [];
  /** After this the thread is gone and answers nothing. */
  #failure: unknown;

  constructor(options: HashThreadOptions) {
    // As text, because a bundle is one file: the function below uses nothing but its parameters.
    const modules = ['node:crypto', 'node:worker_threads', 'node:fs'].map((name) => `require('${name}')`);
    const source = `(${hashLoop.toString()})(${modules.join(', ')})`;
    this.#worker = new Worker(source, { eval: true, workerData: options, resourceLimits: THREAD_LIMITS });
    this.#worker.on('message', (digest: string) => this.#waiting.shift()?.resolve(digest));
    this.#worker.on('error', (error) => {
      this.#failure = error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** Adds a part, which must not change until this returned. Calls are worked off in order. */
  async update(part: HashedPart): Promise<void> {
    await this.#ask(part);
  }

  /** Digest of everything, in hex. */
  digest(): Promise<string> {
    return this.#ask(null);
  }

  /** Ends the thread; what it was asked last may stay unanswered. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(message: HashedPart | null): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const answer = Promise.withResolvers<string>();
    this.#waiting.push(answer);
    this.#worker.postMessage(message);
    return answer.promise;
  }
}

function hashLoop(
  { createHash }: typeof crypto,
  { parentPort, workerData }: typeof threads,
  { writeSync }: typeof fs,
): void {
  const { algorithm, buffers, descriptors }: HashThreadOptions = workerData;
  const SLICE = 256 * 1024;
  const hash = createHash(algorithm);
  parentPort?.on('message', (part: HashedPart | null) => {
    if (part === null) {
      parentPort.postMessage(hash.digest('hex'));
      return;
    }
    const bytes = new Uint8Array(buffers[part.buffer] ?? new SharedArrayBuffer(0), 0, part.length);
    // Slice by slice, so that what is written is still in the core's cache.
    for (let start = 0; start < bytes.length; start += SLICE) {
      const end = Math.min(bytes.length, start + SLICE);
      hash.update(bytes.subarray(start, end));
      for (const descriptor of descriptors) {
        for (let at = start; at < end; ) at += writeSync(descriptor, bytes, at, end - at, part.position + at);
      }
    }
    parentPort.postMessage('');
  });
}
