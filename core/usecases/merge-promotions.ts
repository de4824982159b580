import { promotionBranch } from '../domain/promotion/branch-names.ts';
import type { Merging } from '../ports/merging.ts';
import {
  type PlannedPromotion,
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
 * requires checks, which GitHub then holds; only the commit that was looked at; never one that a person changed.
 *
 * @returns One line a pull request of such an environment.
 */
export async function mergePromotions(request: PromotionRequest, ports: MergingPorts): Promise<readonly string[]> {
  if (!request.config.environments.some(({ autoMerge }) => autoMerge)) return [];
  const { steps } = await planPromotions(request, ports);
  const lines: string[] = [];
  for (const step of steps) {
    const said = step.situation.environment.autoMerge ? await mergeOne(step, ports) : undefined;
    if (said !== undefined) lines.push(`${step.desired.environment}: ${said}`);
  }
  return lines;
}

async function mergeOne({ desired, situation }: PlannedPromotion, ports: MergingPorts): Promise<string | undefined> {
  const { base, environment, gates, pullRequests, request } = situation;
  const open = pullRequests.find(({ state }) => state === 'open');
  if (desired.kind !== 'open' || open === undefined) return undefined;
  const [waits] = await gates.waiting(environment, desired.version);
  if (waits !== undefined) return `#${open.number} waits: ${waits.reason}`;
  const head = await ports.branches.head(promotionBranch(request.model, environment.name));
  // The list of pull requests is a moment older than the branch: another version may stand there now.
  if (head?.sha !== open.headSha) return `#${open.number} has just moved: it is looked at again`;
  if (head.author !== request.self) return `#${open.number} was changed by a person, who merges it`;
  const required = await ports.merging.requiredChecks(base.name);
  if (required.length === 0) return `#${open.number} is left to a person: ${base.name} requires no checks`;
  const why = await ports.merging.merge(open.number, head.sha);
  return why === undefined ? `merged #${open.number}` : `#${open.number} is not merged yet: ${why}`;
}
