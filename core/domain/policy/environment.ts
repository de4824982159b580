import type { TimeWindow } from '../promotion/time-window.ts';
import type { ManifestTarget } from './manifest-target.ts';

/** Sources of an environment's health. */
export interface HealthPolicy {
  readonly from: 'none' | 'argocd' | 'commit-status' | 'deployment-status' | 'check-run';
  /** The name of the commit status or check. */
  readonly context?: string | undefined;
  /** Its author; undefined: any. */
  readonly creator?: string | undefined;
  /** Milliseconds. */
  readonly deadline?: number | undefined;
  /** Milliseconds. */
  readonly settle?: number | undefined;
}

/** A place where versions run. */
export interface Environment {
  readonly name: string;
  /** Upstream environments; undefined: the one above. */
  readonly after?: readonly string[] | undefined;
  /** Milliseconds. */
  readonly soak?: number | undefined;
  readonly health?: HealthPolicy | undefined;
  readonly freeze: readonly TimeWindow[];
  readonly allow: readonly TimeWindow[];
  readonly autoMerge: boolean;
  /** At least one. */
  readonly targets: readonly ManifestTarget[];
}
