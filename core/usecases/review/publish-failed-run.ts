import { failedJobsByModel } from '../../domain/model/job-of-model.ts';
import { newestAttemptsFirst } from '../../domain/model/workflow-artifact.ts';
import { lastLines } from '../../domain/text/job-log.ts';
import { ServiceError } from '../../errors.ts';
import type { Checks } from '../../ports/github/checks.ts';
import type { Comments } from '../../ports/github/comments.ts';
import type { FailedJob, FailedJobs } from '../../ports/github/failed-jobs.ts';
import type { Workflows } from '../../ports/github/workflows.ts';
import { parseCommentData } from '../../render/comment.ts';
import {
  type FailedRunView,
  failedRunTitle,
  renderFailedRun,
  renderFailedRunComment,
} from '../../render/failed-run.ts';
import { ownReportComments, showComments } from './sticky-comments.ts';

/** Conclusions of a run after which nothing was judged. */
const FAILED = new Set(['failure', 'cancelled', 'timed_out', 'startup_failure']);

/** A finished run of a pull request; every field from GitHub's event. */
export interface FailedRun {
  readonly pullRequest: number;
  readonly headSha: string;
  readonly runId: number;
  readonly runAttempt: number;
  readonly conclusion: string;
}

/** Dependencies of telling about it. */
export interface FailedRunPorts {
  readonly failedJobs: FailedJobs;
  readonly comments: Comments;
  readonly checks: Pick<Checks, 'show'>;
}

/** True if a run with this conclusion did not do all that it had to. */
export function isFailedRun(conclusion: string | null): conclusion is string {
  return conclusion !== null && FAILED.has(conclusion);
}

/**
 * The models that another run of the same commit has judged since a run ended: an event that comes late does not hide a
 * newer verdict.
 */
export async function judgedSince(
  { headSha, runId, endedAtMs }: Pick<FailedRun, 'headSha' | 'runId'> & { readonly endedAtMs: number },
  models: readonly string[],
  { workflows }: { readonly workflows: Pick<Workflows, 'runsOfHead' | 'artifacts'> },
): Promise<ReadonlySet<string>> {
  const judged = new Set<string>();
  for (const other of await workflows.runsOfHead(headSha)) {
    if (other === runId) continue;
    const since = (await workflows.artifacts(other)).filter(({ createdAtMs }) => createdAtMs > endedAtMs);
    for (const model of models) {
      // One by one: two of one name are a problem of that run, which is told there.
      const isReport = (artifact: (typeof since)[number]) =>
        newestAttemptsFirst({ kind: 'report', model }, [artifact]).length > 0;
      if (since.some(isReport)) judged.add(model);
    }
  }
  return judged;
}

/** The job that failed first in a run for a model, and the end of its log. */
export type RunFailure = Omit<FailedRunView, 'model'>;

/**
 * Reads what failed first, by model: of a matrix only the models with a leg that failed are among them. What GitHub
 * refuses to tell is left out: that the run failed is known from its event.
 *
 * @param models Names of all models, and of those that the run did not judge.
 */
export async function readRunFailures(
  run: FailedRun,
  { all, unjudged }: { readonly all: readonly string[]; readonly unjudged: readonly string[] },
  { failedJobs }: Pick<FailedRunPorts, 'failedJobs'>,
): Promise<ReadonlyMap<string, RunFailure>> {
  const { headSha, conclusion, runId } = run;
  const failed = (await unlessRefused(failedJobs.failed(run.runId, run.runAttempt))) ?? [];
  const byModel = failedJobsByModel(failed, all);
  const logs = new Map<number, string | undefined>();
  const failures = new Map<string, RunFailure>();
  for (const model of unjudged) {
    const jobs = byModel.get(model);
    if (jobs === undefined) continue;
    const first = firstOf(jobs);
    if (first !== undefined && !logs.has(first.id)) {
      logs.set(first.id, await unlessRefused(failedJobs.logEnd(first.id)));
    }
    const log = first === undefined ? undefined : logs.get(first.id);
    const others = jobs.filter((job) => job !== first).map(({ name }) => name);
    const view = { headSha, conclusion, runId, job: first, others };
    failures.set(model, { ...view, log: log === undefined ? undefined : lastLines(log) });
  }
  return failures;
}

/**
 * Shows that a run of a pull request ended without a verdict on a model: in its one comment, and in its check, so that
 * neither shows the verdict of an earlier commit or attempt.
 *
 * @returns What was done, for the log.
 */
export async function publishFailedRun(
  model: string,
  { run, failure }: { readonly run: FailedRun; readonly failure: RunFailure },
  ports: FailedRunPorts,
): Promise<string> {
  const { pullRequest, headSha, runId } = run;
  const view = { ...failure, model };
  const earlier = await ownReportComments({ model, pullRequest }, ports.comments);
  const shown = parseCommentData(earlier[0]?.body);
  const bodies = [renderFailedRunComment(view, shown && { ...shown, run: { id: runId, head: headSha } })];
  await ports.checks.show({
    ...{ name: `tidegate / ${model}`, headSha, conclusion: 'failure', annotations: [] },
    title: failedRunTitle(view),
    summary: renderFailedRun(view),
  });
  return showComments(pullRequest, { earlier, bodies }, ports.comments);
}

/** A job that was cancelled because another one failed says less than that one. */
function firstOf(failed: readonly FailedJob[]): FailedJob | undefined {
  return failed.find(({ conclusion }) => conclusion !== 'cancelled') ?? failed[0];
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof ServiceError && !error.retryable) return undefined;
    throw error;
  });
}
