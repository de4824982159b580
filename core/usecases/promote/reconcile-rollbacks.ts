import type { Environment } from '../../domain/policy/environment.ts';
import { rollbackBranch } from '../../domain/promotion/branch-names.ts';
import { desiredRollback, type RollbackFacts } from '../../domain/promotion/desired-rollback.ts';
import type { Health } from '../../domain/promotion/health.ts';
import { isOlderVersion } from '../../domain/registry/is-older-version.ts';
import type { PullRequest } from '../../ports/github/pull-requests.ts';
import { parseRollback } from '../../render/promotion/rollback.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { type ModelSituation, readSituation } from './model-situation.ts';
import type { Hold } from './promotion-controls.ts';
import { openHold, proposeRollback } from './propose-rollback.ts';
import type { PromotionOutcome, PromotionPorts, PromotionRequest } from './reconcile-promotions.ts';

interface Situation {
  readonly request: PromotionRequest;
  readonly ports: PromotionPorts;
  readonly model: ModelSituation;
  readonly environment: Environment;
  readonly version: KnownVersion;
  /** Ours of the rollback branch, newest first. */
  readonly pullRequests: readonly PullRequest[];
}

/**
 * Takes versions back that failed where they run: holds them by an issue, and opens a pull request with the values from
 * before. What a deadline opened is withdrawn where the version is verified after all. Run twice, the second time writes
 * nothing. Returns one entry an environment that has something to say.
 */
export async function reconcileRollbacks(
  request: PromotionRequest,
  ports: PromotionPorts,
): Promise<readonly PromotionOutcome[]> {
  const situation = await readSituation(request, ports);
  const outcomes: PromotionOutcome[] = [];
  for (const [index, environment] of request.config.environments.entries()) {
    const found = await ports.pullRequests.ofBranch(rollbackBranch(request.model, environment.name));
    const pullRequests = found.filter(({ author }) => author === request.self);
    const version = situation.running[index]?.version;
    const texts =
      version === undefined
        ? [await closeOverdue(pullRequests, ports)]
        : await reconcileOne({ request, ports, model: situation, environment, version, pullRequests });
    for (const text of texts) if (text !== undefined) outcomes.push({ environment: environment.name, text });
  }
  return outcomes;
}

async function reconcileOne(situation: Situation): Promise<readonly (string | undefined)[]> {
  const { request, environment, version, model, ports } = situation;
  const own = situation.pullRequests.filter(
    ({ body }) => parseRollback(body, request.model, environment.name)?.digest === version.artifactDigest,
  );
  const closed = await closeOverdue(
    situation.pullRequests.filter((one) => !own.includes(one)),
    ports,
  );
  const health = (await model.conditions.observe(environment.name))?.health;
  const done = health === undefined ? undefined : await answerHealth(situation, health, own);
  return [closed, done, ...(await closeHolds(environment.name, version, situation))];
}

async function answerHealth(
  situation: Situation,
  health: Health,
  own: readonly PullRequest[],
): Promise<string | undefined> {
  const { environment, version, model, ports } = situation;
  if (health.state === 'waiting' && health.untilMs !== undefined) ports.wake?.(health.untilMs);
  const { holds } = await model.conditions.controls();
  const hold = holds.filter(
    ({ environment: name, digest }) => name === environment.name && digest === version.artifactDigest,
  );
  if (health.state === 'verified') return withdraw(situation, { own, hold });
  const desired = desiredRollback({
    health,
    hold: hold.length === 0 ? undefined : hold.some(({ isOpen }) => isOpen) ? 'open' : 'lifted',
    pullRequest: stateOf(own[0]),
  });
  if (desired.kind === 'none' || own[0]?.state === 'open') return undefined;
  const asked = { reason: desired.reason, by: undefined, cause: desired.cause };
  const held = hold.find(({ isOpen }) => isOpen)?.issue ?? (await openHold(situation, asked));
  return proposeRollback(situation, { ...asked, hold: held });
}

/** A version that got healthy after its deadline: what the deadline alone had opened is taken away. */
async function withdraw(
  { request, environment, version, ports }: Situation,
  { own, hold }: { readonly own: readonly PullRequest[]; readonly hold: readonly Hold[] },
): Promise<string | undefined> {
  const late = hold.filter(({ isOpen, cause }) => isOpen && cause === 'deadline');
  const pulls = own.filter(
    ({ state, body }) => state === 'open' && parseRollback(body, request.model, environment.name)?.cause === 'deadline',
  );
  const word = `v${version.version} is verified in ${environment.name} now: it was only late.`;
  for (const { number } of pulls) await ports.pullRequests.close(number);
  for (const { issue } of late) await ports.controls.close(issue, word);
  const numbers = [...pulls.map(({ number }) => number), ...late.map(({ issue }) => issue)];
  return numbers.length === 0 ? undefined : `${word} Closed ${numbers.map((number) => `#${number}`).join(', ')}`;
}

function stateOf(pullRequest: PullRequest | undefined): RollbackFacts['pullRequest'] {
  if (pullRequest === undefined) return undefined;
  if (pullRequest.state === 'open') return 'open';
  return pullRequest.merged ? 'merged' : 'declined';
}

/** Rollbacks of versions that do not run any more. */
async function closeOverdue(pullRequests: readonly PullRequest[], ports: PromotionPorts): Promise<string | undefined> {
  const open = pullRequests.filter(({ state }) => state === 'open');
  for (const { number } of open) await ports.pullRequests.close(number);
  return open.length === 0 ? undefined : `closed ${open.map(({ number }) => `#${number}`).join(', ')}`;
}

/** A hold has done its work when a newer version runs; of two that say the same, the older one stays. */
async function closeHolds(
  environment: string,
  { version }: KnownVersion,
  { model, ports }: Pick<Situation, 'model' | 'ports'>,
): Promise<readonly string[]> {
  const { holds } = await model.conditions.controls();
  const open = holds.filter((hold) => hold.isOpen && hold.environment === environment);
  const closed: string[] = [];
  for (const { issue, version: held, digest } of open) {
    const same = open.find((other) => other.digest === digest && other.issue < issue);
    const isOver = isOlderVersion(held, version);
    if (!isOver && same === undefined) continue;
    const word = isOver ? `${environment} runs v${version}, which is newer.` : `#${same?.issue} is the same hold.`;
    await ports.controls.close(issue, word);
    closed.push(`closed hold #${issue}`);
  }
  return closed;
}
