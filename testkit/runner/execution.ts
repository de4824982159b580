import type { GitHub } from '../github/github.ts';
import type { Account, WorkflowJob, WorkflowRun } from '../github/state.ts';
import type { ResultsService } from '../results-service.ts';
import type { RunnerHost } from './job-state.ts';
import type { RunRequest } from './trigger.ts';

/** Dependencies of workflow runs. */
export interface Engine {
  readonly github: GitHub;
  readonly results: ResultsService;
  readonly host: RunnerHost;
  /** Folder of the jobs' work trees. */
  readonly directory: string;
  readonly onProgress: (progress: RunProgress) => void;
}

/** News of a run, for someone who watches. */
export type RunProgress =
  | { readonly kind: 'run'; readonly run: WorkflowRun; readonly repository: string }
  | { readonly kind: 'job'; readonly run: WorkflowRun; readonly job: WorkflowJob; readonly repository: string }
  | { readonly kind: 'line'; readonly run: WorkflowRun; readonly job: WorkflowJob; readonly line: string };

/** A run that is under way. */
export interface Execution {
  readonly engine: Engine;
  readonly request: RunRequest;
  readonly run: WorkflowRun;
  readonly needs: Record<string, { result: string; outputs: Record<string, string> }>;
}

/** Login of a job's token. */
export const ACTIONS_BOT: Account = { id: 41898282, login: 'github-actions[bot]', type: 'Bot' };
