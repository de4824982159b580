import type { PromotionCheck } from '../core/domain/promotion/promotion-check.ts';
import { mergePromotions } from '../core/usecases/merge-promotions.ts';
import { reconcilePromotions } from '../core/usecases/reconcile-promotions.ts';
import { proposeRetrained, startRetraining } from '../core/usecases/reconcile-retrain.ts';
import { reconcileRollbacks } from '../core/usecases/reconcile-rollbacks.ts';
import { type RefreshedPullRequests, refreshPromotionChecks } from '../core/usecases/refresh-promotion-checks.ts';
import { reportOverdueWatch } from '../core/usecases/report-overdue-watch.ts';
import { type PromotionCheckRequest, showPromotionCheck } from '../core/usecases/show-promotion-check.ts';
import type { BotRepository } from './repository.ts';

/** One line of what was done, for the log. */
export type Log = (line: string) => void;

/**
 * Brings every model's rollback and promotion pull requests, and the checks on them, into their desired state. What
 * failed is held first, so that it is not proposed again.
 */
export async function reconcileAllPromotions(
  repository: BotRepository,
  log: Log,
  checks: RefreshedPullRequests = 'own',
): Promise<void> {
  const config = await repository.config();
  if (config === undefined) return;
  const { login: self, clockMs } = repository.identity;
  for (const [model, modelConfig] of Object.entries(config.models)) {
    const request = { model, config: modelConfig, self, nowMs: clockMs() };
    for (const line of await reconcileRollbacks(request, repository)) log(`rollback ${model}: ${line}`);
    for (const line of await reconcilePromotions(request, repository)) log(`promotion ${model}: ${line}`);
  }
  const { sha: baseSha } = await repository.branches.default();
  const refreshed = { config, baseSha, self, nowMs: clockMs() };
  for (const line of await refreshPromotionChecks(refreshed, checks, repository)) log(`promotion check ${line}`);
  // Last: a merge needs the check that was shown just now.
  for (const [model, modelConfig] of Object.entries(config.models)) {
    const request = { model, config: modelConfig, self, nowMs: clockMs() };
    for (const line of await mergePromotions(request, repository)) log(`auto-merge ${model}: ${line}`);
  }
}

/** Starts retrainings that drift issues ask for, and proposes the data that they fetched. */
export async function reconcileAllRetraining(repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  const { login: self, clockMs } = repository.identity;
  for (const [model, modelConfig] of Object.entries(config?.models ?? {})) {
    const request = { model, config: modelConfig, self, nowMs: clockMs() };
    if (modelConfig.drift?.retrain === undefined) continue;
    log(`retrain ${model}: ${await proposeRetrained(request, repository)}`);
    log(`retrain ${model}: ${await startRetraining(request, repository)}`);
  }
}

/** Says so where the schedule that looks for drift does not run. */
export async function watchTheWatch(repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  if (config === undefined) return;
  const { login: self, clockMs } = repository.identity;
  const said = await reportOverdueWatch({ config, self, nowMs: clockMs() }, repository);
  if (said !== undefined) log(`drift checks: ${said}`);
}

/** Shows the promotion check of a commit against the default branch as it is now. */
export async function checkCommit(
  repository: BotRepository,
  commit: Pick<PromotionCheckRequest, 'config' | 'headSha' | 'files'>,
): Promise<PromotionCheck> {
  const { login: self, clockMs } = repository.identity;
  const { sha: baseSha } = await repository.branches.default();
  return showPromotionCheck({ ...commit, baseSha, self, nowMs: clockMs() }, repository);
}
