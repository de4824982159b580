/** A job of a run that did not succeed. */
export interface FailedJob {
  readonly id: number;
  readonly name: string;
  /** `failure`, `timed_out`, `cancelled` or `startup_failure`. */
  readonly conclusion: string;
  /** Name of the first step that did not succeed; undefined where no step began. */
  readonly step: string | undefined;
}

/** The jobs of a run that did not succeed, and the ends of their logs. Errors as `VersionTags`. */
export interface FailedJobs {
  /**
   * The jobs of one attempt that failed, were cancelled or ran out of time, in the order in which they ended; none where
   * there is no such attempt.
   */
  failed(runId: number, attempt: number): Promise<readonly FailedJob[]>;
  /**
   * The end of the log of a job: at most 128 KiB, as it was printed.
   *
   * @returns Undefined where GitHub has none (any more), does not give it, or where it has more than 64 MiB.
   */
  logEnd(jobId: number): Promise<string | undefined>;
}
