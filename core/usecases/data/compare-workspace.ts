import { mapParallel } from '../../async/map-parallel.ts';
import { isLegacyObject } from '../../domain/data/dvc-object-key.ts';
import type { WantedOutput } from '../../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { isFolderOutput, type WantedFile } from '../../domain/data/wanted-file.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import type { DataWorkspace, ObjectHash, WorkspaceEntry } from '../../ports/data/data-workspace.ts';

/** A file that should not be there. */
export interface SurplusFile {
  readonly path: string;
  /** The output in which it is. */
  readonly within: string;
}

/** Differences between the workspace and the wanted state. Paths are relative to it. */
export interface WorkspaceDifference {
  /** Wanted files that are absent or have other bytes. */
  readonly outdated: readonly WantedFile[];
  /** Of these, those where nothing is. */
  readonly absent: readonly WantedFile[];
  /** Files in folders that should not be there. Only of folders that are wanted whole. */
  readonly surplus: readonly SurplusFile[];
  /** Files and folders that are of the other kind than what is wanted at their place. */
  readonly inTheWay: readonly string[];
  /** Of all these, those whose bytes neither the cache nor a remote has: removing them would lose them. */
  readonly modified: readonly string[];
  /** True if a file is at a path in one of the outputs. */
  readonly isThere: (path: string) => boolean;
}

interface Found {
  readonly path: string;
  readonly md5: string;
}

/**
 * Compares the workspace with what is wanted by the bytes of all files (those that are as they were when they
 * were last read need not be read again).
 */
export async function compareWorkspace(
  wanted: { readonly files: readonly WantedFile[]; readonly outputs: readonly WantedOutput[] },
  jobs: number,
  ports: { readonly workspace: Pick<DataWorkspace, 'inspect' | 'pulls'>; readonly cache: Pick<DataCache, 'has'> },
): Promise<WorkspaceDifference> {
  const entries = await mapParallel(wanted.outputs, jobs, ({ output }) =>
    ports.workspace.inspect(output.path, hashOf(output)),
  );
  const wantedAt = new Map(wanted.files.map((file) => [file.path, file.md5]));
  const there = new Map<string, string>();
  const surplus: (Found & SurplusFile)[] = [];
  const inTheWay: string[] = [];
  const doomed: Found[] = [];
  for (const [index, want] of wanted.outputs.entries()) {
    const entry = entries[index];
    if (entry === undefined) continue;
    const found = filesIn(want, entry);
    if ((entry.kind === 'folder') !== isFolderOutput(want.output)) {
      inTheWay.push(want.output.path);
      doomed.push(...found);
      continue;
    }
    for (const file of found) there.set(file.path, file.md5);
    if (want.parts.includes('')) {
      const within = want.output.path;
      for (const file of found) if (!wantedAt.has(file.path)) surplus.push({ ...file, within });
    }
  }
  const outdated = wanted.files.filter((file) => there.get(file.path) !== file.md5);
  const replaced = outdated.flatMap(({ path }): Found[] => {
    const md5 = there.get(path);
    return md5 === undefined ? [] : [{ path, md5 }];
  });
  const atStake = [...replaced, ...surplus, ...doomed];
  const kept = await mapParallel(atStake, jobs, async (file) => {
    return (await ports.cache.has(file.md5)) || ports.workspace.pulls.wasFetched(file.md5);
  });
  return {
    outdated,
    absent: outdated.filter((file) => !there.has(file.path)),
    surplus,
    inTheWay,
    isThere: (path) => there.has(path),
    modified: atStake.filter((_, index) => kept[index] !== true).map((file) => file.path),
  };
}

function hashOf({ md5 }: TrackedOutput): ObjectHash {
  return md5 !== undefined && isLegacyObject(md5) ? 'md5-dos2unix' : 'md5';
}

function filesIn({ output }: WantedOutput, entry: WorkspaceEntry): readonly Found[] {
  if (entry.kind === 'file') return [{ path: output.path, md5: entry.md5 }];
  return entry.files.map((file) => ({ path: `${output.path}/${file.path}`, md5: file.md5 }));
}
