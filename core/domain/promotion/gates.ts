import type { Health } from './health.ts';
import { opensAtMs, openUntilMs, type TimeWindow } from './time-window.ts';

/** An upstream environment, as a promotion looks at it. */
export interface UpstreamFacts {
  readonly name: string;
  /** Its targets name the very version that is promoted: digest, and all else that is written of it. */
  readonly holdsDigest: boolean;
  readonly health: Health;
}

/** What decides whether a version may go into an environment now. */
export interface GateFacts {
  readonly upstream: readonly UpstreamFacts[];
  /** How long all upstream environments must have held the version verified. */
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

/** A gate that is not open. */
export interface WaitingGate {
  readonly gate: 'upstream' | 'health' | 'soak' | 'freeze' | 'allow' | 'stop' | 'hold';
  /** What it waits for, for people. */
  readonly reason: string;
  /** When it opens by itself; epoch milliseconds; undefined where nobody can say. */
  readonly untilMs: number | undefined;
}

/**
 * The gates that keep a version out of an environment now; none: it may go in. A freeze wins over an allowed window, and
 * a soak begins anew with each verification.
 */
export function waitingGates(facts: GateFacts): readonly WaitingGate[] {
  return [
    ...facts.stoppedBy.map((number) => closed('stop', `#${number} stops promotions`)),
    ...facts.heldBy.map((number) => closed('hold', `#${number} holds this version`)),
    ...facts.upstream.flatMap(upstreamGate),
    ...soakGate(facts),
    ...facts.freeze.flatMap((window) => freezeGate(window, facts.nowMs)),
    ...allowGate(facts),
  ];
}

function upstreamGate({ name, holdsDigest, health }: UpstreamFacts): readonly WaitingGate[] {
  if (!holdsDigest) return [closed('upstream', `${name} does not have this version yet`)];
  if (health.state === 'verified') return [];
  if (health.state === 'failed') return [closed('health', `failed in ${name}: ${health.reason}`)];
  return [{ gate: 'health', reason: `${name}: ${health.reason}`, untilMs: health.untilMs }];
}

function soakGate({ upstream, soakMs, nowMs }: GateFacts): readonly WaitingGate[] {
  if (soakMs === undefined || soakMs === 0 || upstream.length === 0) return [];
  const since = upstream.map(({ holdsDigest, health }) =>
    holdsDigest && health.state === 'verified' ? health.sinceMs : Number.POSITIVE_INFINITY,
  );
  const untilMs = Math.max(...since) + soakMs;
  if (untilMs <= nowMs) return [];
  const known = Number.isFinite(untilMs);
  const reason = known ? 'soak in progress upstream' : 'soak starts when it is verified upstream';
  return [{ gate: 'soak', reason, untilMs: known ? untilMs : undefined }];
}

function freezeGate(window: TimeWindow, nowMs: number): readonly WaitingGate[] {
  const untilMs = openUntilMs(window, nowMs);
  if (untilMs === undefined) return [];
  const reason = `frozen by ${window.cron} (${window.timezone})`;
  return [{ gate: 'freeze', reason, untilMs: Number.isFinite(untilMs) ? untilMs : undefined }];
}

function allowGate({ allow, nowMs }: GateFacts): readonly WaitingGate[] {
  if (allow.length === 0 || allow.some((window) => openUntilMs(window, nowMs) !== undefined)) return [];
  const next = allow.flatMap((window) => opensAtMs(window, nowMs) ?? []);
  const untilMs = next.length === 0 ? undefined : Math.min(...next);
  return [{ gate: 'allow', reason: 'outside the allowed windows', untilMs }];
}

function closed(gate: WaitingGate['gate'], reason: string): WaitingGate {
  return { gate, reason, untilMs: undefined };
}
