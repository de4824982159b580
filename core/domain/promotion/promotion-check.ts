import type { UnmetCondition } from './conditions.ts';
import type { Health } from './health.ts';

/** An environment whose targets a pull request changes, as far as the check judges it. */
export interface ChangedEnvironment {
  readonly model: string;
  readonly environment: string;
  readonly outcome: /** All its targets name one version that is believed. `waiting`: conditions that do not hold yet. */
    | { readonly kind: 'version'; readonly version: string; readonly waiting: readonly UnmetCondition[] }
    /** It goes back to what the environment had on the default branch. */
    | {
        readonly kind: 'back';
        readonly to: string;
        readonly since: string;
        readonly waiting: readonly UnmetCondition[];
      }
    /** It may not be merged. `reason`: a clause, for people. */
    | { readonly kind: 'refused'; readonly reason: string };
}

/** The check `tidegate / promotion` of a commit. */
export interface PromotionCheck {
  readonly conclusion: 'success' | 'failure' | 'pending';
  readonly title: string;
  /** Plain lines, one a finding. */
  readonly findings: readonly string[];
}

/**
 * The check of a pull request by the environments that it changes: success at once where there are none; failure where
 * one would run anything that no release made; pending while a condition does not hold.
 */
export function decidePromotionCheck(changes: readonly ChangedEnvironment[]): PromotionCheck {
  if (changes.length === 0) {
    return { conclusion: 'success', title: 'No target of an environment changes', findings: [] };
  }
  const findings = changes.map(describeChange);
  if (changes.some(({ outcome }) => outcome.kind === 'refused')) {
    return { conclusion: 'failure', title: 'A target does not name a registered version', findings };
  }
  const [first] = changes.flatMap(({ outcome }) => (outcome.kind === 'refused' ? [] : outcome.waiting));
  if (first !== undefined) return { conclusion: 'pending', title: `Waits: ${describeCondition(first)}`, findings };
  return { conclusion: 'success', title: 'All conditions hold', findings };
}

/** A condition and until when, in words; instants in UTC, to the minute. */
export function describeCondition({ reason, untilMs }: UnmetCondition): string {
  return untilMs === undefined ? reason : `${reason}, until ${atMinute(untilMs)}`;
}

/** A version's health in an environment, in words; instants in UTC, to the minute. */
export function describeHealth(health: Health): string {
  if (health.state === 'verified') return `verified since ${atMinute(health.sinceMs)}`;
  if (health.state === 'waiting') {
    return `waits${health.untilMs === undefined ? '' : ` until ${atMinute(health.untilMs)}`}: ${health.reason}`;
  }
  return `failed at ${atMinute(health.atMs)}, by ${health.by === 'signal' ? 'a signal' : 'its deadline'}: ${health.reason}`;
}

/** Never too early: a minute that has begun counts whole. */
function atMinute(ms: number): string {
  return `${new Date(Math.ceil(ms / 60_000) * 60_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function describeChange({ model, environment, outcome }: ChangedEnvironment): string {
  if (outcome.kind === 'refused') return `${model} in ${environment}: ${outcome.reason}`;
  const waits =
    outcome.waiting.length === 0 ? 'all conditions hold' : outcome.waiting.map(describeCondition).join('; ');
  if (outcome.kind === 'version') return `${model} v${outcome.version} in ${environment}: ${waits}`;
  return `${model} in ${environment}: rolls back to ${outcome.to}, which the default branch had from ${outcome.since}: ${waits}`;
}
