import type * as crypto from 'node:crypto';
import type * as threads from 'node:worker_threads';
import { Worker } from 'node:worker_threads';

/** A hash that is computed beside the main thread: MD5 of a large file is slower than everything else about it. */
export class HashThread {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (digest: string) => void; reject: (error: unknown) => void }[] = [];

  /** @param algorithm `md5` or `sha256`. */
  constructor(algorithm: string) {
    // As text, because a bundle is one file: the function below uses nothing but its parameters.
    const source = `(${hashLoop.toString()})(require('node:crypto'), require('node:worker_threads'))`;
    this.#worker = new Worker(source, { eval: true, workerData: algorithm });
    this.#worker.on('message', (digest: string) => this.#waiting.shift()?.resolve(digest));
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** Adds bytes of shared memory, which must not change until it returned. Calls are worked off in order. */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#ask(bytes);
  }

  /** Digest of everything since the last digest, in hex. */
  digest(): Promise<string> {
    return this.#ask(null);
  }

  /** Ends the thread; what it was asked last may stay unanswered. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(message: Uint8Array | null): Promise<string> {
    const answer = Promise.withResolvers<string>();
    this.#waiting.push(answer);
    this.#worker.postMessage(message);
    return answer.promise;
  }
}

function hashLoop({ createHash }: typeof crypto, { parentPort, workerData }: typeof threads): void {
  let hash = createHash(workerData);
  parentPort?.on('message', (bytes: Uint8Array | null) => {
    if (bytes !== null) {
      hash.update(bytes);
      parentPort.postMessage('');
      return;
    }
    parentPort.postMessage(hash.digest('hex'));
    hash = createHash(workerData);
  });
}
