/** A run of a workflow. */
export interface WorkflowRun {
  readonly id: number;
  /** `.github/workflows/model-release.yml` */
  readonly path: string;
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  /** `completed`, or how far it is. */
  readonly status: string;
  /** `success` and the like; null while it runs. */
  readonly conclusion: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A job of one attempt of a run. */
export interface WorkflowJob {
  readonly name: string;
  /** Null while it runs. */
  readonly conclusion: string | null;
  /** Epoch milliseconds, of whole seconds. */
  readonly startedAtMs: number;
  /** Undefined while it runs. */
  readonly completedAtMs: number | undefined;
}

/** A workflow artifact, not yet downloaded. */
export interface WorkflowArtifact {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  /** Epoch milliseconds, of whole seconds. */
  readonly createdAtMs: number;
}

/** A workflow, as far as its schedule goes. */
export interface ScheduledWorkflow {
  /** `active`, or how it was disabled: `disabled_manually`, `disabled_inactivity`. */
  readonly state: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** When its schedule started it last; ISO 8601; undefined: never. */
  readonly lastScheduledAt: string | undefined;
}

/** Workflows of the repository, their runs and artifacts. Errors as `VersionTags`. */
export interface Workflows {
  /** A workflow by its file, such as `model-watch.yml`. Undefined where GitHub knows no such workflow. */
  schedule(file: string): Promise<ScheduledWorkflow | undefined>;
  /** A run's newest attempt. Undefined where there is no such run. */
  run(id: number): Promise<WorkflowRun | undefined>;
  /** A run as one of its attempts was; undefined where there is none. */
  attempt(id: number, attempt: number): Promise<WorkflowRun | undefined>;
  /** The jobs of an attempt, of all pages; none where there is no such attempt. */
  jobs(id: number, attempt: number): Promise<readonly WorkflowJob[]>;
  /** Runs of a workflow file that a dispatch started, newest first; the newest 100. */
  dispatched(workflow: string): Promise<readonly WorkflowRun[]>;
  /** Ids of the finished runs for a pull request's head, newest first; the newest 30. */
  runsOfHead(headSha: string): Promise<readonly number[]>;
  dispatch(workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void>;
  /** Those that are still kept, of all attempts and pages. */
  artifacts(runId: number): Promise<readonly WorkflowArtifact[]>;
  /** The zip of an artifact. */
  download(artifactId: number): Promise<Uint8Array>;
}
