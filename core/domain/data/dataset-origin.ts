/**
 * Origin of a dataset: the party that determined its bytes.
 *
 * - `commit`: each file has the digest that the commit names, in Git itself or by a pointer of DVC.
 * - `fetched`: the judging job fetched it from the address in tidegate.yaml; the commit names no digest.
 * - `made`: neither Git nor a pointer names a digest: code under review made it, or a step of the workflow.
 * - `unknown`: there was nothing to compare with.
 */
export type DatasetOrigin = 'commit' | 'fetched' | 'made' | 'unknown';

/** The least trustworthy first. */
export const DATASET_ORIGINS = ['made', 'unknown', 'fetched', 'commit'] as const satisfies readonly DatasetOrigin[];

/** The origin of several files: that of the least trustworthy one; `unknown` for none. */
export function leastTrusted(origins: readonly DatasetOrigin[]): DatasetOrigin {
  return DATASET_ORIGINS.find((origin) => origins.includes(origin)) ?? 'unknown';
}

/** True if the code under review had no say in a dataset of this origin. */
export function isTrustedOrigin(origin: DatasetOrigin): boolean {
  return origin === 'commit' || origin === 'fetched';
}
