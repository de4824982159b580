import { isDeepStrictEqual } from 'node:util';
import type { TidegateConfig } from '../../core/config/tidegate-config.ts';
import { modelsOfWorkflow } from '../../core/config/workflow-models.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { isPromotionBranch } from '../../core/domain/promotion/branch-names.ts';
import { UserError } from '../../core/errors.ts';
import type { PullRequest } from '../../core/ports/github/pull-requests.ts';
import { publishEvaluation } from '../../core/usecases/review/publish-evaluation.ts';
import {
  isFailedRun,
  judgedSince,
  publishFailedRun,
  readRunFailures,
} from '../../core/usecases/review/publish-failed-run.ts';
import type { ParsingRepository } from '../parser.ts';
import { type Log, reconcileNow } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** The fields of `workflow_run.completed` that are used. */
export interface FinishedRun {
  readonly id: number | bigint;
  readonly run_attempt: number;
  readonly event: string;
  readonly head_sha: string;
  readonly head_branch: string | null;
  /** `.github/workflows/model-ci.yml` */
  readonly path: string;
  readonly conclusion: string | null;
  /** When it ended; ISO 8601. */
  readonly updated_at: string;
  readonly head_repository: { readonly owner: { readonly login: string } | null } | null;
}

/** A workflow ended: on a pull request its reports are shown, on the default branch a version may be there. */
export async function onWorkflowRunCompleted(run: FinishedRun, repository: ParsingRepository, log: Log): Promise<void> {
  if (run.event !== 'pull_request') {
    await reconcileNow(repository, { log });
    return;
  }
  const config = await repository.config();
  const pullRequest = config === undefined ? undefined : await pullRequestOf(run, repository);
  if (config === undefined || pullRequest === undefined) {
    const why =
      config === undefined ? 'the default branch has no tidegate.yaml' : 'no open pull request has its commit';
    log(`run ${run.id}: ${why}`);
    return;
  }
  // Its body has the evidence already: what is promoted was judged by its release.
  if (pullRequest.author === repository.identity.login && isPromotionBranch(pullRequest.headRef)) return;
  const isJudged = await publishReports(run, { config, pullRequest: pullRequest.number }, { repository, log });
  const unjudged = Object.keys(config.models).filter((model) => !isJudged.has(model));
  await tellFailure(
    run,
    { unjudged, models: Object.keys(config.models), pullRequest: pullRequest.number },
    repository,
    log,
  );
}

/** Shows the reports of a run. @returns The models that it judged. */
async function publishReports(
  run: FinishedRun,
  { config, pullRequest }: { readonly config: TidegateConfig; readonly pullRequest: number },
  { repository, log }: { readonly repository: ParsingRepository; readonly log: Log },
): Promise<ReadonlySet<string>> {
  const proposed = await proposedConfig(run.head_sha, repository);
  const judged = new Set<string>();
  for (const [model, modelConfig] of Object.entries(config.models)) {
    const { gate, evaluate } = modelConfig;
    const theirs = proposed?.models[model];
    const request = {
      ...{ model, config: modelConfig, pullRequest, headSha: run.head_sha },
      ...{ runId: Number(run.id), runAttempt: run.run_attempt, hasFailed: isFailedRun(run.conclusion) },
      gateChanged: !isDeepStrictEqual([gate, evaluate], [theirs?.gate, theirs?.evaluate]),
    };
    const { isJudged, did } = await publishEvaluation(request, repository);
    if (isJudged) judged.add(model);
    log(`report ${model}: ${did}`);
  }
  return judged;
}

/** Says why there is no verdict on models that a failed run was to judge, by the workflow file of the default branch. */
async function tellFailure(
  { id, path, conclusion, head_sha: headSha, run_attempt: runAttempt, updated_at: endedAt }: FinishedRun,
  of: { readonly unjudged: readonly string[]; readonly models: readonly string[]; readonly pullRequest: number },
  repository: BotRepository,
  log: Log,
): Promise<void> {
  if (of.unjudged.length === 0 || !isFailedRun(conclusion)) return;
  const workflow = await repository.commits.read(path.split('@', 1)[0] ?? path);
  const meant = workflow === undefined ? [] : modelsOfWorkflow(workflow, of.models);
  const unjudged = of.unjudged.filter((model) => meant.includes(model));
  if (unjudged.length === 0) return;
  const run = { pullRequest: of.pullRequest, headSha, runId: Number(id), runAttempt, conclusion };
  const judged = await judgedSince({ ...run, endedAtMs: Date.parse(endedAt) }, unjudged, repository);
  const told = unjudged.filter((model) => !judged.has(model));
  if (told.length === 0) return;
  const failures = await readRunFailures(run, { all: of.models, unjudged: told }, repository);
  for (const [model, failure] of failures)
    log(`failed run of ${model}: ${await publishFailedRun(model, { run, failure }, repository)}`);
}

/** The config of the commit that ran; undefined where there is none, or one that cannot be read: it differs from any. */
async function proposedConfig(
  sha: string,
  { commits, parser }: ParsingRepository,
): Promise<TidegateConfig | undefined> {
  try {
    const text = await commits.read(CONFIG_FILE, sha);
    return text === undefined ? undefined : await parser.parseConfig(text);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** By branch and commit: the event names no pull request where the head is in a fork. */
async function pullRequestOf(run: FinishedRun, { pullRequests }: BotRepository): Promise<PullRequest | undefined> {
  const owner = run.head_repository?.owner?.login;
  if (run.head_branch === null || owner === undefined) return undefined;
  const open = await pullRequests.openOf(owner, run.head_branch);
  return open.find(({ headSha }) => headSha === run.head_sha);
}
