import type { EnvironmentConfig } from '../config/environment-config.ts';
import type { ModelConfig } from '../config/tidegate-config.ts';
import { promotionBranch } from '../domain/promotion/branch-names.ts';
import { type DesiredPromotion, desiredPromotions } from '../domain/promotion/desired-promotion.ts';
import type { Branches } from '../ports/branches.ts';
import type { CommitHistory } from '../ports/commit-history.ts';
import type { PullRequest, PullRequests } from '../ports/pull-requests.ts';
import type { RepositoryFiles } from '../ports/repository-files.ts';
import type { VersionTags } from '../ports/version-tags.ts';
import type { WorkflowRuns } from '../ports/workflow-runs.ts';
import { formatMarker, hasMarker } from '../render/marker.ts';
import { parsePromotionData, renderPromotion } from '../render/promotion.ts';
import { newestBelieved } from './believe-version.ts';
import { planDeployment } from './deploy-version.ts';
import { findRunningVersions } from './find-running-versions.ts';
import { type KnownVersion, VersionCatalog } from './version-catalog.ts';

/** A model whose promotions are brought into their desired state. */
export interface PromotionRequest {
  readonly model: string;
  readonly config: ModelConfig;
  /** Our own login: only pull requests of ours count. */
  readonly self: string;
}

/** What reconciling promotions needs of the repository. */
export interface PromotionPorts {
  readonly tags: VersionTags;
  readonly history: CommitHistory;
  readonly runs: WorkflowRuns;
  readonly files: RepositoryFiles;
  readonly branches: Branches;
  readonly pullRequests: PullRequests;
}

/** What was done, for the log: one line an environment. */
export type PromotionOutcome = readonly string[];

interface Situation {
  readonly request: PromotionRequest;
  readonly ports: PromotionPorts;
  readonly base: { readonly name: string; readonly sha: string };
  readonly environment: EnvironmentConfig;
  /** Ours of this branch, newest first. */
  readonly pullRequests: readonly PullRequest[];
}

/**
 * Makes the promotion pull requests of a model what they have to be. Every trigger ends here; run twice, the second
 * time writes nothing.
 */
export async function reconcilePromotions(request: PromotionRequest, ports: PromotionPorts): Promise<PromotionOutcome> {
  const { model, config } = request;
  const base = await ports.branches.default();
  const catalog = new VersionCatalog(model, ports.tags);
  const { version: newest, refused } = await newestBelieved(
    catalog,
    { defaultBranch: base, store: config.register?.store },
    ports,
  );
  const running = await findRunningVersions(config.environments, { files: ports.files, catalog }, base.sha);
  const situations = await Promise.all(
    config.environments.map(async (environment) => ({
      request,
      ports,
      base,
      environment,
      pullRequests: await ownPullRequests(request, environment.name, ports.pullRequests),
    })),
  );
  const desired = desiredPromotions(
    newest,
    situations.map(({ environment, pullRequests }, index) => ({
      name: environment.name,
      after: environment.after ?? (index === 0 ? [] : [config.environments[index - 1]?.name ?? '']),
      running: running[index]?.version,
      disagrees: running[index]?.disagrees === true,
      declined: versionsOf(pullRequests.filter(({ state, merged }) => state === 'closed' && !merged)),
      merged: versionsOf(pullRequests.filter(({ merged }) => merged)),
    })),
  );
  const outcomes: string[] = refused.map((reason) => `not believed: ${reason}`);
  for (const [index, promotion] of desired.entries()) {
    const situation = situations[index];
    if (situation !== undefined) outcomes.push(`${promotion.environment}: ${await apply(promotion, situation)}`);
  }
  return outcomes;
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

function versionsOf(pullRequests: readonly PullRequest[]): readonly string[] {
  return pullRequests.flatMap(({ body }) => parsePromotionData(body)?.version ?? []);
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
  { request, ports, base, environment, pullRequests }: Situation,
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
    undecidedGates: undecidedGates(environment),
    earlier: pullRequests.filter(({ merged }) => merged).map(({ number }) => number),
  });
  const current = await Promise.all(
    edits.map(({ file }) => (head === undefined ? undefined : ports.files.read(file, branch))),
  );
  const rendering = open !== undefined && edits.every(({ after }, index) => current[index] === after);
  if (!rendering) {
    const files = edits.map(({ file, after }) => ({ path: file, text: after }));
    await ports.branches.commit({ branch, base: base.sha, files, message: rendered.commitMessage });
  }
  if (open === undefined) {
    const made = await ports.pullRequests.open({ branch, base: base.name, title: rendered.title, body: rendered.body });
    return `opened #${made.number} for v${version.version}`;
  }
  if (open.title === rendered.title && open.body === rendered.body) return `#${open.number} is as it should be`;
  await ports.pullRequests.update(open.number, { title: rendered.title, body: rendered.body });
  return `updated #${open.number} to v${version.version}`;
}

/** Gates of an environment that this version cannot decide: what it cannot decide stays closed. */
export function undecidedGates(environment: EnvironmentConfig): readonly string[] {
  return [
    ...(environment.soak === undefined ? [] : ['soak']),
    ...(environment.freeze.length === 0 ? [] : ['freeze']),
    ...(environment.allow.length === 0 ? [] : ['allow']),
  ];
}

/** Whether a version in this environment counts as verified by its merge alone. */
export function isVerifiedByMerge({ health }: EnvironmentConfig): boolean {
  return health === undefined || health.from === 'none';
}
