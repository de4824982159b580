import { type Looked, mapLooked, seen, unknown } from '../../domain/doctor/looked.ts';
import type {
  ActionsFacts,
  BranchRules,
  EnvironmentFacts,
  SharedSecret,
  TagRuleset,
} from '../../domain/doctor/setup-facts.ts';
import type { RepositorySetup } from '../../ports/github/repository-setup.ts';
import type { GitHubClient, RepositoryName } from './github-client.ts';
import { lookedAt } from './looked-at.ts';

const NO_RULES: BranchRules = {
  checks: [],
  needsPullRequest: false,
  needsOwnerReview: false,
  blocksForcePushes: false,
  blocksDeletion: false,
};
const ADMINISTRATION = 'administration: read';
const ALL = { per_page: 100 } as const;

/** Settings of a GitHub repository; nothing is changed. */
export class GitHubRepositorySetup implements RepositorySetup {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async environments(names: readonly string[]): Promise<Looked<readonly EnvironmentFacts[]>> {
    const all = this.#client.paginate('GET /repos/{owner}/{repo}/environments', { ...this.#repository, ...ALL });
    const listed = await lookedAt(all, 'listing the environments', 'actions: read');
    if (listed.kind === 'unknown') return listed;
    const facts: EnvironmentFacts[] = [];
    for (const one of listed.value.filter(({ name }) => names.includes(name.toLowerCase()))) {
      const branches = await this.#branchesOf(one.name, one.deployment_branch_policy ?? null);
      if (branches.kind === 'unknown') return branches;
      const hasReviewers = (one.protection_rules ?? []).some(({ type }) => type === 'required_reviewers');
      facts.push({ name: one.name, branches: branches.value, hasReviewers, canAdminsBypass: bypassOf(one) });
    }
    return seen(facts);
  }

  async #branchesOf(
    environment_name: string,
    policy: { readonly protected_branches: boolean } | null,
  ): Promise<Looked<EnvironmentFacts['branches']>> {
    if (policy === null) return seen({ kind: 'all' });
    if (policy.protected_branches) return seen({ kind: 'protected' });
    const route = 'GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies';
    const all = this.#client.paginate(route, { ...this.#repository, environment_name, ...ALL });
    const listed = await lookedAt(all, `reading the policies of ${environment_name}`, 'actions: read');
    return mapLooked(listed, (policies) => ({
      kind: 'named',
      patterns: policies.map(({ id = 0, name = '', type = 'branch' }) => ({ id, name, type })),
    }));
  }

  async protectedBranches(): Promise<Looked<readonly string[]>> {
    const route = 'GET /repos/{owner}/{repo}/branches';
    const all = this.#client.paginate(route, { ...this.#repository, protected: true, ...ALL });
    const listed = await lookedAt(all, 'listing the protected branches', 'contents: read');
    return mapLooked(listed, (branches) => branches.map(({ name }) => name));
  }

  async secrets(): Promise<Looked<readonly SharedSecret[]>> {
    const at = { ...this.#repository, ...ALL };
    const [own, shared] = await Promise.all([
      lookedAt(
        this.#client.paginate('GET /repos/{owner}/{repo}/actions/secrets', at),
        'listing the names of secrets',
        'secrets: read',
      ),
      lookedAt(
        this.#client.paginate('GET /repos/{owner}/{repo}/actions/organization-secrets', at),
        'listing the names of secrets of the organisation',
        'secrets: read',
      ),
    ]);
    if (own.kind === 'unknown') return own;
    return mapLooked(shared, (ofOrganisation) => [
      ...own.value.map(({ name }) => ({ name, of: 'repository' }) as const),
      ...ofOrganisation.map(({ name }) => ({ name, of: 'organisation' }) as const),
    ]);
  }

  async ruled(branch: string): Promise<Looked<BranchRules>> {
    const route = 'GET /repos/{owner}/{repo}/rules/branches/{branch}';
    const all = this.#client.paginate(route, { ...this.#repository, branch, ...ALL });
    const listed = await lookedAt(all, `reading the rules of ${branch}`, 'metadata: read');
    return mapLooked(listed, (rules) => ({
      checks: rules.flatMap((rule) =>
        rule.type === 'required_status_checks'
          ? (rule.parameters?.required_status_checks ?? []).map((one) => ({
              name: one.context,
              source: one.integration_id,
            }))
          : [],
      ),
      needsPullRequest: rules.some(({ type }) => type === 'pull_request'),
      needsOwnerReview: rules.some(
        (rule) => rule.type === 'pull_request' && rule.parameters?.require_code_owner_review === true,
      ),
      blocksForcePushes: rules.some(({ type }) => type === 'non_fast_forward'),
      blocksDeletion: rules.some(({ type }) => type === 'deletion'),
    }));
  }

  /** True if there is any protection is for everyone; what it says, for who administrates the repository. */
  async protection(branch: string): Promise<Looked<BranchRules>> {
    const at = { ...this.#repository, branch };
    const basic = await lookedAt(
      this.#client.request('GET /repos/{owner}/{repo}/branches/{branch}', at),
      `reading ${branch}`,
      'contents: read',
    );
    if (basic.kind === 'unknown') return basic;
    if (basic.value.data.protection?.enabled === false) return seen(NO_RULES);
    const whole = await lookedAt(
      this.#client.request('GET /repos/{owner}/{repo}/branches/{branch}/protection', at),
      `reading the protection of ${branch}`,
      ADMINISTRATION,
    );
    // Who may see other settings of that kind is told so because there is no such protection, but rulesets alone.
    if (whole.kind === 'unknown') return mapLooked(await this.#workflowPermissions(), () => NO_RULES);
    return mapLooked(whole, ({ data }) => ({
      // Below 1 is "any source".
      checks: (data.required_status_checks?.checks ?? []).map(({ context, app_id: id }) => ({
        name: context,
        source: id === null || id < 1 ? undefined : id,
      })),
      needsPullRequest: data.required_pull_request_reviews !== undefined,
      needsOwnerReview: data.required_pull_request_reviews?.require_code_owner_reviews === true,
      blocksForcePushes: data.allow_force_pushes?.enabled === false,
      blocksDeletion: data.allow_deletions?.enabled === false,
    }));
  }

  async tagRulesets(): Promise<Looked<readonly TagRuleset[]>> {
    const at = { ...this.#repository, includes_parents: true };
    const route = 'GET /repos/{owner}/{repo}/rulesets';
    const all = this.#client.paginate(route, { ...at, targets: 'tag', ...ALL });
    const listed = await lookedAt(all, 'listing the rulesets', 'metadata: read');
    if (listed.kind === 'unknown') return listed;
    const found: TagRuleset[] = [];
    for (const { id: ruleset_id } of listed.value.filter(({ enforcement }) => enforcement === 'active')) {
      const one = this.#client.request('GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...at, ruleset_id });
      const read = await lookedAt(one, `reading the ruleset ${ruleset_id}`, 'metadata: read');
      if (read.kind === 'unknown') return read;
      const { conditions, rules = [] } = read.value.data;
      const names =
        conditions !== null && conditions !== undefined && 'ref_name' in conditions ? conditions.ref_name : {};
      const { include = [], exclude = [] } = names ?? {};
      found.push({ include, exclude, rules: rules.map(({ type }) => type) });
    }
    return seen(found);
  }

  #workflowPermissions() {
    const route = 'GET /repos/{owner}/{repo}/actions/permissions/workflow';
    return lookedAt(this.#client.request(route, { ...this.#repository }), 'reading permissions', ADMINISTRATION);
  }

  async actions(): Promise<ActionsFacts> {
    const at = { ...this.#repository };
    const read = <T>(request: Promise<T>, what: string) => lookedAt(request, `reading ${what}`, ADMINISTRATION);
    const [workflow, approval, retention] = await Promise.all([
      this.#workflowPermissions(),
      read(
        this.#client.request('GET /repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval', at),
        'whose runs wait for approval',
      ),
      read(
        this.#client.request('GET /repos/{owner}/{repo}/actions/permissions/artifact-and-log-retention', at),
        'how long artifacts are kept',
      ),
    ]);
    return {
      defaultPermissions: mapLooked(workflow, ({ data }) => data.default_workflow_permissions),
      forkApproval: mapLooked(approval, ({ data }) => data.approval_policy),
      retentionDays: mapLooked(retention, ({ data }) => data.days),
    };
  }

  /** The folder is listed by its parent: a folder that is not there is no lack of a permission. */
  async workflowFiles(): Promise<Looked<readonly string[]>> {
    const root = await this.#names('.github');
    if (root === undefined || !root.includes('workflows')) return seen([]);
    const names = (await this.#names('.github/workflows')) ?? [];
    return seen(names.filter((name) => /\.ya?ml$/.test(name)));
  }

  async #names(path: string): Promise<readonly string[] | undefined> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/contents/{path}', { ...this.#repository, path });
    // The repository itself was read before: there is no such folder.
    const found = await lookedAt(answer, `listing ${path}`, 'contents: read');
    if (found.kind === 'unknown') return undefined;
    return Array.isArray(found.value.data) ? found.value.data.map(({ name }) => name) : undefined;
  }

  async workflowAppId(): Promise<Looked<number>> {
    return mapLooked(await this.#app('github-actions'), ({ id }) => id);
  }

  async mayWriteStatuses(login: string): Promise<Looked<boolean>> {
    const slug = login.replace(/\[bot\]$/, '');
    return mapLooked(await this.#app(slug), ({ permissions }) => permissions.statuses === 'write');
  }

  async #app(app_slug: string): Promise<Looked<{ id: number; permissions: Readonly<Record<string, unknown>> }>> {
    const answer = this.#client.request('GET /apps/{app_slug}', { app_slug });
    const found = await lookedAt(
      answer,
      `reading the App ${app_slug}`,
      `a look at the App ${app_slug}, which is private`,
    );
    if (found.kind === 'unknown' || found.value.data === null) return unknown(`a look at the App ${app_slug}`);
    return seen(found.value.data);
  }
}

/** GitHub says it, and its description does not. */
function bypassOf(environment: object): boolean | undefined {
  if (!('can_admins_bypass' in environment)) return undefined;
  return typeof environment.can_admins_bypass === 'boolean' ? environment.can_admins_bypass : undefined;
}
