import type { BareRepository } from './bare-repository.ts';
import type { ProtectionDetails, Ruleset } from './rulesets.ts';

/** A JSON object whose fields are not known yet. */
export type Json = Record<string, unknown>;

/** Someone with a login. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
}

/** Permissions of a token: `contents: write` and the like. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** Author of a request, by its token. */
export interface Principal {
  readonly kind: 'user' | 'installation' | 'job';
  readonly account: Account;
  /** Undefined: everything (a person with admin rights). */
  readonly permissions?: Permissions;
  /** Full names; undefined: all. */
  readonly repositories?: readonly string[];
  /** Events that the token of a job creates start no workflow. */
  readonly startsWorkflows: boolean;
}

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: Account;
  readonly createdAt: string;
  updatedAt: string;
  /** The App that wrote it, if one did. */
  readonly byApp: boolean;
}

export interface PullRequest {
  headRef: string;
  /** Full name of the repository that the head is in. */
  readonly headRepository: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  draft: boolean;
  mergedAt: string | null;
  mergedBy: Account | null;
  mergeCommitSha: string | null;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string | null;
  readonly user: Account;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'reopened' | null;
  labels: string[];
  readonly assignees: Account[];
  readonly comments: Comment[];
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: Account | null;
  readonly byApp: boolean;
  readonly pull?: PullRequest;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column: number | null;
  readonly end_column: number | null;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly title: string | null;
  readonly message: string;
  readonly raw_details: string | null;
}

export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out' | 'action_required';

export interface CheckRun {
  readonly id: number;
  readonly headSha: string;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  startedAt: string;
  completedAt: string | null;
  externalId: string;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: Annotation[];
  /** `github-actions` for jobs, else the App. */
  readonly app: 'github-actions' | 'app';
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Account;
  readonly createdAt: string;
}

export interface WorkflowStep {
  readonly name: string;
  readonly number: number;
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'skipped' | null;
}

export interface WorkflowJob {
  readonly id: number;
  /** Key in the workflow file. */
  readonly key: string;
  readonly name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  startedAt: string;
  completedAt: string | null;
  steps: WorkflowStep[];
  /** As the job's page would show it: masked. */
  log: string;
  /** Markdown of all its steps. */
  summary: string;
  readonly checkRunId: number;
}

/** An attempt of a run that was run again since. */
export interface PastAttempt {
  readonly attempt: number;
  readonly conclusion: Conclusion | null;
  readonly jobs: readonly WorkflowJob[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly number: number;
  attempt: number;
  /** Attempts before this one. */
  readonly earlier?: PastAttempt[];
  readonly workflowId: number;
  readonly name: string;
  readonly path: string;
  readonly event: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  readonly headBranch: string;
  readonly headSha: string;
  readonly headRepository: string;
  readonly displayTitle: string;
  readonly actor: Account;
  readonly createdAt: string;
  updatedAt: string;
  readonly jobs: WorkflowJob[];
  /** Numbers of pull requests of this repository; empty for forks, as on GitHub. */
  readonly pullRequests: readonly number[];
}

export interface Reaction {
  readonly id: number;
  readonly subject: string;
  readonly content: string;
  readonly user: Account;
  readonly createdAt: string;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly environment: string;
  readonly creator: Account;
  readonly createdAt: string;
  readonly statuses: { id: number; state: string; description: string; creator: Account; createdAt: string }[];
}

/** Kind of a branch's change, in the API's words. */
export type ActivityType =
  | 'push'
  | 'force_push'
  | 'branch_creation'
  | 'branch_deletion'
  | 'pr_merge'
  | 'merge_queue_merge';

/** One move of a branch. */
export interface Activity {
  readonly id: number;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly timestamp: string;
  readonly type: ActivityType;
  readonly actor: Account;
}

/** A repository: Git data are in `git`, the rest here. */
export interface Repository {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly isPrivate: boolean;
  readonly forkOf: string | undefined;
  readonly createdAt: string;
  readonly git: BareRepository;
  readonly issues: Map<number, Issue>;
  readonly labels: Map<string, Label>;
  readonly checkRuns: CheckRun[];
  readonly statuses: CommitStatus[];
  readonly runs: WorkflowRun[];
  /** Moves of branches, oldest first. */
  readonly activity: Activity[];
  readonly reactions: Reaction[];
  readonly deployments: Deployment[];
  /** Required status checks by branch. */
  readonly protection: Map<string, readonly string[]>;
  /** Further requirements of a protected branch; a branch that is not here has the defaults. */
  readonly protectionDetails: Map<string, ProtectionDetails>;
  readonly rulesets: Ruleset[];
  readonly actionsSettings: ActionsSettings;
  readonly secrets: Map<string, string>;
  readonly variables: Map<string, string>;
  /** By name; a job names the one whose secrets it gets. */
  readonly environments: Map<string, DeploymentEnvironment>;
}

/** An environment of a repository, as its settings have it. */
export interface DeploymentEnvironment {
  /** Refs whose runs may use it, such as `refs/heads/main`; undefined: all. */
  readonly refs: readonly string[] | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  /** "Protected branches only": all of them where no branch is protected. */
  readonly isForProtected?: boolean;
  /** Someone has to approve a deployment. */
  readonly hasReviewers?: boolean;
  /** Default true, as on GitHub. */
  readonly canAdminsBypass?: boolean;
}

/** Settings → Actions → General. */
export interface ActionsSettings {
  defaultPermissions: 'read' | 'write';
  canApprove: boolean;
  forkApproval: 'first_time_contributors_new_to_github' | 'first_time_contributors' | 'all_external_contributors';
  retentionDays: number;
}

/** A role in every repository of the forge. */
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read';

/** The App that is installed everywhere. */
export interface AppIdentity {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly bot: Account;
  readonly privateKey: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
}
