import { ServiceError, UserError } from '../../errors.ts';
import type { BaseBranch, BranchHead, Commits, NewCommit } from '../../ports/github/commits.ts';

import { GitFacts } from './git-facts.ts';
import { type GitHubClient, isGraphQLRefusal, orServiceError, type RepositoryName, statusOf } from './github-client.ts';
import { GitHubTree } from './github-tree.ts';

const WRITE = 'contents: write';
const READ = 'contents: read';
/** GitHub lists no more files of a comparison, and does not say that there are more. */
const MAX_LISTED_FILES = 300;
const UPDATE_REFS = `mutation ($repository: ID!, $changes: [RefUpdate!]!) {
  updateRefs(input: { repositoryId: $repository, refUpdates: $changes }) { clientMutationId }
}`;

/** Branches of a GitHub repository; commits by the Git Data API, so that GitHub signs them as the App's. */
export class GitHubBranches
  implements Pick<Commits, 'default' | 'head' | 'commit' | 'treeWith' | 'changedFiles' | 'mergeBase' | 'rootEntries'>
{
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;
  readonly #facts: GitFacts;
  #asked: Promise<{ readonly name: string; readonly id: string }> | undefined;

  /** @param facts What is known already. */
  constructor(client: GitHubClient, repository: RepositoryName, facts = new GitFacts()) {
    this.#client = client;
    this.#repository = repository;
    this.#facts = facts;
  }

  async default(): Promise<BaseBranch> {
    const { name } = await this.#settings();
    const ref = this.#client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...this.#repository,
      ref: `heads/${name}`,
    });
    return { name, sha: (await orServiceError(ref, `reading the branch ${name}`, READ)).data.object.sha };
  }

  async head(branch: string): Promise<BranchHead | undefined> {
    const sha = await this.#sha(branch);
    if (sha === undefined) return undefined;
    const { tree, parents, message } = await this.#commit(sha);
    return { sha, tree: tree.sha, parents: parents.map((parent) => parent.sha), message };
  }

  async treeWith(base: string, files: NewCommit['files']): Promise<string> {
    const { tree } = await this.#commit(base);
    return this.#tree(tree.sha).with(files);
  }

  async commit({ branch, base, files, message, expected }: NewCommit): Promise<string> {
    const onto = await this.#commit(base);
    const modes = this.#tree(onto.tree.sha);
    const entries = await Promise.all(
      files.map(async ({ path, text }) => {
        const mode = await modes.ofFile(path);
        return { path, mode, type: 'blob' as const, content: text };
      }),
    );
    const made = this.#client.request('POST /repos/{owner}/{repo}/git/trees', {
      ...this.#repository,
      base_tree: onto.tree.sha,
      tree: entries,
    });
    const { data: tree } = await orServiceError(made, `writing the files of ${branch}`, WRITE);
    const committed = this.#client.request('POST /repos/{owner}/{repo}/git/commits', {
      ...this.#repository,
      message,
      tree: tree.sha,
      parents: [base],
    });
    const { data: commit } = await orServiceError(committed, `committing to ${branch}`, WRITE);
    await this.#place(branch, commit.sha, { expected, force: base !== expected });
    return commit.sha;
  }

  async #place(
    branch: string,
    sha: string,
    { expected, force }: { readonly expected: string | undefined; readonly force: boolean },
  ): Promise<void> {
    const placed = expected === undefined ? this.#create(branch, sha) : this.#update(branch, sha, { expected, force });
    const what = `updating the branch ${branch}`;
    await placed.catch(async (cause: unknown) => {
      const now = isRefused(cause) ? await this.#sha(branch) : expected;
      // The answer to an earlier try of Tidegate got lost.
      if (now === sha) return;
      if (expected === undefined && now === undefined) await this.#refuseBelow(branch, cause);
      if (now === expected) return orServiceError(Promise.reject(cause), what, WRITE);
      throw new ServiceError('GITHUB_CONFLICT', `${branch} was updated by another process at the same time`, {
        fix: 'No action needed: the next event or sweep tries again.',
        retryable: true,
        cause,
      });
    });
  }

  /** Git keeps no branch `a/b` where there is a branch `a`. @throws {UserError} BRANCH_BLOCKED. */
  async #refuseBelow(branch: string, cause: unknown): Promise<void> {
    const parts = branch.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const above = parts.slice(0, length).join('/');
      if ((await this.#sha(above)) === undefined) continue;
      throw new UserError('BRANCH_BLOCKED', `the branch ${branch} cannot be created: the branch ${above} exists`, {
        fix: `Rename the branch ${above}: Git has no branches below another branch.`,
        cause,
      });
    }
  }

  async #create(branch: string, sha: string): Promise<unknown> {
    const ref = `refs/heads/${branch}`;
    return this.#client.request('POST /repos/{owner}/{repo}/git/refs', { ...this.#repository, ref, sha });
  }

  /** REST moves a branch from wherever it is; only GraphQL says from where. */
  async #update(
    branch: string,
    sha: string,
    { expected, force }: { readonly expected: string; readonly force: boolean },
  ): Promise<unknown> {
    const { id } = await this.#settings();
    const change = { name: `refs/heads/${branch}`, beforeOid: expected, afterOid: sha, force };
    return this.#client.graphql(UPDATE_REFS, { repository: id, changes: [change] });
  }

  async changedFiles(base: string, head: string): Promise<readonly string[] | undefined> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...this.#repository,
      basehead: `${base}...${head}`,
    });
    const { data } = await orServiceError(answer, `comparing ${base} with ${head}`, READ);
    const files = data.files ?? [];
    if (files.length >= MAX_LISTED_FILES) return undefined;
    return files.flatMap((file) =>
      file.previous_filename === undefined ? [file.filename] : [file.filename, file.previous_filename],
    );
  }

  async mergeBase(base: string, head: string): Promise<string | undefined> {
    return this.#facts.once(`merge base of ${base} and ${head}`, () => this.#mergeBase(base, head));
  }

  async #mergeBase(base: string, head: string): Promise<string | undefined> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/compare/{basehead}', {
        ...this.#repository,
        basehead: `${base}...${head}`,
        per_page: 1,
      })
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    return (await orServiceError(answer, `comparing ${base} with ${head}`, READ))?.data.merge_base_commit.sha;
  }

  async rootEntries(commit: string): Promise<ReadonlyMap<string, string>> {
    const { tree } = await this.#commit(commit);
    return this.#tree(tree.sha).entries();
  }

  /** Facts of the repository that do not change during one look. */
  async #settings(): Promise<{ readonly name: string; readonly id: string }> {
    const asking =
      this.#asked ??
      this.#client
        .request('GET /repos/{owner}/{repo}', { ...this.#repository })
        .then(({ data }) => ({ name: data.default_branch, id: data.node_id }));
    this.#asked = asking;
    asking.catch(() => {
      this.#asked = undefined;
    });
    return orServiceError(asking, 'reading the repository', 'metadata: read');
  }

  #tree(sha: string): GitHubTree {
    return new GitHubTree(this.#client, this.#repository, { root: sha, facts: this.#facts });
  }

  #commit(sha: string) {
    return this.#facts.once(`commit ${sha}`, () => this.#readCommit(sha));
  }

  async #readCommit(sha: string) {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...this.#repository,
      commit_sha: sha,
    });
    return (await orServiceError(answer, `reading the commit ${sha}`, READ)).data;
  }

  async #sha(branch: string): Promise<string | undefined> {
    const answer = this.#client
      .request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...this.#repository, ref: `heads/${branch}` })
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    return (await orServiceError(answer, `reading the branch ${branch}`, READ))?.data.object.sha;
  }
}

/** GitHub said no, by REST's 422 or in the errors of a GraphQL answer: perhaps because the branch is elsewhere. */
function isRefused(error: unknown): boolean {
  return statusOf(error) === 422 || isGraphQLRefusal(error);
}
