/** The result of starting a retraining, or of proposing the data that one fetched. `reason`: a clause for people. */
export type RetrainOutcome =
  | { readonly kind: 'not-configured' }
  | { readonly kind: 'no-drift-issue' }
  /** The last check found no drift. */
  | { readonly kind: 'no-drift'; readonly verdict: string }
  | { readonly kind: 'not-started'; readonly reason: string }
  | { readonly kind: 'already-running'; readonly workflow: string }
  /** `reason` undefined: a person asked for it. */
  | { readonly kind: 'started'; readonly workflow: string; readonly reason: string | undefined }
  | { readonly kind: 'no-new-data' }
  | { readonly kind: 'data-refused'; readonly branch: string; readonly reason: string }
  /** No pull request can be opened until a person corrects something. */
  | { readonly kind: 'cannot-propose'; readonly message: string; readonly fix: string }
  | { readonly kind: 'same-data' }
  | { readonly kind: 'data-proposed-before' }
  | { readonly kind: 'data-changed-by-person'; readonly number: number }
  | { readonly kind: 'opened-data'; readonly number: number }
  | { readonly kind: 'data-up-to-date'; readonly number: number };
