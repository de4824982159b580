import { dvcObjectKey, isLegacyObject } from '../domain/data/object-key.ts';
import { ServiceError, UserError } from '../errors.ts';
import type { DataRemote } from '../ports/data-remote.ts';
import { mapParallel } from './map-parallel.ts';

/** Chosen: fewer objects than this are asked for one by one without a look at the size of the remote. */
const FEW = 100;
/** The first hex digit of a digest: one listing each, so that they run at once. */
const DIGITS = [...'0123456789abcdef'];
/** Of 256 folders one is listed to estimate them all. */
const FOLDERS = 256;
const PAGE_KEYS = 1000;

/**
 * Which of some objects a remote lacks: by listing it, or by asking for each, whichever takes fewer requests.
 *
 * @param names Unique names (`object-key.ts`).
 * @param jobs Requests at once.
 */
export async function findAbsent(
  remote: DataRemote,
  names: readonly string[],
  jobs: number,
): Promise<readonly string[]> {
  const legacy = names.filter(isLegacyObject);
  const current = names.filter((name) => !isLegacyObject(name));
  const absent = await Promise.all([
    findAbsentUnder(remote, current, { jobs, base: 'files/md5/' }),
    findAbsentUnder(remote, legacy, { jobs, base: '' }),
  ]);
  return absent.flat();
}

interface Search {
  readonly jobs: number;
  /** What the keys begin with. */
  readonly base: string;
}

async function findAbsentUnder(
  remote: DataRemote,
  names: readonly string[],
  search: Search,
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const listed = names.length < FEW ? undefined : await listKeys(remote, names.length, search);
  if (listed !== undefined) return names.filter((name) => !listed.has(dvcObjectKey(name)));
  const found = await mapParallel(names, search.jobs, (name) => remote.stat(dvcObjectKey(name)));
  return names.filter((_, index) => found[index] === undefined);
}

/** All keys of the remote; undefined where asking for each of `count` objects takes fewer requests, or it cannot list. */
async function listKeys(remote: DataRemote, count: number, search: Search): Promise<ReadonlySet<string> | undefined> {
  const keys = new Set<string>();
  const collect = async (prefix: string): Promise<void> => {
    for await (const page of remote.listPages(prefix) ?? []) for (const key of page) keys.add(key);
  };
  if (remote.listPages(search.base) === undefined) return undefined;
  try {
    await collect(`${search.base}00`);
    const requests = DIGITS.length * Math.ceil((keys.size * (FOLDERS / DIGITS.length) + 1) / PAGE_KEYS);
    if (requests >= count) return undefined;
    await mapParallel(DIGITS, search.jobs, (digit) => collect(`${search.base}${digit}`));
    return keys;
  } catch (error) {
    // Without the permission to list, each object is asked for.
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  if (error instanceof UserError) return error.code === 'OBJECT_FORBIDDEN';
  return error instanceof ServiceError && error.code === 'STORE_REFUSED';
}
