import type { BaseBranch, BranchTip, BranchTips, Commits } from '../../ports/github/commits.ts';

import { type GitHubClient, orServiceError, type RepositoryName } from './github-client.ts';

const PER_PAGE = 100;
const NO_COMMIT = /^0+$/;
const READ = 'contents: read';

interface Page {
  readonly tips: readonly BranchTip[];
  /** Cursor of the page behind it. */
  readonly next: string | undefined;
  /** Its last move made the branch: nothing was before. */
  readonly isFirst: boolean;
}

/**
 * The moves of the default branch on GitHub, by the activity that it records itself. A list of commits would not do: it
 * has the dates that their authors wrote, and the log of a file leaves merge commits out.
 */
export class GitHubDefaultBranchLog implements Pick<Commits, 'tips' | 'wasAt'> {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  /** By branch and cursor: a longer list begins with the shorter one. */
  readonly #pages = new Map<string, Promise<Page>>();
  /** Of commits that the activity did not show yet. */
  readonly #arrivals = new Map<string, Promise<BranchTip>>();

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async tips(base: BaseBranch, atMost: number): Promise<BranchTips> {
    const found: BranchTip[] = [];
    let next: string | undefined = '';
    while (next !== undefined && found.length < atMost) {
      const page: Page = await this.#pageAt(base.name, next);
      found.push(...page.tips);
      next = page.next;
    }
    const at = found.findIndex(({ sha }) => sha === base.sha);
    const known = at < 0 ? [await this.#arrival(base.sha), ...found] : found.slice(at);
    return { tips: known.slice(0, atMost), isWhole: next === undefined && known.length <= atMost };
  }

  async wasAt({ name, sha: wanted }: BaseBranch, atMost: number): Promise<boolean | undefined> {
    let next: string | undefined = '';
    for (let seen = 0; next !== undefined && seen < atMost; seen += PER_PAGE) {
      const page: Page = await this.#pageAt(name, next);
      if (page.tips.some(({ sha }) => sha === wanted)) return true;
      if (page.isFirst) return false;
      next = page.next;
    }
    return undefined;
  }

  #pageAt(branch: string, cursor: string): Promise<Page> {
    return askOnce(this.#pages, `${branch} ${cursor}`, () => this.#page(branch, cursor));
  }

  async #page(branch: string, after: string): Promise<Page> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/activity', {
      ...this.#repository,
      ref: `refs/heads/${branch}`,
      per_page: PER_PAGE,
      ...(after === '' ? {} : { after }),
    });
    const { data, headers } = await orServiceError(answer, 'reading the activity of the default branch', READ);
    const tips = data
      .filter(({ after: to }) => !NO_COMMIT.test(to))
      .map(({ after: sha, timestamp }) => ({ sha, arrivedAtMs: Date.parse(timestamp) }));
    const next = cursorOf(headers.link);
    return { tips, next, isFirst: next === undefined && NO_COMMIT.test(data.at(-1)?.before ?? '') };
  }

  /** A commit that the activity does not show yet: when its pull request was merged, else just now. */
  #arrival(sha: string): Promise<BranchTip> {
    return askOnce(this.#arrivals, sha, () => this.#readArrival(sha));
  }

  async #readArrival(sha: string): Promise<BranchTip> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
      ...this.#repository,
      commit_sha: sha,
    });
    const { data, headers } = await orServiceError(
      answer,
      `reading the pull requests of ${sha}`,
      'pull-requests: read',
    );
    const merged = data.find(({ merge_commit_sha, merged_at }) => merge_commit_sha === sha && merged_at !== null);
    return { sha, arrivedAtMs: Date.parse(merged?.merged_at ?? String(headers.date)) };
  }
}

/** A failure is not kept. */
function askOnce<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const asked = known.get(key) ?? ask();
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}

/** The cursor of the next page in a Link header. */
function cursorOf(link: string | undefined): string | undefined {
  const next = (link ?? '').split(',').find((one) => one.includes('rel="next"'));
  const address = next?.slice(next.indexOf('<') + 1, next.indexOf('>'));
  return address === undefined ? undefined : (new URL(address).searchParams.get('after') ?? undefined);
}
