/** All permissions at once. */
export const EVERY_PERMISSION = 'all';

/** A job of a workflow file. */
export interface JobFacts {
  readonly key: string;
  readonly name: string | undefined;
  readonly environment: string | undefined;
  /** Permissions that it has by name, to read or to write; undefined: it says nothing itself. */
  readonly permissions: readonly string[] | undefined;
  /** Names of the secrets and variables that it reads. */
  readonly reads: readonly string[];
  /** Actions that its steps use, such as `actions/checkout@v7`. */
  readonly uses: readonly string[];
}

/** A workflow file of the default branch. */
export interface WorkflowFacts {
  /** File name, below `.github/workflows`. */
  readonly file: string;
  /** False: it is not readable YAML, and nothing else is known about it. */
  readonly isReadable: boolean;
  readonly events: readonly string[];
  /** At the top: for all jobs that say nothing themselves. */
  readonly permissions: readonly string[] | undefined;
  readonly jobs: readonly JobFacts[];
}
