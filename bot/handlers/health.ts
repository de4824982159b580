import { isPromotionBranch } from '../../core/domain/promotion/branch-names.ts';
import { type Log, reconcileNow } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** Signal about a commit, in a status, a check or a deployment. */
export interface SaidHealth {
  readonly from: 'commit-status' | 'check-run' | 'deployment-status';
  /** Context of the status, name of the check, or environment of the deployment. */
  readonly context: string;
  /** Branches whose newest commit it was said of. */
  readonly branches: readonly string[];
}

/**
 * Something was said about a commit: where it is some environment's health, or a check of a promotion that merges by
 * itself, promotions are looked at.
 */
export async function onHealthSaid(
  { from, context, branches }: SaidHealth,
  repository: BotRepository,
  log: Log,
): Promise<void> {
  const config = await repository.config();
  const environments = Object.values(config?.models ?? {}).flatMap((model) => model.environments);
  const isHealth = environments.some(({ name, health }) => {
    if (health === undefined) return false;
    const source = health.from === 'argocd' ? 'commit-status' : health.from;
    return source === from && (health.context ?? name) === context;
  });
  const mayMerge = environments.some(({ autoMerge }) => autoMerge) && branches.some(isPromotionBranch);
  if (isHealth || mayMerge) await reconcileNow(repository, { log });
}
