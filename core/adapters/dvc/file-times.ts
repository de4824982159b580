import { type Stats, utimesSync } from 'node:fs';

/** Chosen: twice the coarsest tick of a kernel's file times. Two changes within a tick get the same times. */
export const TICK_MS = 20;

type Times = Pick<Stats, 'mtimeMs' | 'ctimeMs'>;

/**
 * True if every later change of what a file or folder holds gives it other times.
 *
 * So it is when its last change was more than a tick before reading began, or when its content is older than its change
 * time by more than a tick: a write sets the modification time to the tick in which it happens.
 *
 * @param times As they were before it was read, or once it was put there whole.
 * @param readFromMs When reading began; undefined where nothing was read, so that the content's age alone tells.
 */
export function isSettled({ mtimeMs, ctimeMs }: Times, readFromMs: number | undefined): boolean {
  if (ctimeMs - mtimeMs > TICK_MS) return true;
  return readFromMs !== undefined && ctimeMs < readFromMs - TICK_MS;
}

/**
 * Makes a file that no one else has yet two ticks older, so that `isSettled` holds once it is moved to its place: a move
 * sets the change time and leaves the modification time.
 *
 * @returns Its modification time now, for `hasTime`.
 */
export function settleFile(file: string): number {
  const nowMs = Date.now();
  const mtimeMs = nowMs - 2 * TICK_MS;
  utimesSync(file, nowMs / 1000, mtimeMs / 1000);
  return mtimeMs;
}

/** True if a file has the modification time that was set. Some file systems keep whole seconds, or every second one. */
export function hasTime(stats: Times, mtimeMs: number): boolean {
  return Math.abs(stats.mtimeMs - mtimeMs) < (stats.mtimeMs % 1000 === 0 ? 2000 : 1);
}
