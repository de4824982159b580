import { writeSync } from 'node:fs';
import type { PartSink } from '../../ports/byte-sink.ts';
import { HashThread } from '../node/hash-thread.ts';

/** Chosen: 10 buffers of 6 MiB, of which 6 are being filled: 60 MiB, whatever the size of the object. */
const PART_BYTES = 6 * 1024 * 1024;
const BUFFERS = 10;

/** Digests of an object, in hex. */
export interface ObjectDigests {
  readonly md5: string;
  readonly sha256: string;
}

/** Writes parts where they belong, and hashes them in order in two threads. */
export class PartWriter implements PartSink {
  readonly partBytes = PART_BYTES;
  readonly #descriptors: readonly number[];
  readonly #threads = [new HashThread('md5'), new HashThread('sha256')] as const;
  readonly #free: Uint8Array[];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];
  readonly #ahead = new Map<number, Uint8Array>();
  #next = 0;
  #failure: unknown;

  /** @param descriptors Files that all get the bytes. */
  constructor(descriptors: readonly number[]) {
    this.#descriptors = descriptors;
    this.#free = Array.from({ length: BUFFERS }, () => new Uint8Array(new SharedArrayBuffer(PART_BYTES)));
  }

  buffer(): Promise<Uint8Array> {
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async put(index: number, bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    for (const descriptor of this.#descriptors) writeAll(descriptor, bytes, index * PART_BYTES);
    this.#ahead.set(index, bytes);
    for (let next = this.#ahead.get(this.#next); next !== undefined; next = this.#ahead.get(this.#next)) {
      this.#ahead.delete(this.#next);
      this.#next += 1;
      void this.#hash(next);
    }
  }

  /** The digests, once all parts are there. */
  async finish(): Promise<ObjectDigests> {
    const [md5, sha256] = await Promise.all([this.#threads[0].digest(), this.#threads[1].digest()]);
    if (this.#failure !== undefined) throw this.#failure;
    return { md5, sha256 };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #hash(bytes: Uint8Array): Promise<void> {
    try {
      await Promise.all(this.#threads.map((thread) => thread.update(bytes)));
    } catch (error) {
      this.#failure ??= error;
    }
    const whole = new Uint8Array(bytes.buffer);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#free.push(whole);
    else waiting(whole);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at, position + at);
}
