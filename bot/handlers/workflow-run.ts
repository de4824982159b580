import { isDeepStrictEqual } from 'node:util';
import type { TidegateConfig } from '../../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { isPromotionBranch } from '../../core/domain/promotion/branch-names.ts';
import { UserError } from '../../core/errors.ts';
import type { PullRequest } from '../../core/ports/github/pull-requests.ts';
import { publishEvaluation } from '../../core/usecases/review/publish-evaluation.ts';
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
    log(`run ${run.id}: no open pull request has its commit`);
    return;
  }
  // Its body has the evidence already: what is promoted was judged by its release.
  if (pullRequest.author === repository.identity.login && isPromotionBranch(pullRequest.headRef)) return;
  const proposed = await proposedConfig(run.head_sha, repository);
  for (const [model, modelConfig] of Object.entries(config.models)) {
    const { gate, evaluate } = modelConfig;
    const theirs = proposed?.models[model];
    const request = {
      model,
      config: modelConfig,
      pullRequest: pullRequest.number,
      headSha: run.head_sha,
      runId: Number(run.id),
      runAttempt: run.run_attempt,
      gateChanged: !isDeepStrictEqual([gate, evaluate], [theirs?.gate, theirs?.evaluate]),
    };
    log(`report ${model}: ${await publishEvaluation(request, repository)}`);
  }
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
