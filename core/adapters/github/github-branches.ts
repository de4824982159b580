import type { Branches, BranchHead, NewCommit } from '../../ports/branches.ts';
import { type GitHubClient, orServiceError, type RepositoryName, statusOf } from './github-client.ts';

const WRITE = 'contents: write';
const READ = 'contents: read';

/** Branches of a GitHub repository; commits by the Git Data API, so that GitHub signs them as the App's. */
export class GitHubBranches implements Branches {
  readonly #client: GitHubClient;
  readonly #repository: RepositoryName;

  constructor(client: GitHubClient, repository: RepositoryName) {
    this.#client = client;
    this.#repository = repository;
  }

  async default(): Promise<{ readonly name: string; readonly sha: string }> {
    const repository = this.#client.request('GET /repos/{owner}/{repo}', { ...this.#repository });
    const { data } = await orServiceError(repository, 'reading the repository', 'metadata: read');
    const name = data.default_branch;
    const ref = this.#client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...this.#repository,
      ref: `heads/${name}`,
    });
    return { name, sha: (await orServiceError(ref, `reading the branch ${name}`, READ)).data.object.sha };
  }

  async head(branch: string): Promise<BranchHead | undefined> {
    const sha = await this.#sha(branch);
    if (sha === undefined) return undefined;
    const answer = this.#client.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...this.#repository, ref: sha });
    const { data } = await orServiceError(answer, `reading the commit ${sha}`, READ);
    return { sha, author: data.author?.login ?? null };
  }

  async commit({ branch, base, files, message }: NewCommit): Promise<string> {
    const parent = this.#client.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...this.#repository,
      commit_sha: base,
    });
    const { data: onto } = await orServiceError(parent, `reading the commit ${base}`, READ);
    const made = this.#client.request('POST /repos/{owner}/{repo}/git/trees', {
      ...this.#repository,
      base_tree: onto.tree.sha,
      tree: files.map(({ path, text }) => ({ path, mode: '100644', type: 'blob', content: text })),
    });
    const { data: tree } = await orServiceError(made, `writing the files of ${branch}`, WRITE);
    const committed = this.#client.request('POST /repos/{owner}/{repo}/git/commits', {
      ...this.#repository,
      message,
      tree: tree.sha,
      parents: [base],
    });
    const { data: commit } = await orServiceError(committed, `committing to ${branch}`, WRITE);
    await this.move(branch, commit.sha);
    return commit.sha;
  }

  async move(branch: string, sha: string): Promise<void> {
    const exists = (await this.#sha(branch)) !== undefined;
    const answer = exists
      ? this.#client.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
          ...this.#repository,
          ref: `heads/${branch}`,
          sha,
          force: true,
        })
      : this.#client.request('POST /repos/{owner}/{repo}/git/refs', {
          ...this.#repository,
          ref: `refs/heads/${branch}`,
          sha,
        });
    await orServiceError<unknown>(answer, `moving the branch ${branch}`, WRITE);
  }

  async changedFiles(base: string, head: string): Promise<readonly string[]> {
    const answer = this.#client.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...this.#repository,
      basehead: `${base}...${head}`,
    });
    // The first page has up to 300 files; data pointers and manifests of one change are few.
    const { data } = await orServiceError(answer, `comparing ${base} with ${head}`, READ);
    return (data.files ?? []).flatMap((file) =>
      file.previous_filename === undefined ? [file.filename] : [file.filename, file.previous_filename],
    );
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
