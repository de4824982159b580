import { spawn } from 'node:child_process';
import { LineReader } from './log.ts';

/** A child process of a step. */
export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Everything it sees; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onLine: (line: string) => void;
}

/** Conclusion. */
export interface ProcessResult {
  readonly exitCode: number;
  readonly isTimedOut: boolean;
}

/** Node's timers hold no more than this. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Runs a process to its end, or kills it with all that it started. */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let isTimedOut = false;
  const kill = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  const timer = setTimeout(
    () => {
      isTimedOut = true;
      kill();
    },
    Math.min(options.timeoutMs, MAX_TIMER_MS),
  );
  options.signal?.addEventListener('abort', kill, { once: true });
  const readers = [child.stdout, child.stderr].map((stream) => {
    const reader = new LineReader(options.onLine);
    stream.on('data', (chunk: Buffer) => reader.push(chunk));
    return reader;
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      options.onLine(`##[error]${options.command} did not start: ${error.message}`);
      resolve(127);
    });
    child.once('close', (code, killedBy) => resolve(code ?? (killedBy === null ? 1 : 137)));
  });
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', kill);
  for (const reader of readers) reader.end();
  return { exitCode, isTimedOut };
}
