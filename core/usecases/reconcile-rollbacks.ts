import type { EnvironmentConfig } from '../config/environment-config.ts';
import { rollbackBranch } from '../domain/promotion/branch-names.ts';
import { desiredRollback, type RollbackFacts } from '../domain/promotion/desired-rollback.ts';
import { isOlderVersion } from '../domain/registry/is-older-version.ts';
import type { PullRequest } from '../ports/pull-requests.ts';
import { parseRollback } from '../render/rollback.ts';
import { findRunningVersions } from './find-running-versions.ts';
import { PromotionGates } from './promotion-gates.ts';
import { openHold, proposeRollback } from './propose-rollback.ts';
import type { PromotionPorts, PromotionRequest } from './reconcile-promotions.ts';
import { type KnownVersion, VersionCatalog } from './version-catalog.ts';

interface Situation {
  readonly request: PromotionRequest;
  readonly ports: PromotionPorts;
  readonly base: { readonly name: string; readonly sha: string };
  readonly environment: EnvironmentConfig;
  readonly version: KnownVersion;
  readonly gates: PromotionGates;
  /** Ours of the rollback branch, newest first. */
  readonly pullRequests: readonly PullRequest[];
}

/**
 * Takes versions back that failed where they run: holds them by an issue, and opens a pull request with the values from
 * before. Run twice, the second time writes nothing. Returns one line an environment that has something to say.
 */
export async function reconcileRollbacks(request: PromotionRequest, ports: PromotionPorts): Promise<readonly string[]> {
  const { model, config, self, nowMs } = request;
  const { environments } = config;
  const base = await ports.branches.default();
  const catalog = new VersionCatalog(model, ports.tags);
  const running = await findRunningVersions(environments, { files: ports.files, catalog }, base.sha);
  const gates = new PromotionGates({ model, environments, running, self, nowMs }, ports);
  const outcomes: string[] = [];
  for (const [index, environment] of environments.entries()) {
    const found = await ports.pullRequests.ofBranch(rollbackBranch(model, environment.name));
    const pullRequests = found.filter(({ author }) => author === self);
    const version = running[index]?.version;
    const done =
      version === undefined
        ? await closeOverdue(pullRequests, ports)
        : await reconcileOne({ request, ports, base, environment, version, gates, pullRequests });
    if (done !== undefined) outcomes.push(`${environment.name}: ${done}`);
    if (version !== undefined) outcomes.push(...(await closeHolds(environment.name, version, { gates, ports })));
  }
  return outcomes;
}

async function reconcileOne(situation: Situation): Promise<string | undefined> {
  const { request, environment, version, gates, ports } = situation;
  const own = situation.pullRequests.filter(
    ({ body }) => parseRollback(body, request.model, environment.name)?.digest === version.artifactDigest,
  );
  const overdue = situation.pullRequests.filter((one) => !own.includes(one));
  await closeOverdue(overdue, ports);
  const health = (await gates.observe(environment.name))?.health;
  if (health === undefined) return undefined;
  const { holds } = await gates.controls();
  const hold = holds.filter(
    ({ environment: name, digest }) => name === environment.name && digest === version.artifactDigest,
  );
  const desired = desiredRollback({
    health,
    hold: hold.length === 0 ? undefined : hold.some(({ isOpen }) => isOpen) ? 'open' : 'lifted',
    pullRequest: fateOf(own[0]),
  });
  if (desired.kind === 'none' || own[0]?.state === 'open') return undefined;
  const asked = { reason: desired.reason, by: undefined };
  const held = hold.find(({ isOpen }) => isOpen)?.issue ?? (await openHold(situation, asked));
  return proposeRollback(situation, { ...asked, hold: held });
}

function fateOf(pullRequest: PullRequest | undefined): RollbackFacts['pullRequest'] {
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
  { gates, ports }: Pick<Situation, 'gates' | 'ports'>,
): Promise<readonly string[]> {
  const { holds } = await gates.controls();
  const open = holds.filter((hold) => hold.isOpen && hold.environment === environment);
  const closed: string[] = [];
  for (const { issue, version: held, digest } of open) {
    const same = open.find((other) => other.digest === digest && other.issue < issue);
    const isOver = isOlderVersion(held, version);
    if (!isOver && same === undefined) continue;
    const word = isOver ? `${environment} runs v${version}, which is newer.` : `#${same?.issue} says the same.`;
    await ports.controls.close(issue, word);
    closed.push(`${environment}: closed hold #${issue}`);
  }
  return closed;
}
