import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { SqlEngine } from '../../core/ports/evaluate/sql-engine.ts';

/** A server of an engine on this machine, with the tables that were written for it. */
export interface StartedEngine {
  readonly engine: SqlEngine;
  /** `warehouse` of tidegate.yaml. */
  readonly config: string;
  /** The address of a table of that name. */
  readonly address: (table: string) => string;
  stop(): Promise<void>;
}

/** A process of a server, with the end of what it writes. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly tail: () => string;
  stop(): Promise<void>;
}

/** Starts a server in a group of its own, so that all that it starts ends with it. */
export function startServer(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly user?: Account | undefined },
): ServerProcess {
  const { user, ...rest } = options;
  const child = spawn(command, args, { ...rest, ...user, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-20_000);
    });
  }
  const stop = async () => {
    if (child.exitCode !== null || child.pid === undefined) return;
    const ended = once(child, 'close');
    process.kill(-child.pid, 'SIGTERM');
    const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
  };
  return { child, tail: () => text, stop };
}

/** A user of this machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Asks until there is an answer. */
export async function untilReady(
  ask: () => Promise<unknown>,
  server: ServerProcess,
  most = { seconds: 180 },
): Promise<void> {
  for (let second = 0; ; second++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (server.child.exitCode !== null || second >= most.seconds) {
        throw new Error(`the server does not start:\n${server.tail()}`, { cause: error });
      }
      await delay(1000);
    }
  }
}

/** Uses a server to make a value; stops the server if that fails. */
export async function orStop<Made>(server: ServerProcess, make: () => Promise<Made>): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    await server.stop();
    throw error;
  }
}
