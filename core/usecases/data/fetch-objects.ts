import { mapParallel } from '../../async/map-parallel.ts';
import { pushCommand } from '../../domain/data/dvc-command.ts';
import { dvcObjectKey, recordedDigest } from '../../domain/data/dvc-object-key.ts';
import type { NeededObject } from '../../domain/data/needed-object.ts';
import { UserError } from '../../errors.ts';
import type { CacheAddition, DataCache, SpareFile } from '../../ports/data/data-cache.ts';
import type { OpenDataRemote } from '../../ports/data/data-remote.ts';
import { CountedSink } from './counted-transfer.ts';
import type { TransferProgress } from './transfer-progress.ts';

/** Dependencies of fetching. */
export interface FetchPorts {
  readonly cache: DataCache;
  readonly openRemote: OpenDataRemote;
  readonly progress: TransferProgress;
}

/** Options for fetching. */
export interface FetchOptions {
  /** Transfers at once, at least 1. */
  readonly jobs: number;
  /** Told of each object as soon as the cache has it, or the file instead of it. */
  readonly onAdded?: (object: NeededObject, addition: CacheAddition) => Promise<void>;
  /** The file that is made of an object on its way. */
  readonly spareFor?: (object: NeededObject) => SpareFile | undefined;
}

/** Result of fetching. */
export interface FetchResult {
  readonly files: number;
  readonly bytes: number;
  /** Objects that the cache had. */
  readonly held: readonly NeededObject[];
  /** Those that the remote does not have. */
  readonly missing: readonly NeededObject[];
}

/**
 * Brings objects that the cache lacks into it, each checked against its digest while it streams. The remote is asked
 * for nothing else: an answer that there is no such object is how one is found to be missing.
 *
 * @param needed The same digest may be there more than once; it is fetched once.
 * @throws {UserError} OBJECT_CORRUPT when a remote gives other bytes twice in a row, OBJECT_FORBIDDEN.
 */
export async function fetchObjects(
  needed: readonly NeededObject[],
  { jobs, onAdded, spareFor }: FetchOptions,
  ports: FetchPorts,
): Promise<FetchResult> {
  const unique = [...new Map(needed.map((object) => [object.md5, object])).values()];
  const isHeld = await ports.cache.hasEach(unique.map((object) => object.md5));
  const held = unique.filter((_, index) => isHeld[index] === true);
  const absent = unique.filter((_, index) => isHeld[index] !== true);
  if (absent.length === 0) return { files: 0, bytes: 0, held, missing: [] };
  ports.progress.start('Fetching', absent.length, totalBytes(absent));
  try {
    const sizes = await mapParallel(absent, jobs, async (object) => {
      const addition = await fetchObject(object, spareFor?.(object), ports);
      if (addition !== undefined) await onAdded?.(object, addition);
      return addition?.sizeBytes;
    });
    const found = sizes.filter((size) => size !== undefined);
    const missing = absent.filter((_, index) => sizes[index] === undefined);
    return { files: found.length, bytes: found.reduce((sum, size) => sum + size, 0), held, missing };
  } finally {
    ports.progress.finish();
  }
}

/** @returns Undefined where the remote has no such object. */
async function fetchObject(
  object: NeededObject,
  spare: SpareFile | undefined,
  ports: FetchPorts,
): Promise<CacheAddition | undefined> {
  const first = await readObject(object, spare, ports);
  if (first === undefined || first.isKept) return first;
  // A transfer can go wrong once; the same wrong bytes again are what the remote holds.
  const second = await readObject(object, spare, ports);
  if (second === undefined || second.isKept) return second;
  const { name, remote } = ports.openRemote(object.remote);
  const digest = recordedDigest(object.md5);
  const message = `object ${digest} of ${object.path} is corrupt on remote "${name}" (${remote.uri}/${dvcObjectKey(object.md5)}): its bytes have the MD5 ${second.actual}`;
  throw new UserError('OBJECT_CORRUPT', message, {
    fix: `Delete that object${listToo(object, ports.openRemote)}, then push it again with '${pushCommand(object.output, object.remote)}' from where it was added.`,
    place: object.place,
  });
}

/** Errors of a remote that say nothing of what the object is for. */
const NAMED: ReadonlySet<string> = new Set(['OBJECT_FORBIDDEN', 'OBJECT_CORRUPT', 'IMPORT_UNREADABLE']);

async function readObject(
  object: NeededObject,
  spare: SpareFile | undefined,
  ports: FetchPorts,
): Promise<CacheAddition | undefined> {
  const { remote } = ports.openRemote(object.remote);
  const write = ports.cache.receive(object.md5, spare);
  try {
    const sink = new CountedSink(write, ports.progress);
    const isThere = await remote.read(dvcObjectKey(object.md5), sink, object.sizeBytes);
    const addition = isThere ? await write.finish() : undefined;
    // Bytes that were wrong come again, and count again then.
    if (addition?.isKept !== false) ports.progress.add((addition?.sizeBytes ?? 0) - sink.counted);
    return addition;
  } catch (error) {
    if (!(error instanceof UserError) || !NAMED.has(error.code)) throw error;
    throw new UserError(error.code, `${object.path}: ${error.message}`, {
      fix: error.fix,
      place: object.place,
      cause: error,
    });
  } finally {
    write.discard();
  }
}

function totalBytes(objects: readonly NeededObject[]): number | undefined {
  let total = 0;
  for (const { sizeBytes } of objects) {
    if (sizeBytes === undefined) return undefined;
    total += sizeBytes;
  }
  return total;
}

/** DVC takes the list of a folder on a remote to say that its files are there, and pushes none of them again. */
function listToo({ md5, output, remote: name }: NeededObject, openRemote: OpenDataRemote): string {
  if (output.md5 === undefined || output.md5 === md5) return '';
  return ` and the directory manifest of its folder (${openRemote(name).remote.uri}/${dvcObjectKey(output.md5)})`;
}

function missingFix(object: NeededObject, openRemote: OpenDataRemote): string {
  if (object.output.imported !== undefined) {
    return "Push it from the repository that it is imported from, or fetch it with the team's own 'dvc pull' step before this one: a part of a folder that DVC tracks there, and a folder that Git tracks there, are not supported.";
  }
  if (!object.output.isPushed) {
    return 'It has push: false, so no remote has it: set allow-missing: true, or leave it out of targets.';
  }
  const list = listToo(object, openRemote);
  const first =
    list === ''
      ? ''
      : `Delete${list.replace(' and', '')}, because DVC does not push the files of a directory manifest that exists. `;
  return `${first}Push it with '${pushCommand(object.output, object.remote)}' from where it was added, or set allow-missing: true.`;
}

/** One error for objects that no remote has. */
export function missingError(missing: readonly NeededObject[], openRemote: OpenDataRemote): UserError {
  return UserError.ofProblems(
    'OBJECT_MISSING',
    missing.slice(0, MAX_PROBLEMS).map((object, index) => {
      const { name, remote } = openRemote(object.remote);
      const more = missing.length - MAX_PROBLEMS;
      const rest = index === MAX_PROBLEMS - 1 && more > 0 ? `; ${more} more are missing too` : '';
      const digest = recordedDigest(object.md5);
      return {
        message: `object ${digest} of ${object.path} is not on remote "${name}" (${remote.uri}/${dvcObjectKey(object.md5)})${rest}`,
        fix: missingFix(object, openRemote),
        place: object.place,
      };
    }),
  );
}

/** Chosen: what the runner shows of annotations of one kind. */
const MAX_PROBLEMS = 10;
