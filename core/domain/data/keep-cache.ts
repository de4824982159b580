/** True if DVC's cache keeps what a pull fetches: by facts of the job, always, or never. */
export type KeepCache = 'auto' | 'true' | 'false';

/** Facts about the need for DVC's cache after a pull. */
export interface CacheUses {
  /** The Actions cache keeps DVC's cache between jobs. */
  readonly hasActionsCache: boolean;
  /** `cache.dir` is set: other work trees may share the folder. */
  readonly isShared: boolean;
  /** The runner is self-hosted: its disk may survive the job. */
  readonly isSelfHosted: boolean;
  /** Files of the workspace are copies of objects; otherwise an object costs no second copy. */
  readonly areCopies: boolean;
  /** Purpose of the data: a judging job runs no stage. Undefined if targets are named. */
  readonly purpose: 'train' | 'judge' | undefined;
  /** The repository has a stage, or a dvc.yaml that cannot be read whole. */
  readonly hasStages: boolean;
}

/** A decision and what it is based on, as a clause. */
export interface CacheDecision {
  readonly isKept: boolean;
  readonly reason: string;
}

/** Decides whether DVC's cache keeps what is fetched. `auto` leaves it out only where no known reader is left. */
export function decideKeepCache(choice: KeepCache, uses: CacheUses): CacheDecision {
  if (choice !== 'auto') return { isKept: choice === 'true', reason: `keep-cache is ${choice}` };
  const use = useOf(uses);
  if (use !== undefined) return { isKept: true, reason: use };
  const why = uses.purpose === 'judge' ? 'the data are for judging' : 'the repository has no stage';
  return { isKept: false, reason: `the job has no Actions cache and ${why}` };
}

function useOf({
  hasActionsCache,
  isShared,
  isSelfHosted,
  areCopies,
  purpose,
  hasStages,
}: CacheUses): string | undefined {
  if (hasActionsCache) return 'the Actions cache keeps it';
  if (isShared) return 'cache.dir is set, so other work trees may share it';
  if (isSelfHosted) return 'the runner is self-hosted, so a later job may find it';
  if (!areCopies) return 'files are links to it, so there is no second copy';
  if (purpose === undefined) return 'targets are named, so their purpose is not known';
  if (hasStages && purpose === 'train') return 'the repository has stages, which may run in this job';
  return undefined;
}
