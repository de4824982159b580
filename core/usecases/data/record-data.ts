import { mapParallel } from '../../async/map-parallel.ts';
import { formatDirectoryManifest, type ManifestEntry } from '../../domain/data/directory-manifest.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import type { DataWorkspace, WorkspaceEntry } from '../../ports/data/data-workspace.ts';

/** A file or folder of the workspace as DVC records it. */
export interface RecordedPath {
  /** 32 hex digits, with `.dir` for a folder. */
  readonly md5: string;
  readonly sizeBytes: number;
  /** Number of files of a folder; undefined for a file. */
  readonly fileCount: number | undefined;
  readonly isExecutable: boolean;
}

/** Dependencies of recording data. */
export interface RecordPorts {
  readonly cache: DataCache;
  readonly workspace: Pick<DataWorkspace, 'inspect' | 'content'>;
}

/** Chosen: hashing and copying files of one disk gains nothing from more. */
const JOBS = 4;

/**
 * Hashes what is at a path as DVC does. The list of a folder goes into the cache, its files do not.
 *
 * @returns undefined where there is nothing.
 */
export async function recordPath(path: string, ports: RecordPorts): Promise<RecordedPath | undefined> {
  const entry = await ports.workspace.inspect(path);
  return entry === undefined ? undefined : recordEntry(entry, ports);
}

/** Hashes what is at a path and keeps all its bytes in the cache. */
export async function commitPath(path: string, ports: RecordPorts): Promise<RecordedPath | undefined> {
  const entry = await ports.workspace.inspect(path);
  if (entry === undefined) return undefined;
  const files: readonly ManifestEntry[] =
    entry.kind === 'file'
      ? [{ path, md5: entry.md5 }]
      : entry.files.map((file) => ({ path: `${path}/${file.path}`, md5: file.md5 }));
  await keepInCache(files, ports);
  return recordEntry(entry, ports);
}

/** Keeps the bytes of files of the workspace in the cache, each under the digest that it was found to have. */
export async function keepInCache(files: readonly ManifestEntry[], ports: RecordPorts): Promise<void> {
  await mapParallel(files, JOBS, async (file) => {
    if (await ports.cache.has(file.md5)) return;
    const { isKept } = await ports.cache.add(file.md5, ports.workspace.content(file.path));
    if (!isKept) throw new Error(`${file.path} changed while it was read`);
  });
}

async function recordEntry(entry: WorkspaceEntry, { cache }: RecordPorts): Promise<RecordedPath> {
  if (entry.kind === 'file') {
    const { md5, sizeBytes, isExecutable } = entry;
    return { md5, sizeBytes, fileCount: undefined, isExecutable };
  }
  return {
    md5: await cache.addManifest(formatDirectoryManifest(entry.files)),
    sizeBytes: entry.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    fileCount: entry.files.length,
    isExecutable: false,
  };
}
