import type { PromotionCheck } from '../core/domain/promotion/promotion-check.ts';
import { UserError } from '../core/errors.ts';
import { escapeLogLine } from '../core/render/text/escape.ts';
import { reportOverdueWatch } from '../core/usecases/drift/report-overdue-watch.ts';
import { mergePromotions } from '../core/usecases/promote/merge-promotions.ts';
import { type PromotionOutcome, reconcilePromotions } from '../core/usecases/promote/reconcile-promotions.ts';
import { reconcileRollbacks } from '../core/usecases/promote/reconcile-rollbacks.ts';
import {
  type RefreshedPullRequests,
  refreshPromotionChecks,
} from '../core/usecases/promote/refresh-promotion-checks.ts';
import { showPromotionCheck } from '../core/usecases/promote/show-promotion-check.ts';
import { proposeRetrained, startRetraining } from '../core/usecases/retrain/reconcile-retrain.ts';
import { showBrokenConfigCheck } from '../core/usecases/review/show-broken-config-check.ts';
import { type BotRepository, CONFIG_FILE } from './repository.ts';

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
    tell(await reconcileRollbacks(request, repository), (line) => log(`rollback ${model}: ${line}`));
    tell(await reconcilePromotions(request, repository), (line) => log(`promotion ${model}: ${line}`));
  }
  const { sha: baseSha } = await repository.branches.default();
  const refreshed = { config, baseSha, self, nowMs: clockMs() };
  for (const line of await refreshPromotionChecks(refreshed, checks, repository)) log(`promotion check ${line}`);
  // Last: a merge needs the check that was shown just now.
  for (const [model, modelConfig] of Object.entries(config.models)) {
    const request = { model, config: modelConfig, self, nowMs: clockMs() };
    tell(await mergePromotions(request, repository), (line) => log(`auto-merge ${model}: ${line}`));
  }
}

/** What people wrote may be in it: one line each, whatever it holds. */
function tell(outcomes: readonly PromotionOutcome[], log: Log): void {
  for (const { environment, text } of outcomes) {
    log(escapeLogLine(environment === undefined ? text : `${environment}: ${text}`));
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
export async function reportOverdueDriftChecks(repository: BotRepository, log: Log): Promise<void> {
  const config = await repository.config();
  if (config === undefined) return;
  const { login: self, clockMs } = repository.identity;
  const said = await reportOverdueWatch({ config, self, nowMs: clockMs() }, repository);
  if (said !== undefined) log(`drift checks: ${said}`);
}

/**
 * Shows the promotion check of a commit against the default branch as it is now, by the default branch's config. Where
 * that one is broken, only what changes nothing but the config may pass: it decides about itself alone.
 */
export async function checkCommit(repository: BotRepository, headSha: string): Promise<PromotionCheck | undefined> {
  const { login: self, clockMs } = repository.identity;
  const { sha: baseSha } = await repository.branches.default();
  const config = await repository.config(baseSha).catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
  if (config === undefined) return undefined;
  const compared = { baseSha, headSha };
  if (config instanceof UserError) return showBrokenConfigCheck({ ...compared, file: CONFIG_FILE }, repository);
  return showPromotionCheck({ ...compared, config, self, nowMs: clockMs() }, repository);
}
