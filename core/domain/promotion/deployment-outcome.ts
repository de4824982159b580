/** The result of deploying a version to an environment by the action. */
export type DeploymentOutcome =
  | { readonly kind: 'wrote' }
  /** `commit` undefined: the branch holds the version already. */
  | { readonly kind: 'committed'; readonly commit: string | undefined; readonly branch: string }
  /** The default branch holds the version. `closed`: a pull request that was needless. */
  | { readonly kind: 'already-there'; readonly closed: number | undefined }
  | { readonly kind: 'declined-before'; readonly number: number; readonly version: string }
  | { readonly kind: 'changed-by-person'; readonly number: number }
  | { readonly kind: 'opened'; readonly number: number }
  | { readonly kind: 'updated'; readonly number: number }
  | { readonly kind: 'up-to-date'; readonly number: number };

/** The pull request that proposes the version; undefined where none does. */
export function proposedIn(outcome: DeploymentOutcome): number | undefined {
  return 'number' in outcome && outcome.kind !== 'declined-before' ? outcome.number : undefined;
}
