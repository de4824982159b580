import { parseDirectoryManifest } from '../../domain/data/directory-manifest.ts';
import { FOLDER_SUFFIX } from '../../domain/data/tracked-output.ts';
import type { LockedPath } from '../../domain/train/stage-lock.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';
import { readText } from './read-text.ts';

/** Dependencies of restoring an output. */
export interface RestoreOutputPorts {
  readonly cache: Pick<DataCache, 'has' | 'content'>;
  readonly workspace: Pick<DataWorkspace, 'exists' | 'place' | 'makeFolder'>;
}

/**
 * Puts an output that dvc.lock records back from the cache. What is there instead is kept when the cache lacks it.
 *
 * @returns False where the cache does not have all of it, or something else is there.
 */
export async function restoreOutput(path: string, record: LockedPath, ports: RestoreOutputPorts): Promise<boolean> {
  if ((await ports.workspace.exists(path)) || !(await ports.cache.has(record.md5))) return false;
  if (!record.md5.endsWith(FOLDER_SUFFIX)) {
    await ports.workspace.place({ path, md5: record.md5, isExecutable: record.isExecutable, within: path });
    return true;
  }
  const text = await readText(await ports.cache.content(record.md5));
  const entries = parseDirectoryManifest(text, `the directory manifest ${record.md5} of ${path}`);
  for (const entry of entries) if (!(await ports.cache.has(entry.md5))) return false;
  if (entries.length === 0) await ports.workspace.makeFolder(path);
  for (const entry of entries) {
    await ports.workspace.place({ path: `${path}/${entry.path}`, md5: entry.md5, isExecutable: false, within: path });
  }
  return true;
}
