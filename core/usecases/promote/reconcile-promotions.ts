import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import { promotionBranch } from '../../domain/promotion/branch-names.ts';
import type { PromotionOutcome, ProposalOutcome } from '../../domain/promotion/outcome.ts';
import { UserError } from '../../errors.ts';
import type { BranchHead, Commits } from '../../ports/github/commits.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import { parsePromotionData, renderPromotion } from '../../render/promotion/promotion.ts';
import { upsertPullRequest } from '../propose/upsert-pull-request.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { planDeployment } from './deploy-version.ts';
import { deploymentWarnings } from './deployment-warnings.ts';
import type { ModelSituation } from './model-situation.ts';
import { type PlannedPromotion, planPromotions } from './plan-promotions.ts';
import { isPlannedCommit } from './planned-commit.ts';
import type { ReleaseEvaluations } from './release-evaluations.ts';

/** Ports of the repository that reconciling promotions uses. */
export interface PromotionPorts {
  readonly commits: Pick<Commits, 'head' | 'commit' | 'treeWith' | 'read' | 'isAncestorOrSame'>;
  readonly pullRequests: Pick<PullRequests, 'ofBranch' | 'open' | 'update' | 'close'>;
  readonly evaluations: Pick<ReleaseEvaluations, 'of'>;
}

/** Actions, and the steps of the plan with the current pull requests. */
export interface ReconciledPromotions {
  readonly outcomes: readonly PromotionOutcome[];
  readonly steps: readonly PlannedPromotion[];
}

/**
 * Makes the promotion pull requests of a model what they have to be. Every trigger ends here; run twice, the second
 * time writes nothing.
 *
 * @param again An environment for which a person asks again: earlier answers there do not count.
 */
export async function reconcilePromotions(
  situation: ModelSituation,
  ports: PromotionPorts,
  again?: string,
): Promise<ReconciledPromotions> {
  const plan = await planPromotions(situation, ports, again);
  const outcomes: PromotionOutcome[] = plan.refused.map(({ version, reason }) => ({
    environment: undefined,
    ...{ kind: 'tag-not-trusted', version, reason },
  }));
  const steps: PlannedPromotion[] = [];
  for (const step of plan.steps) {
    const { outcome, pullRequest } = await apply(step, situation, ports);
    outcomes.push({ environment: step.environment.name, ...outcome });
    steps.push(pullRequest === undefined ? step : withPullRequest(step, pullRequest));
  }
  return { outcomes, steps };
}

interface Applied {
  readonly outcome: ProposalOutcome;
  /** As it is now, where it was written. */
  readonly pullRequest?: PullRequest;
}

async function apply(step: PlannedPromotion, situation: ModelSituation, ports: PromotionPorts): Promise<Applied> {
  const { desired, pullRequests } = step;
  const open = pullRequests.find(({ state }) => state === 'open');
  if (desired.kind === 'open') {
    const { version } = desired.version;
    return openOrUpdate({ ...desired, step, open }, situation, ports).catch((error) => asOutcome(error, version));
  }
  const { reason } = desired;
  if (open === undefined) return { outcome: { kind: 'nothing-to-propose', reason } };
  await ports.pullRequests.close(open.number);
  return { outcome: { kind: 'closed', number: open.number, reason }, pullRequest: { ...open, state: 'closed' } };
}

/** An error in one environment does not block the others. */
function asOutcome(error: unknown, version: string): Applied {
  if (!(error instanceof UserError)) throw error;
  return { outcome: { kind: 'cannot-edit', version, message: error.message, fix: error.fix } };
}

function withPullRequest(step: PlannedPromotion, pullRequest: PullRequest): PlannedPromotion {
  const others = step.pullRequests.filter(({ number }) => number !== pullRequest.number);
  return { ...step, pullRequests: [pullRequest, ...others] };
}

interface Wanted {
  readonly step: PlannedPromotion;
  readonly version: KnownVersion;
  readonly replaces: KnownVersion | undefined;
  readonly open: PullRequest | undefined;
}

async function openOrUpdate(wanted: Wanted, situation: ModelSituation, ports: PromotionPorts): Promise<Applied> {
  const { step, version, replaces, open } = wanted;
  const { base, model } = situation;
  const { environment, pullRequests, waiting } = step;
  const edits = await planDeployment(environment, version, (file) => ports.commits.read(file, base.sha));
  if (edits.length === 0) return { outcome: { kind: 'holds-version', version: version.version } };
  const branch = promotionBranch(model, environment.name);
  const head = await ports.commits.head(branch);
  if (open !== undefined && head !== undefined && !(await isOurs(head, { ...wanted, open }, situation, ports))) {
    return { outcome: { kind: 'changed-by-person', number: open.number } };
  }
  const rendered = renderPromotion({
    ...{ model, version, replaces, waiting },
    environment: environment.name,
    files: edits.map(({ file }) => file),
    warnings: await deploymentWarnings(environment, edits),
    autoMerge: environment.autoMerge,
    evaluation: await ports.evaluations.of(model, version),
    earlier: pullRequests.filter(({ merged }) => merged).map(({ number }) => number),
  });
  const { pullRequest, did } = await upsertPullRequest({ branch, base, edits, ...rendered, open, head }, ports);
  const { number } = pullRequest;
  if (did === 'nothing') return { outcome: { kind: 'up-to-date', number }, pullRequest };
  return { outcome: { kind: did, number, version: version.version }, pullRequest };
}

/**
 * True if the branch holds what we planned for it, and nothing of a person: the plan of the version that its pull request
 * names, whose text only decides whether our own commit is made again.
 */
async function isOurs(
  head: BranchHead,
  { step, open, version }: Pick<Wanted, 'step' | 'version'> & { readonly open: PullRequest },
  { base, catalog }: ModelSituation,
  ports: PromotionPorts,
): Promise<boolean> {
  const planned = (one: DeployedVersion) =>
    isPlannedCommit(head, { environment: step.environment, version: one, baseSha: base.sha }, ports);
  if (await planned(version)) return true;
  const named = parsePromotionData(open.body);
  if (named === undefined || named.version === version.version) return false;
  const earlier = named.written ?? (await catalog.find(named.version));
  return earlier !== undefined && planned({ ...earlier, version: named.version });
}
