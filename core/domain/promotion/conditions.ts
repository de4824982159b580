import type { Health } from './health.ts';
import { opensAtMs, openUntilMs, type TimeWindow } from './time-window.ts';

/** An upstream environment, as a promotion looks at it. */
export interface UpstreamFacts {
  readonly name: string;
  /** Its targets name the very version that is promoted: digest, and all else that is written of it. */
  readonly holdsDigest: boolean;
  readonly health: Health;
}

/** Conditions for a version to go into an environment now. */
export interface ConditionFacts {
  readonly upstream: readonly UpstreamFacts[];
  /** Time for which all upstream environments must have held the version verified. */
  readonly soakMs: number | undefined;
  readonly freeze: readonly TimeWindow[];
  /** None: always open. */
  readonly allow: readonly TimeWindow[];
  /** Numbers of the open issues that stop the line. */
  readonly stoppedBy: readonly number[];
  /** Numbers of the open issues that hold this version here. */
  readonly heldBy: readonly number[];
  readonly nowMs: number;
}

/** A condition that does not hold yet. */
export interface UnmetCondition {
  readonly kind: 'upstream' | 'health' | 'soak' | 'freeze' | 'allow' | 'stop' | 'hold';
  /** Reason for waiting, as text. */
  readonly reason: string;
  /** When it opens by itself; epoch milliseconds; undefined where no one can say. */
  readonly untilMs: number | undefined;
}

/**
 * The conditions that keep a version out of an environment now; none: it may go in. A freeze wins over an allowed window, and
 * a soak begins again with each verification.
 */
export function unmetConditions(facts: ConditionFacts): readonly UnmetCondition[] {
  return [
    ...facts.stoppedBy.map((number) => closed('stop', `#${number} stops promotions`)),
    ...facts.heldBy.map((number) => closed('hold', `#${number} holds this version`)),
    ...facts.upstream.flatMap(upstreamCondition),
    ...soakCondition(facts),
    ...facts.freeze.flatMap((window) => freezeCondition(window, facts.nowMs)),
    ...allowCondition(facts),
  ];
}

function upstreamCondition({ name, holdsDigest, health }: UpstreamFacts): readonly UnmetCondition[] {
  if (!holdsDigest) return [closed('upstream', `${name} does not have this version yet`)];
  if (health.state === 'verified') return [];
  if (health.state === 'failed') return [closed('health', `failed in ${name}: ${health.reason}`)];
  return [{ kind: 'health', reason: `${name}: ${health.reason}`, untilMs: health.untilMs }];
}

function soakCondition({ upstream, soakMs, nowMs }: ConditionFacts): readonly UnmetCondition[] {
  if (soakMs === undefined || soakMs === 0 || upstream.length === 0) return [];
  const since = upstream.map(({ holdsDigest, health }) =>
    holdsDigest && health.state === 'verified' ? health.sinceMs : Number.POSITIVE_INFINITY,
  );
  const untilMs = Math.max(...since) + soakMs;
  if (untilMs <= nowMs) return [];
  const known = Number.isFinite(untilMs);
  const reason = known ? 'soak in progress upstream' : 'soak starts when it is verified upstream';
  return [{ kind: 'soak', reason, untilMs: known ? untilMs : undefined }];
}

function freezeCondition(window: TimeWindow, nowMs: number): readonly UnmetCondition[] {
  const untilMs = openUntilMs(window, nowMs);
  if (untilMs === undefined) return [];
  const reason = `frozen by ${window.cron} (${window.timezone})`;
  return [{ kind: 'freeze', reason, untilMs: Number.isFinite(untilMs) ? untilMs : undefined }];
}

function allowCondition({ allow, nowMs }: ConditionFacts): readonly UnmetCondition[] {
  if (allow.length === 0 || allow.some((window) => openUntilMs(window, nowMs) !== undefined)) return [];
  const next = allow.flatMap((window) => opensAtMs(window, nowMs) ?? []);
  const untilMs = next.length === 0 ? undefined : Math.min(...next);
  return [{ kind: 'allow', reason: 'outside the allowed windows', untilMs }];
}

function closed(kind: UnmetCondition['kind'], reason: string): UnmetCondition {
  return { kind, reason, untilMs: undefined };
}
