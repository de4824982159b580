import type { TransferProgress } from '../core/usecases/data/transfer-progress.ts';
import type { ActionLog } from './action-context.ts';

/** Chosen: one line in the given number of milliseconds; the log is not a terminal. */
const LINE_EVERY_MS = 3000;

/** Writes lines with count, size, rate and time left, for work that takes longer than a few seconds. */
export function logProgress(log: Pick<ActionLog, 'info'>, now: () => number = Date.now): TransferProgress {
  let state = { title: '', total: 0, totalBytes: 0, files: 0, bytes: 0, startedAt: 0, lastLineAt: 0 };
  const line = (): string => {
    const seconds = Math.max(0.001, (now() - state.startedAt) / 1000);
    const { files, bytes, total, totalBytes } = state;
    const rate = `${formatBytes(bytes / seconds)}/s, ${Math.round(files / seconds)} files/s`;
    // By bytes where all sizes are known: one file may be as long as all others.
    const done = totalBytes > 0 ? bytes / totalBytes : files / Math.max(1, total);
    const left = done > 0 ? `, about ${Math.max(0, Math.ceil(seconds / done - seconds))} s left` : '';
    const end = files < total ? left : ` in ${seconds.toFixed(1)} s`;
    return `${state.title}: ${files} of ${total} files, ${formatBytes(bytes)} (${rate})${end}`;
  };
  const moved = (files: number, bytes: number): void => {
    state = { ...state, files: state.files + files, bytes: state.bytes + bytes };
    if (now() - state.lastLineAt < LINE_EVERY_MS) return;
    state = { ...state, lastLineAt: now() };
    log.info(line());
  };
  return {
    start: (title, total, totalBytes = 0) => {
      state = { title, total, totalBytes, files: 0, bytes: 0, startedAt: now(), lastLineAt: now() };
      const size = totalBytes > 0 ? ` (${formatBytes(totalBytes)})` : '';
      log.info(`${title} ${total} ${total === 1 ? 'object' : 'objects'}${size} …`);
    },
    part: (bytes) => moved(0, bytes),
    add: (bytes) => moved(1, bytes),
    finish: () => log.info(line()),
  };
}

/**
 * A size for people, in decimal units.
 *
 * @example formatBytes(1234567) // => '1.2 MB'
 */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
