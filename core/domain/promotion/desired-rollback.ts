import type { Health } from './health.ts';

/** Facts about a version that an environment runs. */
export interface RollbackFacts {
  readonly health: Health;
  /** An issue held this version back here, and whether it still does; undefined: none was ever opened. */
  readonly hold: 'open' | 'lifted' | undefined;
  /** The newest rollback pull request of this version here; undefined: there was none. */
  readonly pullRequest: 'open' | 'merged' | 'declined' | undefined;
}

/** Action for a version that an environment runs. */
export type DesiredRollback =
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'roll-back'; readonly reason: string; readonly cause: 'signal' | 'deadline' };

/**
 * True if a version has to be taken back: it failed before it was ever verified there, and no person has said that it
 * stays. Who lifted the hold or closed the pull request has decided; asking again would be a fight.
 */
export function desiredRollback({ health, hold, pullRequest }: RollbackFacts): DesiredRollback {
  if (health.state !== 'failed') return { kind: 'none', reason: health.state };
  if (health.onceVerified) return { kind: 'none', reason: 'failed, but it was verified here before' };
  if (hold === 'lifted') return { kind: 'none', reason: 'failed, but a person lifted its hold' };
  if (pullRequest === 'declined') return { kind: 'none', reason: 'failed, but a person closed the rollback' };
  return { kind: 'roll-back', reason: health.reason, cause: health.by };
}
