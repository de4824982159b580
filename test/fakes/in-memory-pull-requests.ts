import type { NewPullRequest, PullRequest, PullRequests } from '../../core/ports/github/pull-requests.ts';

/** Pull requests of `acme`'s repository in memory; each branch changes the file of its name. */
export class InMemoryPullRequests implements PullRequests {
  readonly #all: PullRequest[] = [];

  async ofBranch(branch: string): Promise<readonly PullRequest[]> {
    return this.#all.filter(({ headRef }) => headRef === branch).reverse();
  }

  async openOf(_: string, branch: string): Promise<readonly PullRequest[]> {
    return (await this.ofBranch(branch)).filter(({ state }) => state === 'open');
  }

  async allOpen(): Promise<readonly PullRequest[]> {
    return this.#all.filter(({ state }) => state === 'open').reverse();
  }

  async get(number: number): Promise<PullRequest> {
    const found = this.#all.find((one) => one.number === number);
    if (found === undefined) throw new RangeError(`no pull request ${number}`);
    return found;
  }

  async open({ branch, base, title, body }: NewPullRequest): Promise<PullRequest> {
    const [open] = await this.openOf('acme', branch);
    if (open !== undefined) return open;
    const number = this.#all.length + 1;
    const head = { headRef: branch, headSha: String(number).padStart(40, '0'), baseRef: base, fork: false };
    this.#all.push({ number, title, body, state: 'open', merged: false, author: 'tidegate[bot]', ...head });
    return this.get(number);
  }

  async update(number: number, change: { readonly title: string; readonly body: string }): Promise<void> {
    this.#change(number, change);
  }

  async close(number: number): Promise<void> {
    this.#change(number, { state: 'closed' });
  }

  /** As a person does. */
  async merge(number: number): Promise<void> {
    this.#change(number, { state: 'closed', merged: true });
  }

  async files(number: number): Promise<readonly string[]> {
    return [`${(await this.get(number)).headRef}.txt`];
  }

  #change(number: number, change: Partial<PullRequest>): void {
    const at = this.#all.findIndex((one) => one.number === number);
    const found = this.#all[at];
    if (found !== undefined) this.#all[at] = { ...found, ...change };
  }
}
