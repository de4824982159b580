import type { Looked } from '../../domain/doctor/looked.ts';
import type {
  ActionsFacts,
  AppFacts,
  BranchRules,
  EnvironmentFacts,
  SharedSecret,
  TagRuleset,
} from '../../domain/doctor/setup-facts.ts';

/**
 * The settings of a repository on its host. What the token may not see is `unknown`, with the permission that it needs.
 *
 * Every method throws {ServiceError} GITHUB_UNREACHABLE (retryable) where the host does not answer, and GITHUB_REFUSED
 * where it does not know the token.
 */
export interface RepositorySetup {
  /** Those of these names that are there; names in small letters. */
  environments(names: readonly string[]): Promise<Looked<readonly EnvironmentFacts[]>>;
  /** Names of the branches that a branch protection rule fits. */
  protectedBranches(): Promise<Looked<readonly string[]>>;
  /** Names of the secrets that workflows on every branch can read; never their values. */
  secrets(): Promise<Looked<readonly SharedSecret[]>>;
  /** Requirements of the active rulesets for a branch. */
  ruled(branch: string): Promise<Looked<BranchRules>>;
  /** Requirements of the branch's own protection; none without protection. */
  protection(branch: string): Promise<Looked<BranchRules>>;
  /** The active rulesets for tags. */
  tagRulesets(): Promise<Looked<readonly TagRuleset[]>>;
  actions(): Promise<ActionsFacts>;
  /** File names in `.github/workflows` of the default branch; empty where there is none. */
  workflowFiles(): Promise<Looked<readonly string[]>>;
  /** True if the App of a login such as `argocd[bot]` asks for writing commit statuses. */
  mayWriteStatuses(login: string): Promise<Looked<boolean>>;
  /** Number of the App that writes the checks of workflow jobs. */
  workflowAppId(): Promise<Looked<number>>;
}

/** The bot's App. Errors as `RepositorySetup`. */
export interface InstalledApp {
  /** Undefined within: there is no such App. */
  read(): Promise<Looked<AppFacts | undefined>>;
}
