import { reconcilePromotions } from '../core/usecases/reconcile-promotions.ts';
import { proposeRetrained, startRetraining } from '../core/usecases/reconcile-retrain.ts';
import type { BotRepository } from './repository.ts';

/** One line of what was done, for the log. */
export type Log = (line: string) => void;

/** Brings every model's promotion pull requests into their desired state. */
export async function reconcileAllPromotions(repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  for (const [model, modelConfig] of Object.entries(config?.models ?? {})) {
    const request = { model, config: modelConfig, self: repository.identity.login, nowMs: Date.now() };
    for (const line of await reconcilePromotions(request, repository)) log(`promotion ${model}: ${line}`);
  }
}

/** Starts retrainings that drift issues ask for, and proposes the data that they fetched. */
export async function reconcileAllRetraining(repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  for (const [model, modelConfig] of Object.entries(config?.models ?? {})) {
    const request = { model, config: modelConfig, self: repository.identity.login, nowMs: Date.now() };
    if (modelConfig.drift?.retrain === undefined) continue;
    log(`retrain ${model}: ${await proposeRetrained(request, repository)}`);
    log(`retrain ${model}: ${await startRetraining(request, repository)}`);
  }
}
