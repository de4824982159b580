import { type Log, reconcileAllPromotions } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** What was said about a commit, in a status, a check or a deployment. */
export interface SaidHealth {
  readonly from: 'commit-status' | 'check-run' | 'deployment-status';
  /** Context of the status, name of the check, or environment of the deployment. */
  readonly context: string;
}

/** Something was said about a commit: where it is some environment's health, promotions are looked at. */
export async function onHealthSaid({ from, context }: SaidHealth, repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  const environments = Object.values(config?.models ?? {}).flatMap((model) => model.environments);
  const isHealth = environments.some(({ name, health }) => {
    if (health === undefined) return false;
    const source = health.from === 'argocd' ? 'commit-status' : health.from;
    return source === from && (health.context ?? name) === context;
  });
  if (isHealth) await reconcileAllPromotions(repository, log);
}
