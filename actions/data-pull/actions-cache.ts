import path from 'node:path';
import { FileArtifactHasher } from '../../core/adapters/node/file-artifact-hasher.ts';
import type { WantedOutput } from '../../core/domain/data/select-outputs.ts';
import type { ActionContext } from '../action-context.ts';

/** DVC's cache kept between runs in the Actions cache. */
export interface RestoredCache {
  /** Something came from outside this job, so objects are checked before they are believed. */
  readonly isRestored: boolean;
  /** Keeps what is there now, unless the same was restored. */
  save(): Promise<void>;
}

const OFF: RestoredCache = { isRestored: false, save: async () => {} };

/** Restores the cache folder for this set of data. A cache that does not work costs time, never the step. */
export async function restoreActionsCache(
  context: ActionContext,
  wanted: readonly WantedOutput[],
  folder: string,
): Promise<RestoredCache> {
  const cache = await import('@actions/cache');
  if (wanted.length === 0 || !cache.isFeatureAvailable()) return OFF;
  const digests = wanted.map(({ output }) => output.md5 ?? '').sort();
  const prefix = 'tidegate-data-v1-';
  const key = `${prefix}${new FileArtifactHasher().hashText(digests.join('\n')).slice('sha256:'.length)}`;
  // Relative to the workspace: the path is part of the cache's identity, and runners differ in where they check out.
  const workspace = context.env.GITHUB_WORKSPACE ?? context.workingDirectory;
  // Objects of DVC 3, and those of DVC 2, which lie in folders of two hex digits; not DVC's run cache, nor what is
  // half-written.
  const parts = [path.join('files', 'md5'), '[0-9a-f][0-9a-f]'];
  const paths = parts.map((part) => path.relative(workspace, path.join(folder, part)));
  const hit = await cache.restoreCache([...paths], key, [prefix]).catch((error: unknown) => {
    context.log.notice(`The Actions cache cannot be read: ${error instanceof Error ? error.message : error}`);
    return undefined;
  });
  context.log.info(hit === undefined ? 'No data in the Actions cache yet' : `Restored ${hit} from the Actions cache`);
  const save = async (): Promise<void> => {
    if (hit === key) return;
    await cache.saveCache([...paths], key).catch((error: unknown) => {
      context.log.notice(`The Actions cache cannot be written: ${error instanceof Error ? error.message : error}`);
    });
  };
  return { isRestored: hit !== undefined, save };
}
