import { dvcObjectKey } from '../domain/data/object-key.ts';
import { UserError } from '../errors.ts';
import type { DataCache } from '../ports/data-cache.ts';
import type { DataRemotes } from '../ports/data-remotes.ts';
import type { TransferProgress } from '../ports/transfer-progress.ts';
import { mapParallel } from './map-parallel.ts';

/** An object that is needed, and for what. */
export interface NeededObject {
  /** 32 hex digits, with `.dir` for a folder's list. */
  readonly md5: string;
  /** What the message names: the path in the workspace. */
  readonly path: string;
  /** The `.dvc` or lock file that names it. */
  readonly declaredIn: string;
  /** The remote that has it; undefined for the default one. */
  readonly remote: string | undefined;
}

/** What is needed to fetch. */
export interface FetchPorts {
  readonly cache: DataCache;
  readonly remotes: DataRemotes;
  readonly progress: TransferProgress;
}

/** What fetching came to. */
export interface FetchResult {
  readonly files: number;
  readonly bytes: number;
  /** Those that the remote does not have. */
  readonly missing: readonly NeededObject[];
}

/**
 * Brings objects that the cache lacks into it, each checked against its digest while it streams.
 *
 * @param needed The same digest may be there more than once; it is fetched once.
 * @throws {UserError} OBJECT_CORRUPT when a remote gives other bytes twice in a row.
 */
export async function fetchObjects(
  needed: readonly NeededObject[],
  jobs: number,
  ports: FetchPorts,
): Promise<FetchResult> {
  const unique = [...new Map(needed.map((object) => [object.md5, object])).values()];
  const held = await mapParallel(unique, jobs, (object) => ports.cache.has(object.md5));
  const absent = unique.filter((_, index) => held[index] !== true);
  if (absent.length === 0) return { files: 0, bytes: 0, missing: [] };
  ports.progress.start('Fetching', absent.length);
  try {
    const sizes = await mapParallel(absent, jobs, async (object) => {
      const size = await fetchObject(object, ports);
      ports.progress.add(size ?? 0);
      return size;
    });
    const found = sizes.filter((size) => size !== undefined);
    const missing = absent.filter((_, index) => sizes[index] === undefined);
    return { files: found.length, bytes: found.reduce((sum, size) => sum + size, 0), missing };
  } finally {
    ports.progress.finish();
  }
}

/** @returns The size, or undefined where the remote has no such object. */
async function fetchObject(object: NeededObject, ports: FetchPorts): Promise<number | undefined> {
  const { name, store } = ports.remotes.open(object.remote);
  const key = dvcObjectKey(object.md5);
  const attempt = async () => {
    const bytes = await store.open(key);
    return bytes === undefined ? undefined : ports.cache.add(object.md5, bytes);
  };
  const first = await attempt();
  if (first === undefined || first.isKept) return first?.sizeBytes;
  // A transfer can go wrong once; the same wrong bytes again are what the remote holds.
  const second = await attempt();
  if (second === undefined || second.isKept) return second?.sizeBytes;
  const message = `object ${object.md5} of ${object.path} is corrupt on remote "${name}" (${store.uri}/${key}): its bytes have the MD5 ${second.actual}`;
  throw new UserError('OBJECT_CORRUPT', message, {
    fix: `Delete that object, then push it again with 'dvc push ${object.declaredIn}' from where it was added.`,
    place: { file: object.declaredIn },
  });
}

/** One error for objects that no remote has. */
export function missingError(missing: readonly NeededObject[], remotes: DataRemotes): UserError {
  return UserError.ofProblems(
    'OBJECT_MISSING',
    missing.slice(0, MAX_PROBLEMS).map((object, index) => {
      const { name, store } = remotes.open(object.remote);
      const more = missing.length - MAX_PROBLEMS;
      const rest = index === MAX_PROBLEMS - 1 && more > 0 ? `; ${more} more are missing too` : '';
      return {
        message: `object ${object.md5} of ${object.path} is not on remote "${name}" (${store.uri}/${dvcObjectKey(object.md5)})${rest}`,
        fix: `Push it with 'dvc push ${object.declaredIn}' from where it was added, or set allow-missing: true.`,
        place: { file: object.declaredIn },
      };
    }),
  );
}

/** Chosen: what the runner shows of annotations of one kind. */
const MAX_PROBLEMS = 10;
