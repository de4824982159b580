import type {
  MergedChange,
  NewPullRequest,
  PullRequest,
  PullRequests,
  WantedMerge,
} from '../../core/ports/github/pull-requests.ts';

/** Pull requests of `acme`'s repository in memory; each branch changes the file of its name. */
export class InMemoryPullRequests implements PullRequests {
  /** Names of the checks that each branch requires; none of them ever succeeds. */
  readonly required = new Map<string, readonly string[]>();
  readonly #all: PullRequest[] = [];
  /** By the commit that the merge made. */
  readonly #merged = new Map<string, number>();
  readonly #headShaOf: ((branch: string) => Promise<string>) | undefined;

  /** @param headShaOf Newest commit of a branch when its pull request is opened; default: made up from its number. */
  constructor(headShaOf?: (branch: string) => Promise<string>) {
    this.#headShaOf = headShaOf;
  }

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
    const headSha = (await this.#headShaOf?.(branch)) ?? String(number).padStart(40, '0');
    const head = { headRef: branch, headSha, baseRef: base, fork: false };
    this.#all.push({ number, title, body, state: 'open', merged: false, author: 'tidegate[bot]', ...head });
    return this.get(number);
  }

  async update(number: number, change: { readonly title: string; readonly body: string }): Promise<void> {
    this.#change(number, change);
  }

  async close(number: number): Promise<void> {
    this.#change(number, { state: 'closed' });
  }

  /** Merges one as a person does. Returns the commit that the default branch gets. */
  async mergeAsPerson(number: number): Promise<string> {
    this.#change(number, { state: 'closed', merged: true });
    const commit = `m${String(number).padStart(39, '0')}`;
    this.#merged.set(commit, number);
    return commit;
  }

  async mergedBy(commit: string): Promise<readonly MergedChange[]> {
    const number = this.#merged.get(commit);
    return number === undefined ? [] : [{ number, headSha: (await this.get(number)).headSha }];
  }

  async requiredChecks(branch: string): Promise<readonly string[]> {
    return (this.required.get(branch) ?? []).toSorted();
  }

  async merge({ number, headSha, baseRef }: WantedMerge): Promise<string | undefined> {
    const now = await this.get(number);
    if (now.headSha !== headSha) return 'its branch was updated';
    if (now.baseRef !== baseRef) return `it is not for ${baseRef} any more`;
    if ((await this.requiredChecks(baseRef)).length > 0) return 'a required check has not succeeded';
    await this.mergeAsPerson(number);
    return undefined;
  }

  #change(number: number, change: Partial<PullRequest>): void {
    const at = this.#all.findIndex((one) => one.number === number);
    const found = this.#all[at];
    if (found !== undefined) this.#all[at] = { ...found, ...change };
  }
}
