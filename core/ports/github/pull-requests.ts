/** A pull request, as far as Tidegate reads it. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  /** The head is in another repository. */
  readonly fork: boolean;
  /** Login of who opened it. */
  readonly author: string;
}

/** A pull request to open. */
export interface NewPullRequest {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** A pull request to merge, as it was looked at. */
export type WantedMerge = Pick<PullRequest, 'number' | 'headSha' | 'baseRef'>;

/** A merged pull request; `headSha`: the commit that was judged before the merge. */
export type MergedChange = Pick<PullRequest, 'number' | 'headSha'>;

/** The pull requests of the repository. Errors as `VersionTags`; a finished write is seen by the next read. */
export interface PullRequests {
  /** Of a branch of this repository, in any state, newest first, of all pages. */
  ofBranch(branch: string): Promise<readonly PullRequest[]>;
  /** Open ones whose head is a branch of some owner's fork or of this repository. */
  openOf(owner: string, branch: string): Promise<readonly PullRequest[]>;
  /** All open ones, of all pages, newest first. */
  allOpen(): Promise<readonly PullRequest[]>;
  get(number: number): Promise<PullRequest>;
  /** Opens one onto the default branch, or answers with the one that is open already. */
  open(request: NewPullRequest): Promise<PullRequest>;
  update(number: number, change: { readonly title: string; readonly body: string }): Promise<void>;
  close(number: number): Promise<void>;
  /** The merged pull requests that a commit of the default branch came by: its merge or squash commit is this one. */
  mergedBy(commit: string): Promise<readonly MergedChange[]>;
  /** Names of the checks that a branch requires before a merge, by its protection and by rulesets, sorted. */
  requiredChecks(branch: string): Promise<readonly string[]>;
  /**
   * Merges a pull request if its head is still that commit, it is still for that branch, and GitHub allows it.
   *
   * @returns Why not; undefined: it is merged.
   */
  merge(wanted: WantedMerge): Promise<string | undefined>;
}
