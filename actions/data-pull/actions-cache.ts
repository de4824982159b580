import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openActionsCache } from '../../core/adapters/actions/actions-folder-cache.ts';
import { isThere } from '../../core/adapters/files/absent.ts';
import { FileArtifactHasher } from '../../core/adapters/files/file-artifact-hasher.ts';
import type { WantedOutput } from '../../core/domain/data/select-outputs.ts';
import type { ActionContext } from '../action-context.ts';

/** DVC's cache kept between runs in the Actions cache. */
export interface RestoredCache {
  /** This job has an Actions cache. */
  readonly isOpen: boolean;
  /** Something came from outside this job, so objects are checked before they are believed. */
  readonly isRestored: boolean;
  /** Keeps what is there now, unless the same was restored. */
  save(): Promise<void>;
}

/** Objects of DVC 3, and those of DVC 2, which are in folders of two hex digits. */
const OBJECT = /^(files\/md5\/)?[0-9a-f]{2}\/[0-9a-f]{30}(\.dir)?$/;
/** Chosen: more than the Actions cache keeps for a repository. */
const MOST_BYTES = 32 * 2 ** 30;
const MOST_FILES = 5_000_000;

const OFF: RestoredCache = { isOpen: false, isRestored: false, save: async () => {} };

/** Restores the cache folder for this set of data. A cache that does not work costs time, never the step. */
export async function restoreActionsCache(
  context: ActionContext,
  wanted: readonly WantedOutput[],
  { folder, isForJudge }: { readonly folder: string; readonly isForJudge: boolean },
): Promise<RestoredCache> {
  const cache = openActionsCache(context.env, (line) => context.log.notice(line));
  if (wanted.length === 0 || cache === undefined) return { ...OFF, isOpen: cache !== undefined };
  const digests = wanted.map(({ output }) => output.md5 ?? '').sort();
  // A job that judges does not wait for the data of the trainings.
  const prefix = isForJudge ? 'tidegate-judged-v1-' : 'tidegate-data-v1-';
  const key = `${prefix}${new FileArtifactHasher().hashText(digests.join('\n')).slice('sha256:'.length)}`;
  const limits = { isWanted: (name: string) => OBJECT.test(name), mostBytes: MOST_BYTES, mostFiles: MOST_FILES };
  const hit = await cache.restore(folder, { key, prefixes: [prefix] }, limits);
  context.log.info(hit === undefined ? 'No data in the Actions cache yet' : `Restored ${hit} from the Actions cache`);
  const save = async (): Promise<void> => {
    if (hit !== key) await cache.save(folder, key, objectsIn(folder));
  };
  return { isOpen: true, isRestored: hit !== undefined, save };
}

/** Not DVC's run cache, nor what is half-written. */
function* objectsIn(folder: string): Iterable<string> {
  for (const part of ['files/md5/', '']) {
    for (const two of namesIn(path.join(folder, part)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
      for (const rest of namesIn(path.join(folder, part, two))) {
        const name = `${part}${two}/${rest}`;
        if (OBJECT.test(name)) yield name;
      }
    }
  }
}

function namesIn(folder: string): readonly string[] {
  return isThere(folder) ? readdirSync(folder) : [];
}
