import { isWithin } from '../../domain/data/repository-path.ts';
import type { WantedOutput } from '../../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { isFolderOutput } from '../../domain/data/wanted-file.ts';
import type { PullMemory } from '../../ports/data/data-workspace.ts';
import type { WorkspaceDifference } from './compare-workspace.ts';

/** Files to bring. */
export interface Bringing {
  readonly outputs: readonly WantedOutput[];
  /** Paths of the files of folders that are not wanted. */
  readonly others: ReadonlyMap<TrackedOutput, readonly string[]>;
  readonly difference: WorkspaceDifference;
}

/**
 * Remembers of each folder that will not be whole at once which parts of it are, before anything is brought: a later push
 * must not take what was never here for removed, whether this run ends or is killed.
 *
 * @returns To be called when the files are there, but for those of some outputs.
 */
export function rememberPartialFolders(
  { outputs, others, difference }: Bringing,
  pulls: PullMemory,
): (incomplete: ReadonlySet<TrackedOutput>) => void {
  const absent = new Set(difference.absent.map((file) => file.output));
  const begun = outputs.flatMap(({ output, parts }) => {
    if (!isFolderOutput(output)) return [];
    const before = pulls.broughtParts(output.path);
    const lacksOthers = (others.get(output) ?? []).some((path) => !difference.isThere(path));
    if (before === undefined && !absent.has(output) && !lacksOthers) return [];
    pulls.rememberParts(output.path, before ?? []);
    const after =
      parts.includes('') || (before === undefined && !lacksOthers) ? undefined : joined(before ?? [], parts);
    return [{ output, after }];
  });
  return (incomplete) => {
    for (const { output, after } of begun) {
      if (!incomplete.has(output)) pulls.rememberParts(output.path, after);
    }
  };
}

function joined(before: readonly string[], parts: readonly string[]): readonly string[] {
  return [...before, ...parts.filter((part) => !before.some((whole) => isWithin(part, whole)))];
}
