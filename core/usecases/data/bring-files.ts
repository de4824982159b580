import { mapParallel } from '../../async/map-parallel.ts';
import { commitCommand } from '../../domain/data/dvc-command.ts';
import { needOfFile } from '../../domain/data/needed-object.ts';
import { isLegacyObject } from '../../domain/data/object-key.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import type { WantedOutput } from '../../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { isFolderOutput, type WantedFile } from '../../domain/data/wanted-file.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';
import { Arrivals } from './arrivals.ts';
import { compareWorkspace } from './compare-workspace.ts';
import { type FetchPorts, type FetchResult, fetchObjects } from './fetch-objects.ts';

/** What is to be in the workspace. */
export interface WantedFiles {
  readonly files: readonly WantedFile[];
  readonly outputs: readonly WantedOutput[];
}

/** How to bring it there. */
export interface BringOptions {
  readonly jobs: number;
  readonly force: boolean;
  readonly allowMissing: boolean;
  /** Whether the cache keeps what is fetched. */
  readonly keepCache: boolean;
}

/** What bringing came to. */
export interface BringResult extends Pick<FetchResult, 'files' | 'bytes' | 'missing'> {
  readonly fromCache: number;
  /** Files that were right before. */
  readonly unchanged: number;
}

interface BringPorts extends FetchPorts {
  readonly workspace: DataWorkspace;
  readonly cache: DataCache;
}

/**
 * Fetches what is needed and makes the workspace as it is wanted. A file that nothing lies in the way of appears as
 * soon as its object is there; what replaces or removes something waits until everything was fetched, so that a pull
 * that fails leaves what was there.
 */
export async function bringFiles(wanted: WantedFiles, options: BringOptions, ports: BringPorts): Promise<BringResult> {
  const { jobs } = options;
  const difference = await compareWorkspace(wanted, jobs, ports);
  if (difference.modified.length > 0 && !options.force) {
    throw modifiedError(
      difference.modified,
      wanted.outputs.map(({ output }) => output),
    );
  }
  const arrivals = new Arrivals(difference, options.keepCache, ports.workspace);
  const fetched = await fetchObjects(
    difference.outdated.map(needOfFile),
    { jobs, onAdded: arrivals.place, spareFor: arrivals.spareFor },
    ports,
  );
  const common = { ...fetched, fromCache: fetched.held.length };
  const unchanged = wanted.files.length - difference.outdated.length;
  if (fetched.missing.length > 0 && !options.allowMissing) return { ...common, unchanged };
  const gone = new Set(fetched.missing.map((object) => object.md5));
  for (const path of [...difference.inTheWay, ...difference.surplus]) await ports.workspace.remove(path);
  const rest = difference.outdated.filter((file) => !gone.has(file.md5) && !arrivals.placed.has(file.path));
  await mapParallel(rest, jobs, arrivals.placeFile);
  confirmFolders(wanted, gone, ports.workspace);
  return { ...common, unchanged };
}

function confirmFolders({ files, outputs }: WantedFiles, gone: ReadonlySet<string>, workspace: DataWorkspace): void {
  const byOutput = Map.groupBy(files, (file) => file.output);
  for (const { output, parts } of outputs) {
    const own = byOutput.get(output) ?? [];
    if (output.md5 === undefined || !isFolderOutput(output) || !parts.includes('')) continue;
    if (own.some((file) => gone.has(file.md5) || isLegacyObject(file.md5) !== isLegacyObject(output.md5 ?? '')))
      continue;
    const start = output.path.length + 1;
    workspace.confirm(output.path, output.md5, own.map((file) => file.path.slice(start)).sort(compareCodePoints));
  }
}

/** Chosen: more commands than a person pastes at once. */
const MOST_COMMANDS = 5;

function modifiedError(paths: readonly string[], outputs: readonly TrackedOutput[]): UserError {
  const changed = outputs.filter(({ path }) => paths.some((file) => isWithin(file, path)));
  const commands = changed.slice(0, MOST_COMMANDS).map(commitCommand);
  return new UserError('DATA_MODIFIED', `${list(paths)} changed and have no other copy, so they are not overwritten`, {
    fix: `Keep them with ${commands.map((command) => `'${command}'`).join(', ')}, remove them, or set force: true.`,
  });
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}
