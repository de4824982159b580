import type { Environment } from '../../domain/policy/environment.ts';
import { rollbackBranch } from '../../domain/promotion/branch-names.ts';
import { desiredRollback, type RollbackFacts } from '../../domain/promotion/desired-rollback.ts';
import type { Health } from '../../domain/promotion/health.ts';
import type { PromotionOutcome, RollbackOutcome } from '../../domain/promotion/outcome.ts';
import { isOlderVersion } from '../../domain/registry/is-older-version.ts';
import type { Issues } from '../../ports/github/issues.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { describeLateVerification } from '../../render/promotion/outcome.ts';
import { parseRollback } from '../../render/promotion/rollback.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import type { ModelSituation } from './model-situation.ts';
import type { TakenBack } from './plan-rollback.ts';
import { type Hold, type PromotionControls, withHold, withoutHolds } from './promotion-controls.ts';
import { openHold, proposeRollback, type RollbackPorts } from './propose-rollback.ts';

/** Ports of the repository that reconciling rollbacks uses. */
export interface RollbackReconcilingPorts extends RollbackPorts {
  readonly pullRequests: Pick<PullRequests, 'ofBranch' | 'open' | 'update' | 'close'>;
  readonly issues: Pick<Issues, 'open' | 'close'>;
  /** Asks to be called again at a moment when something may change that no event tells; epoch milliseconds. */
  readonly wake?: ((atMs: number) => void) | undefined;
}

/** Actions, and the situation with the current holds. */
export interface ReconciledRollbacks {
  readonly outcomes: readonly PromotionOutcome[];
  readonly situation: ModelSituation;
}

/** Action in one environment. */
interface Done {
  readonly outcomes: readonly RollbackOutcome[];
  readonly controls: PromotionControls;
}

/**
 * Takes versions back that failed where they run: holds them by an issue, and opens a pull request with the values from
 * before. What a deadline opened is withdrawn where the version is verified after all. Run twice, the second time writes
 * nothing. Has an outcome for each environment that has something to say.
 */
export async function reconcileRollbacks(
  before: ModelSituation,
  ports: RollbackReconcilingPorts,
): Promise<ReconciledRollbacks> {
  let situation = before;
  const outcomes: PromotionOutcome[] = [];
  for (const [index, environment] of situation.config.environments.entries()) {
    const pullRequests = await ownRollbacks(environment, situation, ports);
    const version = situation.running[index]?.version;
    const done =
      version === undefined
        ? { outcomes: await closeOverdue(pullRequests, ports), controls: situation.controls }
        : await reconcileOne({ environment, version, situation, pullRequests }, ports);
    for (const outcome of done.outcomes) outcomes.push({ environment: environment.name, ...outcome });
    situation = { ...situation, controls: done.controls };
  }
  return { outcomes, situation };
}

/** Our rollback pull requests of an environment, newest first. */
export async function ownRollbacks(
  environment: Environment,
  { model, self }: ModelSituation,
  { pullRequests }: { readonly pullRequests: Pick<PullRequests, 'ofBranch'> },
): Promise<readonly PullRequest[]> {
  const found = await pullRequests.ofBranch(rollbackBranch(model, environment.name));
  return found.filter(({ author }) => author === self);
}

interface Running extends TakenBack {
  /** Ours of the rollback branch, newest first. */
  readonly pullRequests: readonly PullRequest[];
}

async function reconcileOne(running: Running, ports: RollbackReconcilingPorts): Promise<Done> {
  const { environment, version, situation, pullRequests } = running;
  const own = pullRequests.filter(
    ({ body }) => parseRollback(body, situation.model, environment.name)?.digest === version.artifactDigest,
  );
  const others = pullRequests.filter((one) => !own.includes(one));
  const closed = await closeOverdue(others, ports);
  const health = (await situation.observations.of(environment.name))?.health;
  const answered =
    health === undefined
      ? { outcomes: [], controls: situation.controls }
      : await answerHealth({ ...running, pullRequests: own }, health, ports);
  const cleared = await closeHolds(environment.name, version, { controls: answered.controls, ports });
  return { outcomes: [...closed, ...answered.outcomes, ...cleared.outcomes], controls: cleared.controls };
}

async function answerHealth(running: Running, health: Health, ports: RollbackReconcilingPorts): Promise<Done> {
  const { environment, version, situation, pullRequests: own } = running;
  const { controls } = situation;
  if (health.state === 'waiting' && health.untilMs !== undefined) ports.wake?.(health.untilMs);
  const holds = controls.holds.filter(
    ({ environment: name, digest }) => name === environment.name && digest === version.artifactDigest,
  );
  if (health.state === 'verified') return withdraw(running, holds, ports);
  const desired = desiredRollback({
    health,
    hold: holds.length === 0 ? undefined : holds.some(({ isOpen }) => isOpen) ? 'open' : 'lifted',
    pullRequest: stateOf(own[0]),
  });
  if (desired.kind === 'none' || own[0]?.state === 'open') return { outcomes: [], controls };
  const asked = { reason: desired.reason, by: undefined, cause: desired.cause };
  const known = holds.find(({ isOpen }) => isOpen);
  const hold = known ?? (await openHold(running, asked, ports.issues));
  const outcome = await proposeRollback(running, { ...asked, hold: hold.issue }, ports);
  return { outcomes: [outcome], controls: known === undefined ? withHold(controls, hold) : controls };
}

/** A version that got healthy after its deadline: what the deadline alone had opened is taken away. */
async function withdraw(
  { environment, version, situation, pullRequests: own }: Running,
  holds: readonly Hold[],
  ports: RollbackReconcilingPorts,
): Promise<Done> {
  const late = holds.filter(({ isOpen, cause }) => isOpen && cause === 'deadline').map(({ issue }) => issue);
  const isOverdue = ({ body }: PullRequest) =>
    parseRollback(body, situation.model, environment.name)?.cause === 'deadline';
  const pulls = own.filter((one) => one.state === 'open' && isOverdue(one)).map(({ number }) => number);
  const word = describeLateVerification(version.version, environment.name);
  for (const number of pulls) await ports.pullRequests.close(number);
  for (const issue of late) await ports.issues.close(issue, word);
  const closed = [...pulls, ...late];
  return {
    outcomes: closed.length === 0 ? [] : [{ kind: 'verified-late', version: version.version, closed }],
    controls: withoutHolds(situation.controls, late),
  };
}

function stateOf(pullRequest: PullRequest | undefined): RollbackFacts['pullRequest'] {
  if (pullRequest === undefined) return undefined;
  if (pullRequest.state === 'open') return 'open';
  return pullRequest.merged ? 'merged' : 'declined';
}

/** Rollbacks of versions that do not run any more. */
async function closeOverdue(
  pullRequests: readonly PullRequest[],
  ports: RollbackReconcilingPorts,
): Promise<readonly RollbackOutcome[]> {
  const numbers = pullRequests.filter(({ state }) => state === 'open').map(({ number }) => number);
  for (const number of numbers) await ports.pullRequests.close(number);
  return numbers.length === 0 ? [] : [{ kind: 'closed-overdue-rollbacks', numbers }];
}

/** A hold has done its work when a newer version runs; of two that say the same, the older one stays. */
async function closeHolds(
  environment: string,
  { version }: KnownVersion,
  { controls, ports }: { readonly controls: PromotionControls; readonly ports: RollbackReconcilingPorts },
): Promise<Done> {
  const open = controls.holds.filter((hold) => hold.isOpen && hold.environment === environment);
  const closed: number[] = [];
  for (const { issue, version: held, digest } of open) {
    const same = open.find((other) => other.digest === digest && other.issue < issue);
    const isOver = isOlderVersion(held, version);
    if (!isOver && same === undefined) continue;
    const word = isOver ? `${environment} runs v${version}, which is newer.` : `#${same?.issue} is the same hold.`;
    await ports.issues.close(issue, word);
    closed.push(issue);
  }
  return {
    outcomes: closed.map((number) => ({ kind: 'closed-hold', number })),
    controls: withoutHolds(controls, closed),
  };
}
