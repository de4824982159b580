import { readTarget } from '../../domain/manifest/edit-manifest.ts';
import type { RunningValue } from '../../domain/manifest/running-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { ManifestTarget } from '../../domain/policy/manifest-target.ts';
import { UserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { KnownVersion, VersionCatalog } from './version-catalog.ts';

/** Value of a target, or the reason why there is none. */
export type ReadTarget =
  | { readonly value: RunningValue; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string };

/** Versions that an environment runs, as its targets on a branch say. */
export interface RunningEnvironment {
  readonly name: string;
  /** By target, in the order of the configuration. */
  readonly targets: readonly ReadTarget[];
  /** Undefined: not all targets name one and the same version that is believed. */
  readonly version: KnownVersion | undefined;
  /** The targets name different versions, or some of them none. */
  readonly disagrees: boolean;
  /** Why there is no version: for people. */
  readonly note: string | undefined;
}

/** Places to search. */
export interface RunningPorts {
  readonly commits: Pick<Commits, 'read'>;
  readonly catalog: Pick<VersionCatalog, 'match'>;
}

/**
 * The version that each environment runs.
 *
 * @param ref Undefined: the default branch.
 */
export async function findRunningVersions(
  environments: readonly Environment[],
  { commits, catalog }: RunningPorts,
  ref?: string,
): Promise<readonly RunningEnvironment[]> {
  const found: RunningEnvironment[] = [];
  for (const { name, targets } of environments) {
    const read = await Promise.all(
      targets.map(async (target) => readTargetOf(await commits.read(target.file, ref), target)),
    );
    found.push(await runningEnvironment(name, read, catalog));
  }
  return found;
}

/** Versions that an environment runs, from targets that were already read. */
export async function runningEnvironment(
  name: string,
  targets: readonly ReadTarget[],
  catalog: Pick<VersionCatalog, 'match'>,
): Promise<RunningEnvironment> {
  const versions = await Promise.all(targets.map(async ({ value }) => value && catalog.match(value)));
  const [version] = versions;
  if (new Set(versions.map((one) => one?.version)).size > 1) {
    const note = `the targets of ${name} name different versions`;
    return { name, targets, version: undefined, disagrees: true, note };
  }
  if (version !== undefined) return { name, targets, version, disagrees: false, note: undefined };
  return { name, targets, version: undefined, disagrees: false, note: `${name} ${problemOf(targets)}` };
}

/**
 * The last environment that runs anything of this model; undefined where none does. It may have no version: its targets name
 * an artifact of the store, and no version that is believed has it. Tags can be deleted by anyone who may push, so that this is
 * never the same as an environment that runs nothing yet.
 */
export function lastRunning(
  running: readonly RunningEnvironment[],
  catalog: Pick<VersionCatalog, 'isStored'>,
): RunningEnvironment | undefined {
  const isStored = ({ value }: ReadTarget) => value !== undefined && catalog.isStored(value);
  return running.findLast(({ version, targets }) => version !== undefined || targets.some(isStored));
}

/** Reason why the version of the last environment is unknown; for people, without a full stop. */
export function lostVersion({ name, targets }: RunningEnvironment): string {
  const text = targets.find(({ value }) => value !== undefined)?.value?.text ?? '';
  return `${name} names ${text}, and no trusted version has this artifact: its tag may be deleted or removed with GTO, or it is of another repository`;
}

/** The value of a target in a file, or why there is none. */
export function readTargetOf(text: string | undefined, target: ManifestTarget): ReadTarget {
  if (text === undefined) return { problem: `has no file ${target.file}` };
  try {
    return { value: readTarget(text, target) };
  } catch (error) {
    if (error instanceof UserError) return { problem: `cannot be read: ${error.message}` };
    throw error;
  }
}

function problemOf(targets: readonly ReadTarget[]): string {
  const unread = targets.find(({ problem }) => problem !== undefined);
  if (unread?.problem !== undefined) return unread.problem;
  const [first] = targets;
  return `names "${first?.value?.text ?? ''}", which is not a version of this model`;
}
