import { promotionBranch } from '../../domain/promotion/branch-names.ts';
import type { Merging } from '../../ports/github/merging.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { planDeployment } from './deploy-version.ts';
import { isPlannedCommit } from './planned-commit.ts';
import {
  type PlannedPromotion,
  type PromotionOutcome,
  type PromotionPlan,
  type PromotionPorts,
  type PromotionRequest,
  planPromotions,
} from './reconcile-promotions.ts';

/** What merging by itself needs. */
export interface MergingPorts extends PromotionPorts {
  readonly merging: Merging;
}

/**
 * Merges the open promotion pull requests of environments with `auto-merge`, once no gate waits: only where the branch
 * requires checks, which GitHub then holds; only the commit that was looked at, and only if it is exactly the planned one.
 *
 * @returns One entry a pull request of such an environment.
 */
export async function mergePromotions(
  request: PromotionRequest,
  ports: MergingPorts,
): Promise<readonly PromotionOutcome[]> {
  if (!request.config.environments.some(({ autoMerge }) => autoMerge)) return [];
  const plan = await planPromotions(request, ports);
  const outcomes: PromotionOutcome[] = [];
  for (const step of plan.steps) {
    const text = step.environment.autoMerge ? await mergeOne(step, { plan, request, ports }) : undefined;
    if (text !== undefined) outcomes.push({ environment: step.environment.name, text });
  }
  return outcomes;
}

interface Merged {
  readonly plan: PromotionPlan;
  readonly request: PromotionRequest;
  readonly ports: MergingPorts;
}

async function mergeOne(
  { environment, desired, pullRequests }: PlannedPromotion,
  { plan, request, ports }: Merged,
): Promise<string | undefined> {
  const { base, conditions } = plan.situation;
  const open = pullRequests.find(({ state }) => state === 'open');
  if (desired.kind !== 'open' || open === undefined) return undefined;
  // Whoever may push may point it at a branch of their own, which requires nothing.
  if (open.baseRef !== base.name) return `#${open.number} is not for ${base.name}: a person changed its base`;
  const { version } = desired;
  const [waits] = await conditions.waiting(environment, version);
  if (waits !== undefined) return `#${open.number} waits: ${waits.reason}`;
  if (isLeftToPeople(version, environment.name)) {
    return `#${open.number} is left to a person: the document of v${version.version}'s release has expired`;
  }
  const head = await ports.branches.head(promotionBranch(request.model, environment.name));
  // The list of pull requests is a moment older than the branch: another version may stand there now.
  if (head?.sha !== open.headSha) return `#${open.number} was just updated: it is checked again`;
  const isPlanned =
    (await isPlannedCommit(head, { environment, version, baseSha: base.sha }, ports)) &&
    (await givesPlan({ environment, version, headSha: head.sha, baseSha: base.sha }, ports));
  if (!isPlanned) return `#${open.number} is not exactly what was planned: a person merges it`;
  const required = await ports.merging.requiredChecks(base.name);
  if (required.length === 0) return `#${open.number} is left to a person: ${base.name} requires no checks`;
  const why = await ports.merging.merge(open.number, head.sha);
  return why === undefined ? `merged #${open.number}` : `#${open.number} is not merged yet: ${why}`;
}

/** Whether the head's files are those that the plan gives on the base as it is now: the base may have moved since. */
async function givesPlan(
  {
    environment,
    version,
    headSha,
    baseSha,
  }: Pick<PlannedPromotion, 'environment'> & {
    readonly version: KnownVersion;
    readonly headSha: string;
    readonly baseSha: string;
  },
  { files }: MergingPorts,
): Promise<boolean> {
  const edits = await planDeployment(environment, version, (file) => files.read(file, baseSha));
  const same = edits.map(async ({ file, after }) => (await files.read(file, headSha)) === after);
  return (await Promise.all(same)).every(Boolean);
}

/** What another environment has held in the open is no reason to merge it here without a person. */
function isLeftToPeople({ provenance }: KnownVersion, environment: string): boolean {
  return provenance.kind === 'history' && provenance.environment !== environment;
}
