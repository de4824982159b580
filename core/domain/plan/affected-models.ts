/** Everything that a model reads in a commit, by what names its content there; or why that cannot be told. */
export type ModelReads =
  | {
      readonly kind: 'known';
      /** Path, or another name of something that is read, to its identity. */
      readonly identities: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The decision about one model. */
export interface PlannedModel {
  readonly model: string;
  readonly isAffected: boolean;
  /** Why it is affected, or with what it was compared. */
  readonly reason: string;
}

/** Chosen: a reason is one line. */
const MOST_NAMES = 3;

/**
 * Why a model counts as affected by the changes between two commits.
 *
 * @returns Undefined where everything that it reads is the same in both. Where one of them cannot be told, that is a
 *   reason: a model is skipped only if nothing that it reads has changed.
 */
export function changedReads(before: ModelReads, after: ModelReads): string | undefined {
  if (after.kind === 'unknown') return after.reason;
  if (before.kind === 'unknown') return `the base: ${before.reason}`;
  const names = new Set([...before.identities.keys(), ...after.identities.keys()]);
  const changed = [...names].filter((name) => before.identities.get(name) !== after.identities.get(name));
  if (changed.length === 0) return undefined;
  const shown = changed.slice(0, MOST_NAMES).join(', ');
  return changed.length > MOST_NAMES ? `${shown} and ${changed.length - MOST_NAMES} more changed` : `${shown} changed`;
}
