import type {
  MergedChange,
  NewPullRequest,
  PullRequest,
  PullRequests,
  WantedMerge,
} from '../../ports/github/pull-requests.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

const PERMISSION = 'pull-requests: write';
/** States in which GitHub merges: `unstable` is a failed check that no one requires. */
const MERGEABLE = new Set(['clean', 'unstable', 'has_hooks']);
const METHODS = ['squash', 'merge', 'rebase'] as const;

/** The fields that GitHub's several shapes of a pull request share. */
interface PullRequestAnswer {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: string;
  readonly merged_at: string | null;
  readonly head: { readonly ref: string; readonly sha: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly ref: string; readonly repo: { readonly full_name: string } };
  readonly user: { readonly login: string } | null;
}

/** Pull requests of a GitHub repository; they are merged by the rules that its branches have. */
export class GitHubPullRequests implements PullRequests {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async ofBranch(branch: string): Promise<readonly PullRequest[]> {
    return this.#list({ head: `${this.#repository.owner}:${branch}`, state: 'all' });
  }

  async openOf(owner: string, branch: string): Promise<readonly PullRequest[]> {
    return this.#list({ head: `${owner}:${branch}`, state: 'open' });
  }

  async allOpen(): Promise<readonly PullRequest[]> {
    return this.#list({ state: 'open' });
  }

  async get(number: number): Promise<PullRequest> {
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
    const answer = this.#client.request(route, { ...this.#repository, pull_number: number });
    return toPullRequest((await orServiceError(answer, `reading pull request ${number}`, 'pull-requests: read')).data);
  }

  async open({ branch, base, title, body }: NewPullRequest): Promise<PullRequest> {
    const request = { ...this.#repository, head: branch, base, title, body };
    const made = this.#client.request('POST /repos/{owner}/{repo}/pulls', request).then(
      ({ data }) => toPullRequest(data),
      async (error: unknown) => {
        // 422: there is one already, opened by a racing event or by an answer that got lost.
        const [open] = statusOf(error) === 422 ? await this.openOf(this.#repository.owner, branch) : [];
        if (open === undefined) throw error;
        return open;
      },
    );
    return orServiceError(made, `opening a pull request of ${branch}`, PERMISSION);
  }

  async update(number: number, { title, body }: { readonly title: string; readonly body: string }): Promise<void> {
    await this.#patch(number, { title, body });
  }

  async close(number: number): Promise<void> {
    await this.#patch(number, { state: 'closed' });
  }

  async mergedBy(commit: string): Promise<readonly MergedChange[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
      ...this.#repository,
      commit_sha: commit,
    });
    const { data } = await orServiceError(answer, `looking for the pull request of ${commit}`, 'pull-requests: read');
    return data
      .filter(({ merged_at, merge_commit_sha }) => merged_at !== null && merge_commit_sha === commit)
      .map(({ number, head }) => ({ number, headSha: head.sha }));
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

  async #list(filter: { head?: string; state: 'all' | 'open' }): Promise<readonly PullRequest[]> {
    const found = await orServiceError(
      this.#client.paginate('GET /repos/{owner}/{repo}/pulls', {
        ...this.#repository,
        ...filter,
        per_page: 100,
      }),
      `listing the pull requests${filter.head === undefined ? '' : ` of ${filter.head}`}`,
      'pull-requests: read',
    );
    return found.map(toPullRequest).sort((a, b) => b.number - a.number);
  }

  async #patch(number: number, change: { title?: string; body?: string; state?: 'closed' }): Promise<void> {
    const route = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}';
    const answer = this.#client.request(route, { ...this.#repository, pull_number: number, ...change });
    await orServiceError(answer, `changing pull request ${number}`, PERMISSION);
  }
}

function toPullRequest(data: PullRequestAnswer): PullRequest {
  return {
    number: data.number,
    title: data.title,
    body: data.body ?? '',
    state: data.state === 'open' ? 'open' : 'closed',
    merged: data.merged_at !== null,
    headRef: data.head.ref,
    headSha: data.head.sha,
    baseRef: data.base.ref,
    fork: data.head.repo?.full_name !== data.base.repo.full_name,
    author: data.user?.login ?? '',
  };
}
