import type { EnvironmentConfig, TargetConfig } from '../config/environment-config.ts';
import { readTarget } from '../domain/manifest/edit-manifest.ts';
import { matchVersion } from '../domain/manifest/match-version.ts';
import { decideHealth, type Health } from '../domain/promotion/health.ts';
import { UserError } from '../errors.ts';
import type { DefaultBranchLog, LoggedCommit } from '../ports/default-branch-log.ts';
import type { HealthSignals } from '../ports/health-signals.ts';
import type { RepositoryFiles } from '../ports/repository-files.ts';
import type { KnownVersion } from './version-catalog.ts';

/** What observing an environment needs. */
export interface ObservationPorts {
  readonly log: DefaultBranchLog;
  readonly signals: HealthSignals;
  readonly files: RepositoryFiles;
}

/** An environment that holds a version on the default branch. */
export interface HeldEnvironment {
  readonly environment: EnvironmentConfig;
  readonly version: KnownVersion;
  readonly nowMs: number;
}

/** Since when an environment holds a version, and whether it is verified there. */
export interface Observation {
  readonly heldSinceMs: number;
  /** The commit that brought the version into the target that got it last; undefined beyond the log. */
  readonly broughtBy: string | undefined;
  readonly health: Health;
}

/** Chosen: an InferenceService reports its previous model's health right after a change. */
const ARGOCD_SETTLE_MS = 10 * 60_000;

/** Observes an environment that holds a version: facts of Git and of GitHub alone, so that asking again tells the same. */
export async function observeEnvironment(held: HeldEnvironment, ports: ObservationPorts): Promise<Observation> {
  const since = await Promise.all(held.environment.targets.map((target) => heldSince(target, held.version, ports)));
  const last = since.reduce((newest, one) => (one.committedAtMs > newest.committedAtMs ? one : newest));
  const health = await healthOf(held, last.committedAtMs, ports);
  return { heldSinceMs: last.committedAtMs, broughtBy: last.sha || undefined, health };
}

/** The earliest of the commits in a row after which the target names the version. */
async function heldSince(
  target: TargetConfig,
  version: KnownVersion,
  { log, files }: ObservationPorts,
): Promise<LoggedCommit> {
  const commits = await log.ofFile(target.file);
  let earliest: LoggedCommit | undefined;
  for (const commit of commits) {
    if (!holds(await files.read(target.file, commit.sha), target, version)) break;
    earliest = commit;
  }
  // A log without the file's commits cannot say; long ago is what a version that no commit brought is.
  return earliest ?? { sha: '', committedAtMs: 0 };
}

function holds(text: string | undefined, target: TargetConfig, version: KnownVersion): boolean {
  if (text === undefined) return false;
  try {
    return matchVersion(readTarget(text, target), [version]) !== undefined;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

async function healthOf(
  { environment, nowMs }: HeldEnvironment,
  heldSinceMs: number,
  { log, signals }: ObservationPorts,
): Promise<Health> {
  const { health } = environment;
  if (health === undefined || health.from === 'none') {
    return decideHealth({ heldSinceMs, signals: undefined, settleMs: 0, deadlineMs: undefined, nowMs });
  }
  // Argo CD tells the health at the commit that it synced, which is any one since the version came.
  const commits = (await log.recent()).filter(({ committedAtMs }) => committedAtMs >= heldSinceMs);
  const source = { from: health.from, context: health.context ?? environment.name, creator: health.creator };
  const said = await signals.of(
    source,
    commits.map(({ sha }) => sha),
  );
  const settleMs = health.settle ?? (health.from === 'argocd' ? ARGOCD_SETTLE_MS : 0);
  return decideHealth({ heldSinceMs, signals: said, settleMs, deadlineMs: health.deadline, nowMs });
}
