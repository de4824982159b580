import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { promotionBranch } from '../../domain/promotion/branch-names.ts';
import {
  type DesiredPromotion,
  desiredPromotions,
  type EnvironmentFacts,
} from '../../domain/promotion/desired-promotion.ts';
import { UserError } from '../../errors.ts';
import type { Branches, BranchHead } from '../../ports/github/branches.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { parsePromotionData, renderPromotion } from '../../render/promotion/promotion.ts';
import { formatMarker, hasMarker } from '../../render/text/marker.ts';
import type { RunningEnvironment } from '../registry/find-running-versions.ts';
import type { KnownVersion, RefusedTag } from '../registry/version-catalog.ts';
import { planDeployment } from './deploy-version.ts';
import { deploymentWarnings } from './deployment-warnings.ts';
import { type ModelSituation, readSituation, type SituationPorts, type SituationRequest } from './model-situation.ts';
import { isPlannedCommit } from './planned-commit.ts';
import { upstreamOf } from './promotion-conditions.ts';
import type { ReleaseEvaluations } from './release-evaluations.ts';
import { upsertPullRequest } from './upsert-pull-request.ts';

/** A model whose promotions are brought into their desired state. */
export interface PromotionRequest extends SituationRequest {
  /** An environment for which a person asks again: earlier answers there do not count. */
  readonly again?: string | undefined;
}

/** What reconciling promotions needs of the repository. */
export interface PromotionPorts extends SituationPorts {
  readonly branches: Branches;
  readonly pullRequests: PullRequests;
  readonly evaluations: Pick<ReleaseEvaluations, 'of'>;
  /** Asks to be called again at a moment when something may change that no event tells; epoch milliseconds. */
  readonly wake?: ((atMs: number) => void) | undefined;
}

/** What was done in an environment; `environment` undefined: about the model as a whole. */
export interface PromotionOutcome {
  readonly environment: string | undefined;
  /** For people: a clause. */
  readonly text: string;
}

/** What has to be open where, and why not; nothing is written. */
export interface PromotionPlan {
  readonly situation: ModelSituation;
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
}

/**
 * Makes the promotion pull requests of a model what they have to be. Every trigger ends here; run twice, the second
 * time writes nothing.
 */
export async function reconcilePromotions(
  request: PromotionRequest,
  ports: PromotionPorts,
): Promise<readonly PromotionOutcome[]> {
  const plan = await planPromotions(request, ports);
  const outcomes: PromotionOutcome[] = plan.refused.map(({ version, reason }) => ({
    environment: undefined,
    text: `not trusted: v${version}: ${reason}`,
  }));
  for (const step of plan.steps) {
    outcomes.push({ environment: step.environment.name, text: await apply(step, { plan, request, ports }) });
  }
  return outcomes;
}

/** Decides what the promotion pull requests of a model have to be. */
export async function planPromotions(request: PromotionRequest, ports: PromotionPorts): Promise<PromotionPlan> {
  const { environments } = request.config;
  const situation = await readSituation(request, ports);
  const { catalog, running } = situation;
  const newest = await catalog.newest();
  const pullRequests = await Promise.all(
    environments.map(({ name }) => ownPullRequests(request, name, ports.pullRequests)),
  );
  const facts = environments.map(
    async (environment, index): Promise<EnvironmentFacts<KnownVersion>> => ({
      name: environment.name,
      after: upstreamOf(environment, environments),
      running: running[index]?.version,
      disagrees: running[index]?.disagrees === true,
      held: await situation.conditions.held(environment.name),
      ...answersOf(pullRequests[index] ?? [], request.again === environment.name),
    }),
  );
  const desired = desiredPromotions(newest, await Promise.all(facts));
  const steps = environments.flatMap((environment, index) => {
    const one = desired[index];
    if (one === undefined) return [];
    return [{ environment, desired: one, running: running[index], pullRequests: pullRequests[index] ?? [] }];
  });
  return { situation, refused: catalog.refused(), steps };
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

interface Applied {
  readonly plan: PromotionPlan;
  readonly request: PromotionRequest;
  readonly ports: PromotionPorts;
}

async function apply(step: PlannedPromotion, applied: Applied): Promise<string> {
  const { desired, pullRequests } = step;
  const open = pullRequests.find(({ state }) => state === 'open');
  if (desired.kind === 'open') {
    return openOrUpdate({ step, version: desired.version, replaces: desired.replaces, open }, applied).catch(
      unwritable,
    );
  }
  if (open === undefined) return desired.reason;
  await applied.ports.pullRequests.close(open.number);
  return `closed #${open.number}: ${desired.reason}`;
}

/** What people have to correct in one environment does not keep the others waiting. */
function unwritable(error: unknown): string {
  if (error instanceof UserError) return `${error.message}. ${error.fix}`;
  throw error;
}

interface Wanted {
  readonly step: PlannedPromotion;
  readonly version: KnownVersion;
  readonly replaces: KnownVersion | undefined;
  readonly open: PullRequest | undefined;
}

async function openOrUpdate({ step, version, replaces, open }: Wanted, applied: Applied): Promise<string> {
  const { request, ports } = applied;
  const { base, conditions } = applied.plan.situation;
  const { environment, pullRequests } = step;
  const edits = await planDeployment(environment, version, (file) => ports.files.read(file, base.sha));
  if (edits.length === 0) return `has v${version.version}`;
  const branch = promotionBranch(request.model, environment.name);
  const head = await ports.branches.head(branch);
  if (open !== undefined && head !== undefined && !(await isOurs(head, { step, open, version }, applied))) {
    return `#${open.number} was changed by a person: not updated`;
  }
  const rendered = renderPromotion({
    model: request.model,
    environment: environment.name,
    version,
    replaces,
    files: edits.map(({ file }) => file),
    warnings: await deploymentWarnings(environment, edits),
    waiting: await conditions.waiting(environment, version),
    autoMerge: environment.autoMerge,
    evaluation: await ports.evaluations.of(request.model, version),
    earlier: pullRequests.filter(({ merged }) => merged).map(({ number }) => number),
  });
  const kept = { branch, base, edits, ...rendered, open, head };
  const { number, did } = await upsertPullRequest(kept, ports);
  if (did === 'opened') return `opened #${number} for v${version.version}`;
  return did === 'nothing' ? `#${number} is up to date` : `updated #${number} to v${version.version}`;
}

/**
 * Whether the branch holds what we planned for it, and nothing of a person: the plan of the version that its pull request
 * names, whose text only decides whether our own commit is made again.
 */
async function isOurs(
  head: BranchHead,
  { step, open, version }: Pick<Wanted, 'step' | 'version'> & { readonly open: PullRequest },
  { plan, ports }: Applied,
): Promise<boolean> {
  const baseSha = plan.situation.base.sha;
  const planned = (one: DeployedVersion) =>
    isPlannedCommit(head, { environment: step.environment, version: one, baseSha }, ports);
  if (await planned(version)) return true;
  const named = parsePromotionData(open.body);
  if (named === undefined || named.version === version.version) return false;
  const earlier = named.written ?? (await plan.situation.catalog.find(named.version));
  return earlier !== undefined && planned({ ...earlier, version: named.version });
}
