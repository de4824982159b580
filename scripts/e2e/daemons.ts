import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** A program that runs until the end. */
export interface DaemonOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** On top of the environment that all of them have. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Programs that run until `stop`. Each writes to a log of its own. */
export class Daemons {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #running = new Map<string, ChildProcess>();

  /** @param folder Where the logs go. */
  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** Starts a program under a name. */
  start(name: string, { command, args, env = {} }: DaemonOptions): void {
    const log = openSync(this.#logOf(name), 'a');
    const child = spawn(command, [...args], {
      cwd: this.#folder,
      env: { ...this.#environment, ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    // What could not be started has no exit code: `check` says so.
    child.on('error', () => undefined);
    this.#running.set(name, child);
  }

  /**
   * Makes sure that all of them still run.
   *
   * @throws {Error} With the end of the log of the one that does not.
   */
  check(): void {
    for (const [name, child] of this.#running) {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) continue;
      const log = readFileSync(this.#logOf(name), 'utf8').slice(-3_000);
      throw new Error(`${name} ended (exit code ${child.exitCode}):\n${log}`);
    }
  }

  /** Ends them all and waits: politely, and by force after five seconds. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].reverse().map((child) => ended(child)));
    this.#running.clear();
  }

  #logOf(name: string): string {
    return join(this.#folder, `${name}.log`);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await end;
  clearTimeout(timer);
}

/** True if a program listens on a port of the loopback interface. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
