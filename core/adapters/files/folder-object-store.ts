import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { ServiceError } from '../../errors.ts';
import type { ObjectContent, ObjectEntry, ObjectStore, PutMode, PutResult } from '../../ports/store/object-store.ts';
import { isAbsence } from './absent.ts';
import { errorCode } from './error-code.ts';

/** Temporary files begin so; `list` passes them over and a later run may remove them. */
const TEMPORARY_PREFIX = '.tidegate-tmp-';

/**
 * A store in a folder of this machine. The folder is made by the first write.
 *
 * @param folder Absolute path.
 */
export class FolderObjectStore implements ObjectStore {
  readonly uri: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = path.resolve(folder);
    this.uri = this.#folder;
  }

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const entry = await this.stat(key);
    return entry === undefined ? undefined : createReadStream(this.#path(key), { highWaterMark: 1 << 20 });
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const file = this.#path(key);
    try {
      const found = await stat(file);
      return found.isFile() ? { key, sizeBytes: found.size } : undefined;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw folderError(file, error);
    }
  }

  async put(key: string, content: ObjectContent, mode: PutMode): Promise<PutResult> {
    const file = this.#path(key);
    if (mode === 'if-absent' && (await this.stat(key)) !== undefined) return 'exists';
    const temporary = path.join(path.dirname(file), `${TEMPORARY_PREFIX}${randomUUID()}`);
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeWhole(temporary, content);
      if (mode === 'if-absent') return await linkIfAbsent(temporary, file);
      await rename(temporary, file);
      return 'replaced';
    } catch (error) {
      throw folderError(file, error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectEntry> {
    const keys = (await this.#filesUnder(this.#folder)).filter((key) => key.startsWith(prefix)).sort(compareCodePoints);
    for (const key of keys) {
      const entry = await this.stat(key);
      if (entry !== undefined) yield entry;
    }
  }

  async #filesUnder(folder: string): Promise<string[]> {
    try {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith(TEMPORARY_PREFIX))
        .map((entry) => path.relative(this.#folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
    } catch (error) {
      if (isAbsence(error)) return [];
      throw folderError(folder, error);
    }
  }

  #path(key: string): string {
    return path.join(this.#folder, ...assertObjectKey(key).split('/'));
  }
}

async function writeWhole(file: string, content: ObjectContent): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    let written = 0;
    for await (const chunk of content.open()) {
      await handle.write(chunk);
      written += chunk.length;
    }
    if (written !== content.sizeBytes) {
      throw new RangeError(`content yielded ${written} bytes instead of ${content.sizeBytes}`);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A hard link is the one atomic "create with this content unless there is one". */
async function linkIfAbsent(temporary: string, file: string): Promise<PutResult> {
  try {
    await link(temporary, file);
    return 'created';
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return 'exists';
    throw error;
  }
}

function folderError(file: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  return new ServiceError('STORE_REFUSED', `${file}: ${code}`, {
    retryable: false,
    fix: 'Check that the path is a folder with free space, and that this job may write it.',
    cause: error,
  });
}
