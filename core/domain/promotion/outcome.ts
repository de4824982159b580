/** Action for one environment of a model, or the reason why there was none; `environment` undefined: for the model as a whole. */
export type PromotionOutcome = (ProposalOutcome | RollbackOutcome | MergeOutcome) & {
  readonly environment: string | undefined;
};

/** The result of bringing a promotion pull request into its desired state. */
export type ProposalOutcome =
  /** `reason`: a clause for people, like all reasons below. */
  | { readonly kind: 'tag-not-trusted'; readonly version: string; readonly reason: string }
  | { readonly kind: 'nothing-to-propose'; readonly reason: string }
  | { readonly kind: 'closed'; readonly number: number; readonly reason: string }
  | { readonly kind: 'holds-version'; readonly version: string }
  | { readonly kind: 'changed-by-person'; readonly number: number }
  | { readonly kind: 'opened'; readonly number: number; readonly version: string }
  | { readonly kind: 'updated'; readonly number: number; readonly version: string }
  | { readonly kind: 'up-to-date'; readonly number: number }
  /** The version cannot be proposed until a person corrects something, such as a manifest. */
  | { readonly kind: 'cannot-edit'; readonly version: string; readonly message: string; readonly fix: string };

/** The result of taking back what failed, or of clearing up after it. */
export type RollbackOutcome =
  | { readonly kind: 'closed-overdue-rollbacks'; readonly numbers: readonly number[] }
  /** Verified after its deadline: what the deadline had opened is closed. */
  | { readonly kind: 'verified-late'; readonly version: string; readonly closed: readonly number[] }
  | { readonly kind: 'opened-rollback'; readonly number: number; readonly version: string }
  /** `value`: what the targets name already. */
  | { readonly kind: 'already-rolled-back'; readonly value: string }
  /** `version`: that was to be taken back. */
  | { readonly kind: 'cannot-roll-back'; readonly version: string; readonly message: string; readonly fix: string }
  | { readonly kind: 'closed-hold'; readonly number: number };

/** The result of merging a promotion pull request without a person. */
export type MergeOutcome =
  | { readonly kind: 'base-changed'; readonly number: number; readonly base: string }
  | { readonly kind: 'waits'; readonly number: number; readonly reason: string }
  | { readonly kind: 'document-expired'; readonly number: number; readonly version: string }
  | { readonly kind: 'just-updated'; readonly number: number }
  | { readonly kind: 'not-as-planned'; readonly number: number }
  | { readonly kind: 'no-required-checks'; readonly number: number; readonly base: string }
  | { readonly kind: 'merged'; readonly number: number }
  | { readonly kind: 'not-merged-yet'; readonly number: number; readonly reason: string };
