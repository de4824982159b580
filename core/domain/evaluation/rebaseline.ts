/** A person's decision that a changed test set is a new baseline, bound to a commit, a model and a dataset. */
export interface Rebaseline {
  /** Login of a person who may write to the repository. */
  readonly by: string;
  readonly reason: string;
  /** Number of the pull request under which it was written. */
  readonly pullRequest: number;
}

/** Name of the check that records it on the head of a pull request. */
export function rebaselineCheck(model: string): string {
  return `tidegate / rebaseline (${model})`;
}
