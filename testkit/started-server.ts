import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hostEnvironment } from './host-environment.ts';

const START_TIMEOUT_MS = 60_000;

/** A server program, and the address by which it says that it is ready. */
export interface ServerProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its working directory, made where it is not there; its log is written there. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers any HTTP status once the server listens. */
  readonly url: string;
}

/**
 * Starts a server and waits until it answers.
 *
 * @returns Stops it.
 * @throws {Error} With the end of its log, where it does not answer within a minute.
 */
export async function startServer({ directory, url, ...program }: ServerProgram): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const logPath = path.join(directory, 'server.log');
  const log = await open(logPath, 'w');
  const child = spawn(program.command, program.args, {
    stdio: ['ignore', log.fd, log.fd],
    cwd: directory,
    env: { ...hostEnvironment(), HOME: directory, ...program.env },
  });
  await log.close();
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const spawnFailed = new Promise<never>((_, reject) => child.once('error', reject));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  try {
    await Promise.race([spawnFailed, untilAnswered(url, () => child.exitCode !== null)]);
  } catch (error) {
    await stop();
    const tail = (await readFile(logPath, 'utf8')).slice(-2000);
    throw new Error(`${program.name} did not start: ${tail}`, { cause: error });
  }
  return stop;
}

async function untilAnswered(url: string, hasExited: () => boolean): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch (error) {
      if (hasExited() || Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}
