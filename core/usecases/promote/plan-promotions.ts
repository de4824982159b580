import type { Environment } from '../../domain/policy/environment.ts';
import { promotionBranch } from '../../domain/promotion/branch-names.ts';
import type { UnmetCondition } from '../../domain/promotion/conditions.ts';
import {
  type DesiredPromotion,
  desiredPromotions,
  type EnvironmentFacts,
} from '../../domain/promotion/desired-promotion.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { parsePromotionData } from '../../render/promotion/promotion.ts';
import { formatMarker, hasMarker } from '../../render/text/marker.ts';
import type { RunningEnvironment } from '../registry/find-running-versions.ts';
import type { KnownVersion, RefusedTag } from '../registry/version-catalog.ts';
import type { ModelSituation } from './model-situation.ts';
import { conditionsFor, upstreamOf } from './promotion-conditions.ts';
import { heldDigests } from './promotion-controls.ts';

/** Pull requests that have to be open per environment, and the reasons for the others: plain values. */
export interface PromotionPlan {
  /** Tags that are not believed, of those that were looked at. */
  readonly refused: readonly RefusedTag[];
  readonly steps: readonly PlannedPromotion[];
}

/** One environment of a plan. */
export interface PlannedPromotion {
  readonly environment: Environment;
  readonly desired: DesiredPromotion<KnownVersion>;
  readonly running: RunningEnvironment | undefined;
  /** Ours of this branch, newest first. */
  readonly pullRequests: readonly PullRequest[];
  /** Reasons that keep the desired version out now; none if no version is desired. */
  readonly waiting: readonly UnmetCondition[];
}

/** Inputs of planning. */
export interface PlanningPorts {
  readonly pullRequests: Pick<PullRequests, 'ofBranch'>;
}

/**
 * Decides what the promotion pull requests of a model have to be; nothing is written.
 *
 * @param again An environment for which a person asks again: earlier answers there do not count.
 */
export async function planPromotions(
  situation: ModelSituation,
  ports: PlanningPorts,
  again?: string,
): Promise<PromotionPlan> {
  const { catalog, config, running } = situation;
  const { environments } = config;
  const newest = await catalog.newest();
  const pullRequests = await Promise.all(environments.map(({ name }) => ownPullRequests(situation, name, ports)));
  const facts = environments.map(
    (environment, index): EnvironmentFacts<KnownVersion> => ({
      name: environment.name,
      after: upstreamOf(environment, environments),
      running: running[index]?.version,
      disagrees: running[index]?.disagrees === true,
      held: heldDigests(situation.controls, environment.name),
      ...answersOf(pullRequests[index] ?? [], again === environment.name),
    }),
  );
  const desired = desiredPromotions(newest, facts);
  const steps = environments.map(async (environment, index): Promise<readonly PlannedPromotion[]> => {
    const one = desired[index];
    if (one === undefined) return [];
    const waiting = one.kind === 'open' ? await conditionsFor(environment, one.version, situation) : [];
    const own = pullRequests[index] ?? [];
    return [{ environment, desired: one, running: running[index], pullRequests: own, waiting }];
  });
  return { steps: (await Promise.all(steps)).flat(), refused: catalog.refused() };
}

async function ownPullRequests(
  { model, self }: ModelSituation,
  environment: string,
  { pullRequests }: PlanningPorts,
): Promise<readonly PullRequest[]> {
  const found = await pullRequests.ofBranch(promotionBranch(model, environment));
  const marker = formatMarker('promotion', model, environment);
  return found.filter(({ author, body }) => author === self && hasMarker(body, marker));
}

/** Decision of people on each version, from its newest pull request. */
function answersOf(
  pullRequests: readonly PullRequest[],
  again: boolean,
): Pick<EnvironmentFacts<KnownVersion>, 'declined' | 'merged' | 'proposed'> {
  const newest = new Map<string, PullRequest>();
  for (const pullRequest of pullRequests) {
    const version = parsePromotionData(pullRequest.body)?.version;
    if (version !== undefined && !newest.has(version)) newest.set(version, pullRequest);
  }
  const versions = (fits: (one: PullRequest) => boolean) =>
    [...newest].flatMap(([version, pullRequest]) => (fits(pullRequest) ? [version] : []));
  return {
    declined: again ? [] : versions(({ state, merged }) => state === 'closed' && !merged),
    merged: again ? [] : versions(({ merged }) => merged),
    proposed: versions(({ state }) => state === 'open')[0],
  };
}
