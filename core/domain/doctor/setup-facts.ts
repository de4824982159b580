import type { OwnerRule } from './code-owners.ts';
import type { Looked } from './looked.ts';
import type { WorkflowFacts } from './workflow-facts.ts';

/** An environment of the repository on its host: what its rules let through. */
export interface EnvironmentFacts {
  readonly name: string;
  /** Branches that may deploy to it. */
  readonly branches:
    | { readonly kind: 'all' }
    | { readonly kind: 'protected' }
    | { readonly kind: 'named'; readonly patterns: readonly BranchPattern[] };
  readonly hasReviewers: boolean;
  /** Undefined where the host does not say. */
  readonly canAdminsBypass: boolean | undefined;
}

/** A pattern of names that may deploy. */
export interface BranchPattern {
  /** Number by which the host knows it. */
  readonly id: number;
  readonly name: string;
  readonly type: 'branch' | 'tag';
}

/** A secret that every workflow on every branch can read. */
export interface SharedSecret {
  readonly name: string;
  readonly of: 'repository' | 'organisation';
}

/** A check that has to succeed before a merge. */
export interface RequiredCheck {
  readonly name: string;
  /** Number of the App that has to write it; undefined: any. */
  readonly source: number | undefined;
}

/** Protection of a branch by one of the two ways to protect it. */
export interface BranchRules {
  readonly checks: readonly RequiredCheck[];
  readonly needsPullRequest: boolean;
  readonly needsOwnerReview: boolean;
  readonly blocksForcePushes: boolean;
  readonly blocksDeletion: boolean;
}

/** An active ruleset for tags. */
export interface TagRuleset {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Types of its rules: `creation`, `update`, `deletion`, … */
  readonly rules: readonly string[];
}

/** The file of code owners. */
export interface OwnersFile {
  readonly path: string;
  readonly rules: readonly OwnerRule[];
}

/** Recent answers to webhooks of an installation. */
export interface DeliveryFacts {
  /** Of the newest one. */
  readonly event: string;
  /** Of the newest one; 0 where there was no answer. */
  readonly statusCode: number;
  readonly failed: number;
  readonly of: number;
}

/** The App as it is installed. */
export interface AppFacts {
  readonly id: number;
  readonly slug: string;
  readonly isSuspended: boolean;
  readonly isInstalled: Looked<boolean>;
  /** Permissions that the owner accepted, which may be fewer than the App requests. */
  readonly granted: Looked<WantedApp>;
  /** Undefined: not asked, since only the App itself may know. Undefined within: none was sent lately. */
  readonly deliveries: Looked<DeliveryFacts | undefined> | undefined;
}

/** Health rules of an environment in tidegate.yaml, and the observed signals. */
export interface HealthFacts {
  readonly model: string;
  readonly environment: string;
  readonly from: string;
  readonly context: string;
  readonly creator: string | undefined;
  readonly hasDeadline: boolean;
  /** True if recent commits of the default branch have such a word, and from whom. */
  readonly said: Looked<'by-creator' | 'by-another' | 'never'>;
  /** True if the App that has to write it may write commit statuses; undefined: not asked, no App writes it. */
  readonly mayWrite: Looked<boolean> | undefined;
}

/** A model of tidegate.yaml, as far as its set-up goes. */
export interface ModelFacts {
  readonly name: string;
  readonly store: string | undefined;
  /** File name; undefined: the model is not registered. */
  readonly releaseWorkflow: string | undefined;
  readonly retrainWorkflow: string | undefined;
  /** `train.record`: its release pushes data. Default: false. */
  readonly isRecorded?: boolean;
  /** Files of its targets. */
  readonly targets: readonly string[];
}

/** tidegate.yaml on the default branch. */
export type ConfigFacts =
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly problems: readonly string[] }
  | { readonly kind: 'parsed'; readonly models: readonly ModelFacts[] };

/** Settings of GitHub Actions in the repository. */
export interface ActionsFacts {
  readonly defaultPermissions: Looked<'read' | 'write'>;
  /** Whose pull requests from forks wait for approval: `all_external_contributors`, `first_time_contributors`, … */
  readonly forkApproval: Looked<string>;
  readonly retentionDays: Looked<number>;
}

/** Everything that was looked at. */
export interface SetupFacts {
  /** `owner/name` */
  readonly repository: string;
  readonly defaultBranch: string;
  readonly config: ConfigFacts;
  readonly environments: Looked<readonly EnvironmentFacts[]>;
  /** Names of the branches that a branch protection rule fits. */
  readonly protectedBranches: Looked<readonly string[]>;
  readonly secrets: Looked<readonly SharedSecret[]>;
  /** By rulesets. */
  readonly ruled: Looked<BranchRules>;
  /** By the branch's own protection; all false where it has none. */
  readonly protection: Looked<BranchRules>;
  readonly tagRulesets: Looked<readonly TagRuleset[]>;
  readonly owners: Looked<OwnersFile | undefined>;
  readonly workflows: Looked<readonly WorkflowFacts[]>;
  readonly actions: ActionsFacts;
  /** Undefined within: there is no such App here. */
  readonly app: Looked<AppFacts | undefined>;
  readonly health: readonly HealthFacts[];
  /** Requirements of the bot for its App; undefined: the repository has no bot. */
  readonly wanted: WantedApp | undefined;
  /** Number of the App that jobs of workflows write their checks as. */
  readonly workflowAppId: Looked<number>;
}

/** Permissions and events of an App. */
export interface WantedApp {
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}
