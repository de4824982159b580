import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import { ServiceError } from '../../errors.ts';
import type { ByteSink } from '../../ports/data/byte-sink.ts';
import type { DataRemote } from '../../ports/data/data-remote.ts';
import type { ObjectContent, ObjectEntry } from '../../ports/store/object-store.ts';
import { AdaptiveLimit } from '../http/adaptive-limit.ts';
import { isAbsence } from './absent.ts';
import { errorCode } from './error-code.ts';

/** Chosen: below, one call reads all; above, parts are hashed in parallel to the reading. */
const LARGE_BYTES = 32 * 1024 * 1024;
const CHUNK_BYTES = 1 << 20;
/** As DVC leaves them in a remote that is a folder. */
const OBJECT_MODE = 0o444;
const PAGE_KEYS = 1000;

/** A DVC remote in a folder of this machine (or one that is mounted). */
export class FolderDataRemote implements DataRemote {
  readonly uri: string;
  readonly jobs: number;
  /** One large object at a time: each has buffers and threads of its own. */
  readonly #largeTurns = new AdaptiveLimit(1);

  /** @param folder Absolute. */
  constructor(folder: string, jobs: number) {
    this.uri = path.resolve(folder);
    this.jobs = jobs;
  }

  async read(key: string, sink: ByteSink): Promise<boolean> {
    const entry = await this.stat(key);
    if (entry === undefined) return false;
    const file = this.#path(key);
    if (entry.sizeBytes > LARGE_BYTES) await this.#largeTurns.run(() => readParts(file, entry.sizeBytes, sink));
    else readChunks(file, entry.sizeBytes, sink);
    return true;
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const file = this.#path(key);
    try {
      const found = statSync(file, { throwIfNoEntry: false });
      return found?.isFile() === true ? { key, sizeBytes: found.size } : undefined;
    } catch (error) {
      if (errorCode(error) === 'ENOTDIR') return undefined;
      throw folderError(file, error);
    }
  }

  async put(key: string, content: ObjectContent): Promise<void> {
    const file = this.#path(key);
    const temporary = path.join(path.dirname(file), `.${randomUUID()}.tmp`);
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      await writeContent(temporary, content);
      renameSync(temporary, file);
    } catch (error) {
      throw folderError(file, error);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  async *listPages(prefix: string): AsyncIterable<readonly string[]> {
    let page: string[] = [];
    for (const key of this.#keysUnder(prefix)) {
      page.push(key);
      if (page.length < PAGE_KEYS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  /** Objects are two hex digits deep under the last `/` of a prefix; the digits after it choose among the folders. */
  *#keysUnder(prefix: string): Iterable<string> {
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const start = prefix.slice(base.length);
    for (const folder of namesIn(path.join(this.uri, base))) {
      if (!/^[0-9a-f]{2}$/.test(folder) || !folder.startsWith(start)) continue;
      for (const name of namesIn(path.join(this.uri, base, folder))) {
        if (!name.startsWith('.')) yield `${base}${folder}/${name}`;
      }
    }
  }

  #path(key: string): string {
    return path.join(this.uri, ...assertObjectKey(key).split('/'));
  }
}

function readChunks(file: string, sizeBytes: number, sink: ByteSink): void {
  const descriptor = openSync(file, 'r');
  try {
    sink.begin(sizeBytes);
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, sizeBytes + 1));
      const length = readSync(descriptor, chunk);
      if (length === 0) return;
      sink.write(chunk.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}

async function readParts(file: string, sizeBytes: number, sink: ByteSink): Promise<void> {
  const parts = sink.beginParts(sizeBytes);
  const handle = await open(file, 'r');
  try {
    for (let index = 0; index * parts.partBytes < sizeBytes; index += 1) {
      const buffer = await parts.buffer();
      const length = Math.min(parts.partBytes, sizeBytes - index * parts.partBytes);
      for (let at = 0; at < length; ) {
        const { bytesRead } = await handle.read(buffer, at, length - at, index * parts.partBytes + at);
        if (bytesRead === 0) throw folderError(file, new RangeError('it is shorter than it was'));
        at += bytesRead;
      }
      await parts.put(index, buffer.subarray(0, length));
    }
  } finally {
    await handle.close();
  }
}

async function writeContent(file: string, content: ObjectContent): Promise<void> {
  const descriptor = openSync(file, 'wx', OBJECT_MODE);
  let written = 0;
  try {
    for await (const chunk of content.open()) {
      for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
      written += chunk.length;
    }
  } finally {
    closeSync(descriptor);
  }
  if (written !== content.sizeBytes) {
    throw new RangeError(`content yielded ${written} bytes instead of ${content.sizeBytes}`);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw folderError(folder, error);
  }
}

function folderError(file: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  return new ServiceError('STORE_REFUSED', `${file}: ${code}`, {
    retryable: false,
    fix: 'Check that the path is a folder with free space, and that this job may read and write it.',
    cause: error,
  });
}
