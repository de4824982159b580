/** The result of recording what a model's newest version was trained on. `reason`: a clause for people. */
export type RecordOutcome =
  | { readonly kind: 'not-configured' }
  | { readonly kind: 'no-version' }
  /** Its document has no entries: it was registered without `train.record`. */
  | { readonly kind: 'nothing-recorded'; readonly version: string }
  /** The default branch has the entries. `closed`: the pull request that was open. */
  | { readonly kind: 'recorded'; readonly version: string; readonly closed: number | undefined }
  /** The default branch has changed since, so that the entries would say something false. */
  | {
      readonly kind: 'does-not-fit';
      readonly version: string;
      readonly reason: string;
      readonly closed: number | undefined;
    }
  /** A person closed the pull request with these entries. */
  | { readonly kind: 'declined'; readonly version: string }
  | { readonly kind: 'changed-by-person'; readonly number: number }
  /** No pull request can be opened until a person corrects something. */
  | { readonly kind: 'cannot-record'; readonly version: string; readonly message: string; readonly fix: string }
  | { readonly kind: 'opened' | 'updated' | 'up-to-date'; readonly number: number; readonly version: string };
