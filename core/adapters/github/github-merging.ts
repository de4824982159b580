import type { Merging, WantedMerge } from '../../ports/github/merging.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

/** States in which GitHub merges: `unstable` is a failed check that nobody requires. */
const MERGEABLE = new Set(['clean', 'unstable', 'has_hooks']);
const METHODS = ['squash', 'merge', 'rebase'] as const;

/** Merging in a GitHub repository, by the rules that its branches have. */
export class GitHubMerging implements Merging {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async requiredChecks(branch: string): Promise<readonly string[]> {
    const at = { ...this.#repository, branch };
    const what = `reading the protection of ${branch}`;
    const [{ data }, rules] = await Promise.all([
      orServiceError(this.#client.request('GET /repos/{owner}/{repo}/branches/{branch}', at), what, 'contents: read'),
      orServiceError(
        this.#client.paginate('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...at, per_page: 100 }),
        what,
        'metadata: read',
      ),
    ]);
    const protecting = data.protection?.required_status_checks?.contexts ?? [];
    const ruled = rules.flatMap((rule) =>
      rule.type === 'required_status_checks' ? (rule.parameters?.required_status_checks ?? []) : [],
    );
    return [...new Set([...protecting, ...ruled.map(({ context }) => context)])].toSorted();
  }

  async merge({ number, headSha, baseRef }: WantedMerge): Promise<string | undefined> {
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
    const asked = this.#client.request(route, { ...this.#repository, pull_number: number });
    const { data } = await orServiceError(asked, `reading pull request ${number}`, 'pull-requests: read');
    if (data.head.sha !== headSha) return 'its branch was updated';
    if (data.base.ref !== baseRef) return `it is not for ${baseRef} any more`;
    if (!MERGEABLE.has(data.mergeable_state)) return `GitHub says it is ${data.mergeable_state}`;
    const merging = this.#client
      .request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
        ...this.#repository,
        pull_number: number,
        sha: headSha,
        merge_method: await this.#method(),
      })
      .then(
        () => undefined,
        (error: unknown) => {
          const status = statusOf(error);
          // 405: something is missing that only GitHub knows of; 409: a push was faster.
          if (status === 405 || status === 409) return 'GitHub does not merge it yet';
          throw error;
        },
      );
    return orServiceError(merging, `merging pull request ${number}`, 'contents: write');
  }

  /** The first that the repository allows. */
  async #method(): Promise<(typeof METHODS)[number]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}', { ...this.#repository });
    const { data } = await orServiceError(answer, 'reading the repository', 'metadata: read');
    const allowed = {
      squash: data.allow_squash_merge,
      merge: data.allow_merge_commit,
      rebase: data.allow_rebase_merge,
    };
    return METHODS.find((method) => allowed[method] === true) ?? 'squash';
  }
}
