import type { TransferProgress } from '../core/ports/transfer-progress.ts';
import type { ActionLog } from './action-context.ts';

/** Chosen: one line in so many milliseconds; the log is no terminal. */
const LINE_EVERY_MS = 3000;

/** Writes lines with count, size, rate and time left, for work that takes longer than a few seconds. */
export function logProgress(log: Pick<ActionLog, 'info'>, now: () => number = Date.now): TransferProgress {
  let state = { title: '', total: 0, files: 0, bytes: 0, startedAt: 0, lastLineAt: 0 };
  const line = (): string => {
    const seconds = Math.max(0.001, (now() - state.startedAt) / 1000);
    const rate = `${formatBytes(state.bytes / seconds)}/s, ${Math.round(state.files / seconds)} files/s`;
    const left = Math.ceil(((state.total - state.files) / Math.max(1, state.files)) * seconds);
    const end = state.files < state.total ? `, about ${left} s left` : ` in ${seconds.toFixed(1)} s`;
    return `${state.title}: ${state.files} of ${state.total} files, ${formatBytes(state.bytes)} (${rate})${end}`;
  };
  return {
    start: (title, total) => {
      state = { title, total, files: 0, bytes: 0, startedAt: now(), lastLineAt: now() };
      log.info(`${title} ${total} ${total === 1 ? 'object' : 'objects'} …`);
    },
    add: (sizeBytes) => {
      state = { ...state, files: state.files + 1, bytes: state.bytes + sizeBytes };
      if (now() - state.lastLineAt < LINE_EVERY_MS) return;
      state = { ...state, lastLineAt: now() };
      log.info(line());
    },
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
