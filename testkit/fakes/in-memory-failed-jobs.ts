import type { FailedJob, FailedJobs } from '../../core/ports/github/failed-jobs.ts';

/** A failed job of an attempt, with its log. */
export interface MemoryFailedJob extends FailedJob {
  readonly runId: number;
  readonly attempt: number;
  readonly log: string | undefined;
}

const LOG_END_CHARACTERS = 128 * 2 ** 10;

/** Failed jobs that are whatever a test says they were, in the order in which they were added. */
export class InMemoryFailedJobs implements FailedJobs {
  readonly #jobs: MemoryFailedJob[] = [];

  add(job: MemoryFailedJob): void {
    this.#jobs.push(job);
  }

  async failed(runId: number, attempt: number): Promise<readonly FailedJob[]> {
    return this.#jobs
      .filter((job) => job.runId === runId && job.attempt === attempt)
      .map(({ id, name, conclusion, step }) => ({ id, name, conclusion, step }));
  }

  async logEnd(jobId: number): Promise<string | undefined> {
    return this.#jobs.find(({ id }) => id === jobId)?.log?.slice(-LOG_END_CHARACTERS);
  }
}
