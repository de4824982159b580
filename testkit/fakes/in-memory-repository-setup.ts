import { type Looked, seen } from '../../core/domain/doctor/looked.ts';
import type {
  ActionsFacts,
  AppFacts,
  BranchRules,
  EnvironmentFacts,
  SharedSecret,
  TagRuleset,
} from '../../core/domain/doctor/setup-facts.ts';
import type { InstalledApp, RepositorySetup } from '../../core/ports/github/repository-setup.ts';

const NO_RULES: BranchRules = {
  checks: [],
  needsPullRequest: false,
  needsOwnerReview: false,
  blocksForcePushes: false,
  blocksDeletion: false,
};

/** Set-up of a test; the rest is as in a new repository. */
export interface MemorySettings {
  readonly environments?: readonly EnvironmentFacts[];
  /** The older protection, by branch. */
  readonly protection?: Readonly<Record<string, BranchRules>>;
  /** Of rulesets, by branch. */
  readonly rules?: Readonly<Record<string, BranchRules>>;
  readonly secrets?: readonly SharedSecret[];
  readonly tagRulesets?: readonly TagRuleset[];
  readonly workflowFiles?: readonly string[];
  readonly actions?: ActionsFacts;
  /** Logins of Apps that may write commit statuses. */
  readonly statusWriters?: readonly string[];
  readonly app?: AppFacts;
}

const DEFAULT_ACTIONS: ActionsFacts = {
  defaultPermissions: seen('read'),
  forkApproval: seen('first_time_contributors'),
  retentionDays: seen(90),
};

/** The settings of a repository in memory, and the App that is installed in it. */
export class InMemoryRepositorySetup implements RepositorySetup, InstalledApp {
  readonly #settings: MemorySettings;

  constructor(settings: MemorySettings = {}) {
    this.#settings = settings;
  }

  async environments(names: readonly string[]): Promise<Looked<readonly EnvironmentFacts[]>> {
    const all = this.#settings.environments ?? [];
    return seen(all.filter(({ name }) => names.includes(name.toLowerCase())));
  }

  async protectedBranches(): Promise<Looked<readonly string[]>> {
    return seen(Object.keys(this.#settings.protection ?? {}));
  }

  async secrets(): Promise<Looked<readonly SharedSecret[]>> {
    return seen(this.#settings.secrets ?? []);
  }

  async ruled(branch: string): Promise<Looked<BranchRules>> {
    return seen(this.#settings.rules?.[branch] ?? NO_RULES);
  }

  async protection(branch: string): Promise<Looked<BranchRules>> {
    return seen(this.#settings.protection?.[branch] ?? NO_RULES);
  }

  async tagRulesets(): Promise<Looked<readonly TagRuleset[]>> {
    return seen(this.#settings.tagRulesets ?? []);
  }

  async actions(): Promise<ActionsFacts> {
    return this.#settings.actions ?? DEFAULT_ACTIONS;
  }

  async workflowFiles(): Promise<Looked<readonly string[]>> {
    return seen(this.#settings.workflowFiles ?? []);
  }

  async mayWriteStatuses(login: string): Promise<Looked<boolean>> {
    return seen(this.#settings.statusWriters?.includes(login) === true);
  }

  async workflowAppId(): Promise<Looked<number>> {
    return seen(15368);
  }

  async read(): Promise<Looked<AppFacts | undefined>> {
    return seen(this.#settings.app);
  }
}
