import type { Environment } from '../../domain/policy/environment.ts';
import { promotionBranch } from '../../domain/promotion/branch-names.ts';
import type { MergeOutcome, PromotionOutcome } from '../../domain/promotion/outcome.ts';
import type { Commits } from '../../ports/github/commits.ts';
import type { PullRequests } from '../../ports/github/pull-requests.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { planDeployment } from './deploy-version.ts';
import type { EventMoment } from './model-situation.ts';
import type { PlannedPromotion } from './plan-promotions.ts';
import { isPlannedCommit } from './planned-commit.ts';

/** Dependencies of automatic merges. */
export interface MergingPorts {
  readonly commits: Pick<Commits, 'head' | 'treeWith' | 'read' | 'isAncestorOrSame'>;
  readonly pullRequests: Pick<PullRequests, 'requiredChecks' | 'merge'>;
}

/** A model's planned promotions. */
export interface MergingRequest extends Pick<EventMoment, 'base'> {
  readonly model: string;
  /** With the pull requests as they are after `reconcilePromotions`. */
  readonly steps: readonly PlannedPromotion[];
}

/**
 * Merges the open promotion pull requests of environments with `auto-merge`, once no condition waits: only where the
 * branch requires checks, which GitHub then holds; only the commit that was looked at, and only if it is exactly the planned one.
 *
 * @returns One entry a pull request of such an environment.
 */
export async function mergePromotions(
  request: MergingRequest,
  ports: MergingPorts,
): Promise<readonly PromotionOutcome[]> {
  const outcomes: PromotionOutcome[] = [];
  for (const step of request.steps) {
    const outcome = step.environment.autoMerge ? await mergeOne(step, request, ports) : undefined;
    if (outcome !== undefined) outcomes.push({ environment: step.environment.name, ...outcome });
  }
  return outcomes;
}

async function mergeOne(
  { environment, desired, pullRequests, waiting }: PlannedPromotion,
  { model, base }: MergingRequest,
  ports: MergingPorts,
): Promise<MergeOutcome | undefined> {
  const open = pullRequests.find(({ state }) => state === 'open');
  if (desired.kind !== 'open' || open === undefined) return undefined;
  const { number } = open;
  // Anyone who may push may point it at a branch of their own, which requires nothing.
  if (open.baseRef !== base.name) return { kind: 'base-changed', number, base: base.name };
  const { version } = desired;
  const [waits] = waiting;
  if (waits !== undefined) return { kind: 'waits', number, reason: waits.reason };
  if (isLeftToPeople(version, environment.name)) return { kind: 'document-expired', number, version: version.version };
  const head = await ports.commits.head(promotionBranch(model, environment.name));
  // The pull request was read a moment before the branch: another version may be there now.
  if (head?.sha !== open.headSha) return { kind: 'just-updated', number };
  const isPlanned =
    (await isPlannedCommit(head, { environment, version, baseSha: base.sha }, ports)) &&
    (await givesPlan({ environment, version, headSha: head.sha, baseSha: base.sha }, ports));
  if (!isPlanned) return { kind: 'not-as-planned', number };
  const required = await ports.pullRequests.requiredChecks(base.name);
  if (required.length === 0) return { kind: 'no-required-checks', number, base: base.name };
  const why = await ports.pullRequests.merge({ number, headSha: head.sha, baseRef: base.name });
  return why === undefined ? { kind: 'merged', number } : { kind: 'not-merged-yet', number, reason: why };
}

interface ComparedHead {
  readonly environment: Environment;
  readonly version: KnownVersion;
  readonly headSha: string;
  readonly baseSha: string;
}

/** True if the head's files are those that the plan gives on the base as it is now: the base may have changed since. */
async function givesPlan(
  { environment, version, headSha, baseSha }: ComparedHead,
  { commits }: Pick<MergingPorts, 'commits'>,
): Promise<boolean> {
  const edits = await planDeployment(environment, version, (file) => commits.read(file, baseSha));
  const same = edits.map(async ({ file, after }) => (await commits.read(file, headSha)) === after);
  return (await Promise.all(same)).every(Boolean);
}

/** A version that another environment has held in the open is not merged here without a person. */
function isLeftToPeople({ provenance }: KnownVersion, environment: string): boolean {
  return provenance.kind === 'history' && provenance.environment !== environment;
}
