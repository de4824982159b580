import { createHash, randomUUID } from 'node:crypto';
import { closeSync, createReadStream, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { dvcObjectKey } from '../../domain/data/object-key.ts';
import type { CacheAddition, DataCache } from '../../ports/data-cache.ts';
import type { ObjectContent } from '../../ports/object-store.ts';
import { errorCode } from '../node/error-code.ts';
import { fileContent } from '../node/file-content.ts';

/** DVC marks an object that was verified by taking the write permission away. */
const VERIFIED_MODE = 0o444;
const TEMPORARY_FOLDER = 'tidegate-tmp';
/** Chosen: what a crash left is removed after a day; no transfer of one file takes as long. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** How a cache is used. */
export interface DvcCacheOptions {
  /** Read every object that is there again, instead of trusting what is marked as verified. */
  readonly verify?: boolean;
}

/** DVC's cache folder. */
export class DvcCache implements DataCache {
  readonly folder: string;
  readonly #verify: boolean;
  readonly #made = new Set<string>();

  /** @param folder Absolute path of the cache (`.dvc/cache`). */
  constructor(folder: string, options: DvcCacheOptions = {}) {
    this.folder = folder;
    this.#verify = options.verify ?? false;
  }

  /** Absolute path of an object. */
  path(md5: string): string {
    return path.join(this.folder, dvcObjectKey(md5));
  }

  async has(md5: string): Promise<boolean> {
    const file = this.path(md5);
    const found = await stat(file).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
      throw error;
    });
    if (found === undefined) return false;
    if ((found.mode & 0o777) === VERIFIED_MODE && !this.#verify) return true;
    if ((await hashMd5(file)) !== md5.slice(0, 32)) {
      await rm(file, { force: true });
      return false;
    }
    await chmod(file, VERIFIED_MODE);
    return true;
  }

  content(md5: string): Promise<ObjectContent> {
    return fileContent(this.path(md5));
  }

  async add(md5: string, bytes: AsyncIterable<Uint8Array>): Promise<CacheAddition> {
    const temporary = await this.#temporary();
    try {
      const { actual, sizeBytes } = await writeHashed(temporary, bytes);
      const isKept = actual === md5.slice(0, 32);
      if (isKept) await this.#keep(temporary, md5);
      return { isKept, actual, sizeBytes };
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  async addManifest(text: string): Promise<string> {
    const bytes = Buffer.from(text, 'utf8');
    const md5 = `${createHash('md5').update(bytes).digest('hex')}.dir`;
    if (!(await this.has(md5))) await this.add(md5, once(bytes));
    return md5;
  }

  /** Removes what runs that were killed left behind. */
  async removeStale(nowMs: number): Promise<void> {
    const folder = path.join(this.folder, TEMPORARY_FOLDER);
    const names = await mkdir(folder, { recursive: true }).then(() => readdirSync(folder));
    for (const name of names) {
      const file = path.join(folder, name);
      const age = await stat(file).then(
        ({ mtimeMs }) => nowMs - mtimeMs,
        () => 0,
      );
      if (age > STALE_MS) await rm(file, { force: true });
    }
  }

  async #temporary(): Promise<string> {
    const folder = path.join(this.folder, TEMPORARY_FOLDER);
    await this.#ensureFolder(folder);
    return path.join(folder, randomUUID());
  }

  async #keep(temporary: string, md5: string): Promise<void> {
    const file = this.path(md5);
    await this.#ensureFolder(path.dirname(file));
    renameSync(temporary, file);
  }

  async #ensureFolder(folder: string): Promise<void> {
    if (this.#made.has(folder)) return;
    await mkdir(folder, { recursive: true });
    this.#made.add(folder);
  }
}

/** Small files are written synchronously: measured to take half the time of the asynchronous calls. */
async function writeHashed(file: string, bytes: AsyncIterable<Uint8Array>) {
  const descriptor = openSync(file, 'wx', VERIFIED_MODE);
  const hash = createHash('md5');
  let sizeBytes = 0;
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      for (let written = 0; written < chunk.length; ) written += writeSync(descriptor, chunk, written);
      sizeBytes += chunk.length;
    }
  } finally {
    closeSync(descriptor);
  }
  return { actual: hash.digest('hex'), sizeBytes };
}

/** MD5 of a file, 32 hex digits. */
export async function hashMd5(file: string): Promise<string> {
  const { size } = await stat(file);
  const hash = createHash('md5');
  if (size < 1 << 20) return hash.update(await readFile(file)).digest('hex');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
