import { readTarget } from '../../domain/manifest/edit-manifest.ts';
import { isNamed } from '../../domain/manifest/match-version.ts';
import { restoreManifest } from '../../domain/manifest/restore-manifest.ts';
import type { RunningValue } from '../../domain/manifest/running-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import type { EnvironmentState } from '../../domain/promotion/environment-history.ts';
import { UserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import type { FileEdit } from './deploy-version.ts';
import type { ModelSituation } from './model-situation.ts';
import { heldDigests } from './promotion-controls.ts';

/** Inputs of planning a rollback. */
export interface RollbackSources {
  readonly commits: Pick<Commits, 'read'>;
}

/** A version that is taken back from where it runs. */
export interface TakenBack {
  readonly environment: Environment;
  readonly version: KnownVersion;
  readonly situation: ModelSituation;
}

/** The edits that take a version back, and what the first target says afterwards. */
export interface RollbackPlan {
  readonly edits: readonly FileEdit[];
  readonly to: RunningValue;
}

/**
 * The edits that give an environment's targets the values that they had before a version came: the newest ones that did
 * not fail there, and whose version nothing holds back. Nothing is written.
 *
 * @throws {UserError} VERSION_NOT_FOUND where the log does not reach back that far, or nothing good is in it; what
 *   `restoreManifest` throws.
 */
export async function planRollback(taken: TakenBack, sources: RollbackSources): Promise<RollbackPlan> {
  const { environment, version, situation } = taken;
  const before = await stateBefore(taken);
  const edits: FileEdit[] = [];
  let to: RunningValue | undefined;
  for (const file of new Set(environment.targets.map((target) => target.file))) {
    const own = environment.targets.filter((target) => target.file === file);
    const current = await sources.commits.read(file, situation.base.sha);
    const previous = await sources.commits.read(file, before.sha);
    if (current === undefined || previous === undefined) throw tooLongAgo(environment, version);
    edits.push({ file, before: current, after: restoreManifest({ current, previous }, own, version) });
    const [first] = own;
    if (first !== undefined) to ??= readTarget(previous, first);
  }
  return { edits: edits.filter(({ before: now, after }) => now !== after), to: to ?? { text: '' } };
}

async function stateBefore(taken: TakenBack): Promise<EnvironmentState> {
  const { environment, version, situation } = taken;
  const { states } = await situation.histories.whole(environment.name);
  for (const state of states) {
    const isReadable = state.values.every((value) => value !== undefined);
    const isOther = state.values.every((value) => value !== undefined && !isNamed(value, version));
    if (isReadable && isOther && (await isGood(state, taken))) return state;
  }
  throw tooLongAgo(environment, version);
}

/** True if an environment may go back to a state: nothing holds it back there, and it had not failed when it ended. */
async function isGood(state: EnvironmentState, { environment, situation }: TakenBack): Promise<boolean> {
  const { catalog, controls, observations } = situation;
  const held = heldDigests(controls, environment.name);
  for (const value of state.values) {
    const known = value === undefined ? undefined : await catalog.match(value);
    if (known !== undefined && held.includes(known.artifactDigest)) return false;
  }
  return !(await observations.hadFailed(environment, state));
}

function tooLongAgo({ name, targets }: Environment, { version }: KnownVersion): UserError {
  const [target] = targets;
  return new UserError('VERSION_NOT_FOUND', `the history of ${name} has no good version before v${version}`, {
    fix: 'Name the version to restore: /tidegate rollback <version>.',
    place: { file: target?.file ?? '' },
  });
}
