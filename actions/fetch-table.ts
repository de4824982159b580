import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assertObjectKey } from '../core/domain/model/object-key.ts';
import { isTableAddress } from '../core/domain/warehouse/table-reference.ts';
import { UserError } from '../core/errors.ts';
import type { ShownPath } from '../core/usecases/evaluate/evaluation-request.ts';
import type { ActionContext } from './action-context.ts';
import { openS3Store } from './open-store.ts';

/** Target of fetched objects, and the handling of missing ones. */
export interface FetchTarget {
  /** Name of the folder in the runner's temporary one. */
  readonly folder: string;
  readonly fix: string;
}

/** A table on this machine. */
export interface FetchedTable extends ShownPath {
  /** Of a glob that was fetched: the folder that holds its objects and nothing else. */
  readonly folder?: string;
}

/**
 * Brings a table to this machine: a path and a table of the warehouse stay what they are, `s3://bucket/prefix/*.parquet` is
 * fetched.
 *
 * @throws {UserError} DATA_NOT_FOUND where no object matches or one vanishes, PATH_UNSAFE where the store lists a key that
 *   leaves the folder.
 */
export async function fetchTable(
  context: Pick<ActionContext, 'env' | 'log' | 'workingDirectory'>,
  shown: string,
  { folder: name, fix }: FetchTarget,
): Promise<FetchedTable> {
  if (isTableAddress(shown)) return { shown, absolute: shown };
  if (!shown.startsWith('s3://')) return { shown, absolute: resolve(context.workingDirectory, shown) };
  const { root, pattern } = splitAddress(shown);
  const store = openS3Store(root, context.env);
  const folder = join(context.env.RUNNER_TEMP ?? tmpdir(), 'tidegate', name);
  // What an earlier step fetched is not a part of this table.
  await rm(folder, { recursive: true, force: true });
  let fetched = 0;
  for await (const { key } of store.list('')) {
    if (!matchesGlob(key, pattern)) continue;
    const content = await store.open(key);
    // A table without one of its files is another table.
    if (content === undefined)
      throw new UserError('DATA_NOT_FOUND', `${root}/${key} was deleted while it was read`, { fix });
    const target = join(folder, ...assertObjectKey(key).split('/'));
    await mkdir(dirname(target), { recursive: true });
    await pipeline(Readable.from(content), createWriteStream(target));
    fetched++;
  }
  context.log.info(`Fetched ${fetched} objects of ${shown}`);
  const absolute = join(folder, ...pattern.split('/'));
  const fetchedTable = { shown, absolute, isFetched: true } as const;
  if (fetched > 0) return WILD.test(pattern) ? { ...fetchedTable, folder } : fetchedTable;
  throw new UserError('DATA_NOT_FOUND', `there is no object ${shown}`, { fix });
}

const WILD = /[*?[{]/;

/** The fixed folder of an address, and the rest, which may be a glob. */
function splitAddress(address: string): { readonly root: string; readonly pattern: string } {
  const parts = address.split('/');
  const wild = parts.findIndex((part) => WILD.test(part));
  const at = wild === -1 ? parts.length - 1 : wild;
  return { root: parts.slice(0, at).join('/'), pattern: parts.slice(at).join('/') };
}
