import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, statSync } from 'node:fs';
import { chmod, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { oneChunk } from '../../async/one-chunk.ts';
import { dvcObjectKey, isLegacyObject, objectDigest } from '../../domain/data/dvc-object-key.ts';
import { DAY_MS } from '../../domain/time/day.ts';
import type { CacheAddition, DataCache, ObjectWrite, SpareFile } from '../../ports/data/data-cache.ts';
import type { ObjectContent } from '../../ports/store/object-store.ts';
import { errorCode } from '../files/error-code.ts';
import { fileContent } from '../files/file-content.ts';
import { onDisk } from '../files/on-disk.ts';
import { hashFile } from './hash-file.ts';
import { LegacyMd5 } from './legacy-md5.ts';
import { CacheObjectWrite, VERIFIED_MODE } from './object-write.ts';

const TEMPORARY_FOLDER = 'tidegate-tmp';
/** Chosen: what a crash left is removed after a day; no transfer of one file takes as long. */
const STALE_MS = DAY_MS;

/** Options of a cache. */
export interface DvcCacheOptions {
  /** Read every object that is there again, instead of trusting what is marked as verified. */
  readonly verify?: boolean;
}

/** DVC's cache folder. */
export class DvcCache implements DataCache {
  readonly folder: string;
  readonly #verify: boolean;
  readonly #made = new Set<string>();
  readonly #run = randomUUID();
  /** Found, and right, in this run. */
  readonly #held = new Set<string>();
  #count = 0;

  /** @param folder Absolute path of the cache (`.dvc/cache`). */
  constructor(folder: string, options: DvcCacheOptions = {}) {
    this.folder = folder;
    this.#verify = options.verify ?? false;
  }

  /** Absolute path of an object. */
  path(name: string): string {
    return `${this.folder}/${dvcObjectKey(name)}`;
  }

  async has(name: string): Promise<boolean> {
    if (this.#held.has(name)) return true;
    const isHeld = await this.#look(name);
    if (isHeld) this.#held.add(name);
    return isHeld;
  }

  async hasEach(names: readonly string[]): Promise<readonly boolean[]> {
    const listed = new Map<string, ReadonlySet<string>>();
    const results: boolean[] = [];
    for (const name of names) {
      const file = this.path(name);
      const slash = file.lastIndexOf('/');
      const folder = file.slice(0, slash);
      const inFolder = listed.get(folder) ?? namesIn(folder);
      listed.set(folder, inFolder);
      // A cold cache has few folders: listing them asks far less of the file system than each object would.
      results.push(inFolder.has(file.slice(slash + 1)) && (await this.has(name)));
    }
    return results;
  }

  async #look(name: string): Promise<boolean> {
    const file = this.path(name);
    // Synchronous: measured to take a seventh of the promise's time, and a pull asks for each object.
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return false;
    // A program that is a link to its object has the object's mode.
    const programBits = found.mode & 0o111;
    if ((found.mode & 0o777) === (VERIFIED_MODE | programBits) && !this.#verify) return true;
    if (!(await hasItsDigest(file, name))) {
      await rm(file, { force: true });
      return false;
    }
    await chmod(file, VERIFIED_MODE | programBits);
    return true;
  }

  content(name: string): Promise<ObjectContent> {
    return fileContent(this.path(name));
  }

  receive(name: string, spare?: SpareFile): ObjectWrite {
    if (spare?.keepsObject === false) return new CacheObjectWrite({ name, temporary: spare.file, final: undefined });
    const temporary = `${this.folder}/${TEMPORARY_FOLDER}/${this.#run}-${this.#count}`;
    this.#count += 1;
    const final = this.path(name);
    this.#ensureFolder(`${this.folder}/${TEMPORARY_FOLDER}`);
    this.#ensureFolder(final.slice(0, final.lastIndexOf('/')));
    return new CacheObjectWrite({ name, temporary, final, spare: spare?.file });
  }

  async add(name: string, bytes: AsyncIterable<Uint8Array>): Promise<CacheAddition> {
    const object = this.receive(name);
    try {
      object.begin(undefined);
      for await (const chunk of bytes) object.write(chunk);
      return await object.finish();
    } finally {
      object.discard();
    }
  }

  async addManifest(text: string): Promise<string> {
    const bytes = Buffer.from(text, 'utf8');
    const md5 = `${createHash('md5').update(bytes).digest('hex')}.dir`;
    if (!(await this.has(md5))) await this.add(md5, oneChunk(bytes));
    return md5;
  }

  /** Removes what runs that were killed left behind. */
  async removeStale(nowMs: number): Promise<void> {
    const folder = path.join(this.folder, TEMPORARY_FOLDER);
    for (const name of namesIn(folder)) {
      const file = path.join(folder, name);
      const age = await stat(file).then(
        ({ mtimeMs }) => nowMs - mtimeMs,
        () => 0,
      );
      if (age > STALE_MS) await rm(file, { force: true });
    }
  }

  #ensureFolder(folder: string): void {
    if (this.#made.has(folder)) return;
    onDisk(folder, () => mkdirSync(folder, { recursive: true }));
    this.#made.add(folder);
  }
}

function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return new Set();
    throw error;
  }
}

/** True if a file has the bytes that its name as an object promises. */
async function hasItsDigest(file: string, name: string): Promise<boolean> {
  if (!isLegacyObject(name)) return (await hashFile(file)).md5 === objectDigest(name);
  const md5 = new LegacyMd5();
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) md5.update(chunk);
  return md5.digests().includes(objectDigest(name));
}
