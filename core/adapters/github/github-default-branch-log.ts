import type { BranchTip, BranchTips, DefaultBranchLog } from '../../ports/github/default-branch-log.ts';
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
export class GitHubDefaultBranchLog implements DefaultBranchLog {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #branch: () => Promise<string>;
  /** By cursor: a longer list begins with the shorter one. */
  readonly #pages = new Map<string, Promise<Page>>();

  /** @param branch The name of the default branch. */
  constructor(client: GitHubClient, repository: RepositoryName, branch: () => Promise<string>) {
    this.#client = client;
    this.#repository = repository;
    this.#branch = branch;
  }

  async tips(base: string, atMost: number): Promise<BranchTips> {
    const found: BranchTip[] = [];
    let next: string | undefined = '';
    while (next !== undefined && found.length < atMost) {
      const page: Page = await this.#pageAt(next);
      found.push(...page.tips);
      next = page.next;
    }
    const at = found.findIndex(({ sha }) => sha === base);
    const known = at < 0 ? [await this.#arrival(base), ...found] : found.slice(at);
    return { tips: known.slice(0, atMost), isWhole: next === undefined && known.length <= atMost };
  }

  async wasAt(commit: string, atMost: number): Promise<boolean | undefined> {
    let next: string | undefined = '';
    for (let seen = 0; next !== undefined && seen < atMost; seen += PER_PAGE) {
      const page: Page = await this.#pageAt(next);
      if (page.tips.some(({ sha }) => sha === commit)) return true;
      if (page.isFirst) return false;
      next = page.next;
    }
    return undefined;
  }

  #pageAt(cursor: string): Promise<Page> {
    const asked = this.#pages.get(cursor) ?? this.#page(cursor);
    this.#pages.set(cursor, asked);
    asked.catch(() => this.#pages.delete(cursor));
    return asked;
  }

  async #page(after: string): Promise<Page> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/activity', {
      ...this.#repository,
      ref: `refs/heads/${await this.#branch()}`,
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
  async #arrival(sha: string): Promise<BranchTip> {
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

/** The cursor of the next page in a Link header. */
function cursorOf(link: string | undefined): string | undefined {
  const next = (link ?? '').split(',').find((one) => one.includes('rel="next"'));
  const address = next?.slice(next.indexOf('<') + 1, next.indexOf('>'));
  return address === undefined ? undefined : (new URL(address).searchParams.get('after') ?? undefined);
}
