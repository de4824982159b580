import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { packFolder, type UnpackLimits, unpackFolder } from '../files/folder-archive.ts';
import { ActionsCacheService } from './actions-cache-service.ts';

/** Files of a folder, and what they are kept under. */
export interface CacheKey {
  readonly key: string;
  /** If no entry has the key, the newest one with this prefix is taken. */
  readonly prefixes?: readonly string[];
}

/** Keeps files of a folder between runs. It saves time; it never fails a step, and what it gives back has to be checked. */
export interface FolderCache {
  /**
   * Puts what was kept into the folder; files that are there stay.
   *
   * @returns The key that was found; undefined for none, or one that could not be read to its end.
   */
  restore(folder: string, key: CacheKey, limits: UnpackLimits): Promise<string | undefined>;
  /** Keeps these files of the folder, relative and `/`-separated. */
  save(folder: string, key: string, paths: Iterable<string>): Promise<void>;
}

/**
 * The Actions cache.
 *
 * @returns Undefined where there is none: outside a runner, or on a server without it.
 */
export function openActionsCache(
  env: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): FolderCache | undefined {
  const service = ActionsCacheService.of(env);
  if (service === undefined) return undefined;
  const told = (what: string) => (error: unknown) => {
    log(`The Actions cache cannot be ${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  };
  const restore: FolderCache['restore'] = async (folder, { key, prefixes = [] }, limits) => {
    const found = await service.find(key, prefixes);
    if (found === undefined) return undefined;
    // The two types of streams are one at run time.
    await unpackFolder(Readable.fromWeb(found.body as Parameters<typeof Readable.fromWeb>[0]), folder, limits);
    return found.key;
  };
  const save: FolderCache['save'] = async (folder, key, paths) => {
    const archive = join(env.RUNNER_TEMP || tmpdir(), `tidegate-cache-${randomUUID()}`);
    try {
      await packFolder(folder, paths, archive);
      await service.keep(key, archive);
    } finally {
      await rm(archive, { force: true });
    }
  };
  return {
    restore: (...args) => restore(...args).catch(told('read')),
    save: (...args) => save(...args).catch(told('written')),
  };
}
