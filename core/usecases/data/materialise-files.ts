import { mapParallel } from '../../async/map-parallel.ts';
import { commitCommand } from '../../domain/data/dvc-command.ts';
import { isLegacyObject } from '../../domain/data/dvc-object-key.ts';
import { needOfFile } from '../../domain/data/needed-object.ts';
import { isWithin } from '../../domain/data/repository-path.ts';
import type { WantedOutput } from '../../domain/data/select-outputs.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { isFolderOutput, type WantedFile } from '../../domain/data/wanted-file.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { shellWord } from '../../domain/text/shell-word.ts';
import { UserError } from '../../errors.ts';
import type { DataCache } from '../../ports/data/data-cache.ts';
import type { DataWorkspace, PullMemory } from '../../ports/data/data-workspace.ts';
import { Arrivals, type PlacingWorkspace } from './arrivals.ts';
import { compareWorkspace } from './compare-workspace.ts';
import { type FetchPorts, type FetchResult, fetchObjects } from './fetch-objects.ts';
import { rememberPartialFolders } from './partial-folders.ts';

/** Wanted content of the workspace. */
export interface WantedFiles {
  readonly files: readonly WantedFile[];
  readonly outputs: readonly WantedOutput[];
  /** Paths of the files of folders that are not wanted. */
  readonly others: ReadonlyMap<TrackedOutput, readonly string[]>;
}

/** The way to bring it there. */
export interface BringOptions {
  readonly jobs: number;
  readonly force: boolean;
  readonly allowMissing: boolean;
  /** True if the cache keeps what is fetched. */
  readonly keepCache: boolean;
}

/** Result of bringing files. */
export interface BringResult extends Pick<FetchResult, 'files' | 'bytes' | 'missing'> {
  readonly fromCache: number;
  /** Files that were right before. */
  readonly unchanged: number;
}

/** Dependencies of writing the workspace. */
export interface MaterialisePorts extends FetchPorts {
  readonly workspace: PlacingWorkspace &
    Pick<DataWorkspace, 'exists' | 'inspect' | 'confirm' | 'makeFolder' | 'remove'>;
  readonly cache: DataCache;
}

/**
 * Fetches what is needed and makes the workspace as it is wanted. A file that nothing is in the way of appears as
 * soon as its object is there; what replaces or removes something waits until everything was fetched, so that a pull
 * that fails leaves what was there.
 */
export async function materialiseFiles(
  wanted: WantedFiles,
  options: BringOptions,
  ports: MaterialisePorts,
): Promise<BringResult> {
  const { jobs } = options;
  const difference = await compareWorkspace(wanted, jobs, ports);
  if (difference.modified.length > 0 && !options.force) {
    throw modifiedError(difference.modified, wanted.outputs, ports.workspace.pulls);
  }
  const confirmParts = rememberPartialFolders({ ...wanted, difference }, ports.workspace.pulls);
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
  for (const path of difference.inTheWay) await ports.workspace.remove(path);
  // Without the folders that this empties: who lists folders (classes of images) must not find those of another commit.
  for (const { path, within } of difference.surplus) await ports.workspace.remove(path, within);
  for (const path of emptyFolders(wanted)) {
    if (!(await ports.workspace.exists(path))) await ports.workspace.makeFolder(path);
  }
  const rest = difference.outdated.filter((file) => !gone.has(file.md5) && !arrivals.placed.has(file.path));
  await mapParallel(rest, jobs, arrivals.placeFile);
  confirmFolders(wanted, gone, ports.workspace);
  confirmParts(new Set(wanted.files.filter((file) => gone.has(file.md5)).map((file) => file.output)));
  return { ...common, unchanged };
}

/** Tracked folders without a file. */
function emptyFolders({ files, outputs }: WantedFiles): readonly string[] {
  const filled = new Set(files.map((file) => file.output));
  const empty = outputs.filter(
    ({ output, parts }) => isFolderOutput(output) && parts.includes('') && !filled.has(output),
  );
  return empty.map(({ output }) => output.path);
}

function confirmFolders(
  { files, outputs }: WantedFiles,
  gone: ReadonlySet<string>,
  workspace: Pick<DataWorkspace, 'confirm'>,
): void {
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

function modifiedError(paths: readonly string[], outputs: readonly WantedOutput[], pulls: PullMemory): UserError {
  const commands = outputs.flatMap(({ output, parts }) => {
    const own = paths.filter((path) => isWithin(path, output.path));
    const isPartial = !parts.includes('') || pulls.broughtParts(output.path) !== undefined;
    if (own.length === 0 || !isPartial || !isFolderOutput(output))
      return own.length === 0 ? [] : [commitCommand(output)];
    // To commit a folder that is not whole would leave out the rest of it; of a stage's there is no other way.
    return output.stage === undefined ? own.map((path) => `dvc add ${shellWord(path)}`) : [];
  });
  const keep = commands.slice(0, MOST_COMMANDS).map((command) => `'${command}'`);
  const ways = [
    ...(keep.length === 0 ? [] : [`Keep them with ${keep.join(', ')}`]),
    'remove them',
    'or set force: true.',
  ];
  const fix = ways.join(', ');
  return new UserError('DATA_MODIFIED', `${list(paths)} changed and have no other copy, so they are not overwritten`, {
    fix: fix.charAt(0).toUpperCase() + fix.slice(1),
  });
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}
