import { closeSync, openSync } from 'node:fs';
import type { PartSink } from '../../ports/data/byte-sink.ts';
import { asDiskError } from '../files/on-disk.ts';
import { HashThread } from '../threads/hash-thread.ts';

/**
 * Chosen: 8 buffers of 8 MiB, of which 6 are being filled: 64 MiB, whatever the size of the object. With parts of 4 MiB a
 * server takes a fifth more CPU time, because there are twice as many requests.
 */
const PART_BYTES = 8 * 1024 * 1024;
const BUFFERS = 8;

/** Digests of an object, in hex. */
export interface ObjectDigests {
  readonly md5: string;
  readonly sha256: string;
}

/** Files that get the parts. */
export interface PartFiles {
  /** Made with this mode. */
  readonly file: string;
  readonly mode: number;
  /** A second file with the same bytes, as the umask has it. */
  readonly spare: string | undefined;
}

/**
 * Hashes parts in order in two threads, of which the one with the cheaper hash writes the files: the main thread has
 * enough to do with what comes from the network.
 */
export class PartWriter implements PartSink {
  readonly partBytes = PART_BYTES;
  readonly #file: string;
  readonly #descriptors: readonly number[];
  readonly #threads: readonly [HashThread, HashThread];
  readonly #numbers: ReadonlyMap<unknown, number>;
  readonly #free: Uint8Array[];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];
  readonly #ahead = new Map<number, Uint8Array>();
  #next = 0;
  #failure: unknown;

  constructor({ file, mode, spare }: PartFiles) {
    this.#file = file;
    const first = openSync(file, 'wx', mode);
    this.#descriptors = spare === undefined ? [first] : [first, openSync(spare, 'wx', 0o666)];
    const buffers = Array.from({ length: BUFFERS }, () => new SharedArrayBuffer(PART_BYTES));
    this.#numbers = new Map(buffers.map((buffer, index) => [buffer, index]));
    this.#free = buffers.map((buffer) => new Uint8Array(buffer));
    this.#threads = [
      new HashThread({ algorithm: 'md5', buffers, descriptors: [] }),
      new HashThread({ algorithm: 'sha256', buffers, descriptors: this.#descriptors }),
    ];
  }

  buffer(): Promise<Uint8Array> {
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async put(index: number, bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#ahead.set(index, bytes);
    for (let next = this.#ahead.get(this.#next); next !== undefined; next = this.#ahead.get(this.#next)) {
      this.#ahead.delete(this.#next);
      void this.#hash(this.#next, next);
      this.#next += 1;
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
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }

  async #hash(index: number, bytes: Uint8Array): Promise<void> {
    const part = { buffer: this.#numbers.get(bytes.buffer) ?? 0, length: bytes.length, position: index * PART_BYTES };
    try {
      await Promise.all(this.#threads.map((thread) => thread.update(part)));
    } catch (error) {
      this.#failure ??= asDiskError(this.#file, error);
    }
    const whole = new Uint8Array(bytes.buffer);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#free.push(whole);
    else waiting(whole);
  }
}
