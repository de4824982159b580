/** A run of a workflow. */
export interface WorkflowRun {
  readonly id: number;
  /** `.github/workflows/model-release.yml` */
  readonly path: string;
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A workflow artifact, not yet downloaded. */
export interface WorkflowArtifact {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
}

/** Workflows of the repository, their runs and artifacts. Errors as `VersionTags`. */
export interface WorkflowRuns {
  /** Undefined where there is no such run. */
  get(id: number): Promise<WorkflowRun | undefined>;
  /** Runs of a workflow file that a dispatch started, newest first; the newest 100. */
  dispatched(workflow: string): Promise<readonly WorkflowRun[]>;
  dispatch(workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void>;
  /** Of all pages. */
  artifacts(runId: number): Promise<readonly WorkflowArtifact[]>;
  /** The zip of an artifact. */
  download(artifactId: number): Promise<Uint8Array>;
}
