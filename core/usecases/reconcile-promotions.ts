import type { EnvironmentConfig } from '../config/environment-config.ts';
import type { ModelConfig } from '../config/tidegate-config.ts';
import { promotionBranch } from '../domain/promotion/branch-names.ts';
import {
  type DesiredPromotion,
  desiredPromotions,
  type EnvironmentFacts,
} from '../domain/promotion/desired-promotion.ts';
import type { Branches } from '../ports/branches.ts';
import type { CommitHistory } from '../ports/commit-history.ts';
import type { PullRequest, PullRequests } from '../ports/pull-requests.ts';
import type { VersionTags } from '../ports/version-tags.ts';
import type { WorkflowRuns } from '../ports/workflow-runs.ts';
import { formatMarker, hasMarker } from '../render/marker.ts';
import { parsePromotionData, renderPromotion } from '../render/promotion.ts';
import { newestBelieved } from './believe-version.ts';
import { planDeployment } from './deploy-version.ts';
import { findRunningVersions, type RunningEnvironment } from './find-running-versions.ts';
import { keepPullRequest } from './keep-pull-request.ts';
import { type GatePorts, PromotionGates, upstreamOf } from './promotion-gates.ts';
import type { ReleaseEvaluations } from './release-evaluations.ts';
import { type KnownVersion, VersionCatalog } from './version-catalog.ts';

/** A model whose promotions are brought into their desired state. */
export interface PromotionRequest {
  readonly model: string;
  readonly config: ModelConfig;
  /** Our own login: only pull requests of ours count. */
  readonly self: string;
  readonly nowMs: number;
  /** An environment for which a person asks again: earlier answers there do not count. */
  readonly again?: string | undefined;
}

/** What reconciling promotions needs of the repository. */
export interface PromotionPorts extends GatePorts {
  readonly tags: VersionTags;
  readonly history: CommitHistory;
  readonly runs: WorkflowRuns;
  readonly branches: Branches;
  readonly pullRequests: PullRequests;
  readonly evaluations: Pick<ReleaseEvaluations, 'of'>;
}

/** What was done, for the log: one line an environment. */
export type PromotionOutcome = readonly string[];

/** An environment and what is known of it. */
export interface Situation {
  readonly request: PromotionRequest;
  readonly ports: PromotionPorts;
  readonly base: { readonly name: string; readonly sha: string };
  readonly environment: EnvironmentConfig;
  readonly gates: PromotionGates;
  /** Ours of this branch, newest first. */
  readonly pullRequests: readonly PullRequest[];
}

/** What has to be open where, and why not; nothing is written. */
export interface PromotionPlan {
  readonly refused: readonly string[];
  readonly steps: readonly PlannedPromotion[];
}

/** One environment of a plan. */
export interface PlannedPromotion {
  readonly desired: DesiredPromotion<KnownVersion>;
  readonly running: RunningEnvironment | undefined;
  readonly situation: Situation;
}

/**
 * Makes the promotion pull requests of a model what they have to be. Every trigger ends here; run twice, the second
 * time writes nothing.
 */
export async function reconcilePromotions(request: PromotionRequest, ports: PromotionPorts): Promise<PromotionOutcome> {
  const { refused, steps } = await planPromotions(request, ports);
  const outcomes: string[] = refused.map((reason) => `not believed: ${reason}`);
  for (const { desired, situation } of steps) {
    outcomes.push(`${desired.environment}: ${await apply(desired, situation)}`);
  }
  return outcomes;
}

/** Decides what the promotion pull requests of a model have to be. */
export async function planPromotions(request: PromotionRequest, ports: PromotionPorts): Promise<PromotionPlan> {
  const { model, config, self, nowMs } = request;
  const { environments } = config;
  const base = await ports.branches.default();
  const catalog = new VersionCatalog(model, ports.tags);
  const believed = { defaultBranch: base, store: config.register?.store };
  const { version: newest, refused } = await newestBelieved(catalog, believed, ports);
  const running = await findRunningVersions(environments, { files: ports.files, catalog }, base.sha);
  const gates = new PromotionGates({ model, environments, running, self, nowMs }, ports);
  const situations = await Promise.all(
    environments.map(async (environment): Promise<Situation> => {
      const pullRequests = await ownPullRequests(request, environment.name, ports.pullRequests);
      return { request, ports, base, environment, gates, pullRequests };
    }),
  );
  const desired = desiredPromotions(newest, await factsOf(situations, running));
  const steps = desired.flatMap((one, index) => {
    const situation = situations[index];
    return situation === undefined ? [] : [{ desired: one, running: running[index], situation }];
  });
  return { refused, steps };
}

async function factsOf(
  situations: readonly Situation[],
  running: readonly RunningEnvironment[],
): Promise<readonly EnvironmentFacts<KnownVersion>[]> {
  return Promise.all(
    situations.map(async ({ environment, gates, request, pullRequests }, index) => ({
      name: environment.name,
      after: upstreamOf(environment, request.config.environments),
      running: running[index]?.version,
      disagrees: running[index]?.disagrees === true,
      held: await gates.held(environment.name),
      ...answersOf(pullRequests, request.again === environment.name),
    })),
  );
}

async function ownPullRequests(
  { model, self }: PromotionRequest,
  environment: string,
  pullRequests: PullRequests,
): Promise<readonly PullRequest[]> {
  const found = await pullRequests.ofBranch(promotionBranch(model, environment));
  const marker = formatMarker('promotion', model, environment);
  return found.filter(({ author, body }) => author === self && hasMarker(body, marker));
}

/** What people answered to each version: its newest pull request tells. */
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

async function apply(promotion: DesiredPromotion<KnownVersion>, situation: Situation): Promise<string> {
  const open = situation.pullRequests.find(({ state }) => state === 'open');
  if (promotion.kind === 'open') return openOrUpdate(promotion, situation, open);
  if (open === undefined) return promotion.reason;
  await situation.ports.pullRequests.close(open.number);
  return `closed #${open.number}: ${promotion.reason}`;
}

async function openOrUpdate(
  { version, replaces }: Extract<DesiredPromotion<KnownVersion>, { kind: 'open' }>,
  { request, ports, base, environment, gates, pullRequests }: Situation,
  open: PullRequest | undefined,
): Promise<string> {
  const edits = await planDeployment(environment, version, (file) => ports.files.read(file, base.sha));
  if (edits.length === 0) return `holds v${version.version}`;
  const branch = promotionBranch(request.model, environment.name);
  const head = await ports.branches.head(branch);
  if (open !== undefined && head !== undefined && head.author !== request.self) {
    return `#${open.number} has a commit of ${head.author ?? 'a person'}: left as it is`;
  }
  const rendered = renderPromotion({
    model: request.model,
    environment: environment.name,
    version,
    replaces,
    files: edits.map(({ file }) => file),
    waiting: await gates.waiting(environment, version),
    autoMerge: environment.autoMerge,
    evaluation: await ports.evaluations.of(request.model, version),
    earlier: pullRequests.filter(({ merged }) => merged).map(({ number }) => number),
  });
  const kept = { branch, base, edits, ...rendered, open, head };
  const { number, did } = await keepPullRequest(kept, ports);
  if (did === 'opened') return `opened #${number} for v${version.version}`;
  return did === 'nothing' ? `#${number} is as it should be` : `updated #${number} to v${version.version}`;
}
