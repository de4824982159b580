import { setTimeout as delay } from 'node:timers/promises';

/** Chosen: with the delays below the last try comes about half a minute after the first. */
export const MAX_ATTEMPTS = 8;
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);
const SLOW_DOWN = new Set([429, 503]);
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** Chosen: a server that asks for more than this is as good as unreachable. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Waits for the given number of milliseconds. */
export type Sleep = (milliseconds: number) => Promise<unknown>;

/** True for an HTTP status that a further try may change. */
export function isRetriedStatus(status: number): boolean {
  return RETRIED.has(status);
}

/** True for an HTTP status by which a server asks for fewer requests. */
export function isSlowDown(status: number): boolean {
  return SLOW_DOWN.has(status);
}

/**
 * Waits before the next try.
 *
 * @param attempt 1 after the first failure.
 * @param retryAfter The header of the answer, if there was one.
 */
export async function waitBeforeTry(
  attempt: number,
  retryAfter: string | undefined,
  sleep: Sleep = delay,
): Promise<void> {
  await sleep(retryDelayMs(attempt, { retryAfter, random: Math.random(), nowMs: Date.now() }));
}

/**
 * Delay before the next try: twice as long each time, half of it at random, so that clients do not come back
 * together; at least what the server asked for.
 *
 * @param attempt 1 after the first failure.
 * @param retryAfter The header: seconds or a date.
 * @param random In [0, 1).
 * @param nowMs Milliseconds since 1970, for a date.
 */
export function retryDelayMs(
  attempt: number,
  {
    retryAfter,
    random,
    nowMs,
  }: { readonly retryAfter: string | undefined; readonly random: number; readonly nowMs: number },
): number {
  const backOff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  const own = backOff / 2 + (backOff / 2) * random;
  return Math.max(own, Math.min(LONGEST_RETRY_AFTER_MS, askedMs(retryAfter, nowMs)));
}

function askedMs(retryAfter: string | undefined, nowMs: number): number {
  if (retryAfter === undefined) return 0;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs);
}
