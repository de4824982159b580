import type { TidegateConfig } from '../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import type { PromotionOutcome } from '../core/domain/promotion/outcome.ts';
import type { PromotionCheck } from '../core/domain/promotion/promotion-check.ts';
import { UserError, unlessUserError } from '../core/errors.ts';
import type { BaseBranch } from '../core/ports/github/commits.ts';
import type { BlockedView } from '../core/render/promotion/blocked.ts';
import { describeOutcome } from '../core/render/promotion/outcome.ts';
import { describeRecordOutcome } from '../core/render/promotion/record-outcome.ts';
import { describeRetrainOutcome } from '../core/render/promotion/retrain-outcome.ts';
import { escapeLogLine } from '../core/render/text/escape.ts';
import { reportOverdueWatch } from '../core/usecases/drift/report-overdue-watch.ts';
import { mergePromotions } from '../core/usecases/promote/merge-promotions.ts';
import {
  type EventMoment,
  type ModelSituation,
  readSituation,
  readSituations,
} from '../core/usecases/promote/model-situation.ts';
import type { PlannedPromotion } from '../core/usecases/promote/plan-promotions.ts';
import { readControlIssues } from '../core/usecases/promote/promotion-controls.ts';
import { reconcilePromotions } from '../core/usecases/promote/reconcile-promotions.ts';
import { reconcileRollbacks } from '../core/usecases/promote/reconcile-rollbacks.ts';
import {
  type RefreshedPullRequests,
  refreshPromotionChecks,
} from '../core/usecases/promote/refresh-promotion-checks.ts';
import {
  blockedAmong,
  blockedRecord,
  blockedRetrainings,
  reportBlocked,
} from '../core/usecases/promote/report-blocked.ts';
import { showPromotionCheck } from '../core/usecases/promote/show-promotion-check.ts';
import { reconcileRecord } from '../core/usecases/record/reconcile-record.ts';
import { proposeRetrained, startRetraining } from '../core/usecases/retrain/reconcile-retrain.ts';
import { showBrokenConfigCheck } from '../core/usecases/review/show-broken-config-check.ts';
import type { BotRepository } from './repository.ts';

/** One line of what was done, for the log. */
export type Log = (line: string) => void;

/** A repository that uses Tidegate at the moment of an event, with the config of that very commit. */
export interface ConfiguredMoment extends EventMoment {
  readonly config: TidegateConfig;
}

/**
 * Reads what a whole event needs, once.
 *
 * @param base The default branch where it was read already.
 * @returns Undefined where the repository has no tidegate.yaml: it does not use Tidegate.
 * @throws {UserError} CONFIG_INVALID.
 */
export async function readMoment(repository: BotRepository, base?: BaseBranch): Promise<ConfiguredMoment | undefined> {
  const moment = await momentAt(repository, base);
  const config = await repository.config(moment.base.sha);
  return config && { ...moment, config };
}

async function momentAt({ identity, commits }: BotRepository, base?: BaseBranch): Promise<EventMoment> {
  return { base: base ?? (await commits.default()), self: identity.login, nowMs: identity.clockMs() };
}

/**
 * Brings every model's rollback and promotion pull requests, and the checks on them, into their desired state. What
 * failed is held first, so that it is not proposed again. Each model is read once, and its situation passed on.
 */
export async function reconcileAllPromotions(
  moment: ConfiguredMoment,
  repository: BotRepository,
  { log, checks = 'own' }: { readonly log: Log; readonly checks?: RefreshedPullRequests },
): Promise<void> {
  const { config, base, self } = moment;
  const issues = await readControlIssues(repository.issues);
  const situations = new Map<string, ModelSituation>();
  const planned = new Map<string, readonly PlannedPromotion[]>();
  const blocked: BlockedView[] = [];
  for (const [model, modelConfig] of Object.entries(config.models)) {
    const before = await readSituation({ ...moment, model, config: modelConfig }, repository, issues);
    const { situation, outcomes } = await reconcileRollbacks(before, repository);
    tell(outcomes, (line) => log(`rollback ${model}: ${line}`));
    const promoted = await reconcilePromotions(situation, repository);
    tell(promoted.outcomes, (line) => log(`promotion ${model}: ${line}`));
    blocked.push(...blockedAmong(model, [...outcomes, ...promoted.outcomes]));
    const recorded = await reconcileRecord(situation, repository);
    if (recorded.kind !== 'not-configured') log(`record ${model}: ${escapeLogLine(describeRecordOutcome(recorded))}`);
    blocked.push(...blockedRecord(model, recorded));
    situations.set(model, situation);
    planned.set(model, promoted.steps);
  }
  // Who corrected something is told at the next sweep: no request is spent on it in every event.
  if (blocked.length > 0 || checks === 'all') {
    const request = { blocked, looked: ['promote', 'rollback', 'record'] as const, self };
    for (const line of await reportBlocked(request, repository)) log(`blocked: ${line}`);
  }
  const refreshed = { config, baseSha: base.sha, self, which: checks };
  for (const { number, title } of await refreshPromotionChecks(refreshed, repository, async () => situations)) {
    log(`promotion check #${number}: ${title}`);
  }
  // Last: a merge needs the check that was shown just now.
  for (const [model, steps] of planned) {
    tell(await mergePromotions({ model, base, steps }, repository), (line) => log(`auto-merge ${model}: ${line}`));
  }
}

/** The same for a repository of which nothing was read yet; nothing where it does not use Tidegate. */
export async function reconcileNow(
  repository: BotRepository,
  options: { readonly log: Log; readonly checks?: RefreshedPullRequests },
): Promise<void> {
  const moment = await readMoment(repository);
  if (moment !== undefined) await reconcileAllPromotions(moment, repository, options);
}

/** Contains text of people: one line each. */
function tell(outcomes: readonly PromotionOutcome[], log: Log): void {
  for (const outcome of outcomes) log(escapeLogLine(describeOutcome(outcome)));
}

/** Starts retrainings that drift issues ask for, and proposes the data that they fetched. */
export async function reconcileAllRetraining(
  { config, ...moment }: ConfiguredMoment,
  repository: BotRepository,
  { log, clears = false }: { readonly log: Log; readonly clears?: boolean },
): Promise<void> {
  const retrained = Object.entries(config.models).filter(([, { drift }]) => drift?.retrain !== undefined);
  if (retrained.length === 0) return;
  const blocked: BlockedView[] = [];
  for (const [model, modelConfig] of retrained) {
    const request = { ...moment, model, config: modelConfig };
    const outcomes = [await proposeRetrained(request, repository), await startRetraining(request, repository)];
    for (const outcome of outcomes) log(`retrain ${model}: ${describeRetrainOutcome(outcome)}`);
    blocked.push(...blockedRetrainings(model, outcomes));
  }
  if (blocked.length === 0 && !clears) return;
  const request = { blocked, looked: ['retrain'] as const, self: moment.self };
  for (const line of await reportBlocked(request, repository)) log(`blocked: ${line}`);
}

/** Says so where the schedule that looks for drift does not run. */
export async function reportOverdueDriftChecks(
  { config, base, self, nowMs }: ConfiguredMoment,
  repository: BotRepository,
  log: Log,
): Promise<void> {
  const said = await reportOverdueWatch({ config, baseSha: base.sha, self, nowMs }, repository);
  if (said !== undefined) log(`drift checks: ${said}`);
}

/**
 * Shows the promotion check of a commit against the default branch as it is now, by the default branch's config. Where
 * that one is broken, only what changes nothing but the config may pass: it decides about itself alone.
 *
 * @param base The default branch where it was read already.
 */
export async function checkCommit(
  repository: BotRepository,
  headSha: string,
  base?: BaseBranch,
): Promise<PromotionCheck | undefined> {
  const moment = await momentAt(repository, base);
  const compared = { baseSha: moment.base.sha, headSha };
  const config = await repository.config(compared.baseSha).catch(unlessUserError);
  if (config === undefined) return undefined;
  if (config instanceof UserError) return showBrokenConfigCheck({ ...compared, file: CONFIG_FILE }, repository);
  return showPromotionCheck({ ...compared, config }, repository, (touched) =>
    readSituations({ ...moment, models: config.models }, touched, repository),
  );
}
