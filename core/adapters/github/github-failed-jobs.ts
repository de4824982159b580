import type { FailedJob, FailedJobs } from '../../ports/github/failed-jobs.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

const READ = 'actions: read';
const FAILED = new Set(['failure', 'timed_out', 'cancelled', 'startup_failure']);
/** Chosen: a hundred times the text that is shown of it. */
export const LOG_END_BYTES = 128 * 2 ** 10;
/** Chosen: far above a log that a person reads; it is not held in memory. */
export const MAX_LOG_BYTES = 64 * 2 ** 20;

/** Jobs of GitHub's workflow runs that did not succeed. */
export class GitHubFailedJobs implements FailedJobs {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async failed(runId: number, attempt: number): Promise<readonly FailedJob[]> {
    const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs';
    const answer = this.#client
      .paginate(route, { ...this.#repository, run_id: runId, attempt_number: attempt, per_page: 100 })
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return [];
        throw error;
      });
    const jobs = await orServiceError(answer, `listing the jobs of the workflow run ${runId}`, READ);
    return jobs
      .filter(({ conclusion }) => isFailed(conclusion))
      .sort((a, b) => (a.completed_at ?? '').localeCompare(b.completed_at ?? ''))
      .map(({ id, name, conclusion, steps }) => ({
        id,
        name,
        conclusion: conclusion ?? '',
        step: steps?.find((step) => isFailed(step.conclusion))?.name,
      }));
  }

  async logEnd(jobId: number): Promise<string | undefined> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs', {
        ...this.#repository,
        job_id: jobId,
        request: { parseSuccessResponseBody: false },
      })
      .catch((error: unknown) => {
        // Deleted, expired, never written, or not for this App: the run is told about without it.
        if ([403, 404, 410].includes(statusOf(error) ?? 0)) return undefined;
        throw error;
      });
    const found = await orServiceError(answer, `reading the log of the job ${jobId}`, READ);
    // The description has no body for the redirect; Octokit follows it, and leaves the body unread as asked.
    const body = found?.data as unknown as ReadableStream<Uint8Array> | null | undefined;
    return body === null || body === undefined ? undefined : endOf(body);
  }
}

function isFailed(conclusion: string | null): boolean {
  return conclusion !== null && FAILED.has(conclusion);
}

/** The last bytes of a stream; undefined where it is too long or breaks off. */
async function endOf(body: ReadableStream<Uint8Array>): Promise<string | undefined> {
  let kept = new Uint8Array(0);
  let total = 0;
  try {
    for await (const chunk of body) {
      total += chunk.length;
      if (total > MAX_LOG_BYTES) return undefined;
      kept = joined(kept, chunk);
    }
  } catch {
    return undefined;
  }
  return new TextDecoder().decode(kept.subarray(Math.max(0, kept.length - LOG_END_BYTES)));
}

/** Both, or of what is longer than twice the end only the end: each byte is copied a few times at most. */
function joined(kept: Uint8Array, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const before = kept.length + chunk.length > 2 * LOG_END_BYTES ? kept.subarray(-LOG_END_BYTES) : kept;
  const both = new Uint8Array(before.length + chunk.length);
  both.set(before);
  both.set(chunk, before.length);
  return both;
}
