import { mapParallel } from '../../async/map-parallel.ts';
import { dvcObjectKey, dvcObjectName, isLegacyObject } from '../../domain/data/dvc-object-key.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { DataRemote } from '../../ports/data/data-remote.ts';

/** Chosen: fewer objects than this are asked for one by one without a look at the size of the remote. */
const FEW = 100;
/** The first hex digit of a digest: one listing each, so that they run at once. */
const DIGITS = [...'0123456789abcdef'];
/** Of 256 folders one is listed to estimate them all. */
const FOLDERS = 256;
const PAGE_KEYS = 1000;

/**
 * Objects of a list that a remote does not have: by listing it, or by asking for each, whichever takes fewer requests.
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
  /** Prefix of the keys. */
  readonly base: string;
}

async function findAbsentUnder(
  remote: DataRemote,
  names: readonly string[],
  search: Search,
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const listed = names.length < FEW ? undefined : await findUnlisted(remote, names, search);
  if (listed !== undefined) return listed;
  const found = await mapParallel(names, search.jobs, (name) => remote.stat(dvcObjectKey(name)));
  return names.filter((_, index) => found[index] === undefined);
}

/** By listing; undefined where asking for each object takes fewer requests, or the remote cannot list. */
async function findUnlisted(
  remote: DataRemote,
  names: readonly string[],
  { jobs, base }: Search,
): Promise<readonly string[] | undefined> {
  // What a listing brings is struck off, not kept: a remote may hold far more than is asked for.
  const absent = new Set(names);
  const isLegacy = base === '';
  let listed = 0;
  const strikeOff = async (prefix: string): Promise<void> => {
    for await (const page of remote.listPages(prefix) ?? []) {
      listed += page.length;
      for (const key of page) absent.delete(dvcObjectName(key, isLegacy));
    }
  };
  if (remote.listPages(base) === undefined) return undefined;
  try {
    await strikeOff(`${base}00`);
    const requests = DIGITS.length * Math.ceil((listed * (FOLDERS / DIGITS.length) + 1) / PAGE_KEYS);
    if (requests >= names.length) return undefined;
    await mapParallel(DIGITS, jobs, (digit) => strikeOff(`${base}${digit}`));
    return [...absent];
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
