import { isNamed } from '../../domain/manifest/match-version.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { type EnvironmentState, firstInRow, type TargetValues } from '../../domain/promotion/environment-history.ts';
import { decideHealth, type Health, type HealthFacts } from '../../domain/promotion/health.ts';
import type { Checks } from '../../ports/github/checks.ts';
import type { BranchTip } from '../../ports/github/commits.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import type { EnvironmentHistories } from './environment-histories.ts';

/** Dependencies of observing an environment. */
export interface ObservationSources {
  readonly checks: Pick<Checks, 'health'>;
  readonly histories: Pick<EnvironmentHistories, 'of' | 'tipsSince'>;
}

/** An environment that holds a version on the default branch. */
export interface HeldEnvironment {
  readonly environment: Environment;
  readonly version: KnownVersion;
  readonly nowMs: number;
}

/** Since when an environment holds a version, and whether it is verified there. */
export interface Observation {
  readonly heldSinceMs: number;
  readonly health: Health;
}

/**
 * Chosen: longer than the ten minutes after which a Deployment says by default that it makes no progress. Until then an
 * InferenceService whose new pods never come up reports the health of the old ones.
 */
const ARGOCD_SETTLE_MS = 15 * 60_000;
/** Chosen: after a sync Argo CD repeats the last model's word for some seconds. */
const MAX_FAILURE_SETTLE_MS = 60_000;
/** Chosen: each commit costs a request; what is said lately counts, and what was said when the version came. */
const [NEWEST_TIPS, OLDEST_TIPS] = [25, 5] as const;

/** A model's environments at one moment, and the versions that they hold. */
export interface HeldEnvironments {
  readonly held: readonly { readonly environment: Environment; readonly version: KnownVersion | undefined }[];
  readonly nowMs: number;
}

/** The health of a model's environments at one moment; each is asked for once, when it is first needed. */
export class EnvironmentObservations {
  readonly #held: HeldEnvironments;
  readonly #sources: ObservationSources;
  readonly #known = new Map<string, Promise<Observation>>();

  constructor(held: HeldEnvironments, sources: ObservationSources) {
    this.#held = held;
    this.#sources = sources;
  }

  /** Signals about the version that an environment holds; undefined if it holds none. */
  async of(name: string): Promise<Observation | undefined> {
    const { held, nowMs } = this.#held;
    const found = held.find(({ environment }) => environment.name === name);
    if (found?.version === undefined) return undefined;
    const { environment, version } = found;
    const observing = this.#known.get(name) ?? observeEnvironment({ environment, version, nowMs }, this.#sources);
    this.#known.set(name, observing);
    return observing;
  }

  /** True if a state of an environment that is over had failed there when it ended. */
  hadFailed(environment: Environment, state: EnvironmentState): Promise<boolean> {
    return hadFailed(environment, state, this.#sources);
  }
}

/** Observes an environment that holds a version: facts of Git and of GitHub alone, so that asking again tells the same. */
export async function observeEnvironment(held: HeldEnvironment, sources: ObservationSources): Promise<Observation> {
  const { environment, version, nowMs } = held;
  const history = await sources.histories.of(environment.name);
  const first = firstInRow(history, (values) => areNamed(values, version));
  // Where the default branch does not hold it (any more), it came just now: nothing that was said before is about it.
  const heldSinceMs = first?.arrivedAtMs ?? nowMs;
  const tips = (await sources.histories.tipsSince(heldSinceMs)).filter(({ arrivedAtMs }) => arrivedAtMs <= nowMs);
  return { heldSinceMs, health: await judgeHealth(environment, { heldSinceMs, nowMs, tips }, sources) };
}

/**
 * True if a state of an environment that is over had failed there when it ended; never where no one tells its health.
 * A signal about the commit that ended it is about the next state. A version that was verified and was not healthy for
 * a moment when the next one came (its node was drained) has not failed.
 */
export async function hadFailed(
  environment: Environment,
  { arrivedAtMs, endedAtMs }: EnvironmentState,
  sources: ObservationSources,
): Promise<boolean> {
  if (endedAtMs === undefined) return false;
  const tips = (await sources.histories.tipsSince(arrivedAtMs)).filter((tip) => tip.arrivedAtMs < endedAtMs);
  const health = await judgeHealth(environment, { heldSinceMs: arrivedAtMs, nowMs: endedAtMs, tips }, sources);
  return health.state === 'failed' && !(health.by === 'deadline' && health.onceVerified);
}

/** True if all targets of an environment name a version. */
export function areNamed(values: TargetValues, version: KnownVersion): boolean {
  return values.every((value) => value !== undefined && isNamed(value, version));
}

/** Judges by what was said between two moments, of these commits of the default branch. */
async function judgeHealth(
  { name, health }: Environment,
  { heldSinceMs, nowMs, tips }: Pick<HealthFacts, 'heldSinceMs' | 'nowMs'> & { readonly tips: readonly BranchTip[] },
  { checks }: Pick<ObservationSources, 'checks'>,
): Promise<Health> {
  const facts = { heldSinceMs, nowMs };
  if (health === undefined || health.from === 'none') {
    return decideHealth({ ...facts, signals: undefined, settleMs: 0, deadlineMs: undefined });
  }
  const source = { from: health.from, context: health.context ?? name, creator: health.creator };
  const said = await checks.health(source, asked(tips));
  const settleMs = health.settle ?? (health.from === 'argocd' ? ARGOCD_SETTLE_MS : 0);
  const failureSettleMs = Math.min(settleMs, MAX_FAILURE_SETTLE_MS);
  return decideHealth({
    ...facts,
    signals: said.filter(({ atMs }) => atMs <= nowMs),
    settleMs,
    failureSettleMs,
    deadlineMs: health.deadline,
  });
}

function asked(tips: readonly BranchTip[]): readonly string[] {
  const shas = tips.map(({ sha }) => sha);
  if (shas.length <= NEWEST_TIPS + OLDEST_TIPS) return shas;
  return [...shas.slice(0, NEWEST_TIPS), ...shas.slice(-OLDEST_TIPS)];
}
