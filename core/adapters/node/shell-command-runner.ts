import { execFile, spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Command, CommandEnd, CommandRunner } from '../../ports/command-runner.ts';

/** Chosen: enough for a Python traceback. */
const LAST_LINES = 25;

type Env = Readonly<Record<string, string | undefined>>;

/** What a shell runs in. */
export interface ShellOptions {
  /** Absolute. */
  readonly root: string;
  /** The whole environment of the commands; `withoutTokens` makes it from the runner's. */
  readonly env: Env;
  /** Where output goes as it comes. */
  readonly write: (chunk: Uint8Array) => void;
}

/** Runs commands by `/bin/sh -c`. */
export class ShellCommandRunner implements CommandRunner {
  readonly #options: ShellOptions;

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  run({ line, folder, variables }: Command): Promise<CommandEnd> {
    const { root, env, write } = this.#options;
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: path.join(root, folder),
      env: { ...env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const tail = new LineTail(LAST_LINES);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Uint8Array) => {
        write(chunk);
        tail.add(chunk);
      });
    }
    const stop = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGINT', stop).on('SIGTERM', stop);
    return new Promise<CommandEnd>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        process.off('SIGINT', stop).off('SIGTERM', stop);
        resolve({
          exitCode: code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]),
          lastLines: tail.lines(),
        });
      });
    });
  }

  async ask(program: string, args: readonly string[]): Promise<string | undefined> {
    try {
      const { root, env } = this.#options;
      const { stdout } = await promisify(execFile)(program, [...args], { cwd: root, env: { ...env } });
      return stdout.split('\n')[0]?.trim();
    } catch {
      return undefined;
    }
  }
}

/** Keeps the last lines of a stream. */
class LineTail {
  readonly #count: number;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(count: number) {
    this.#count = count;
  }

  add(chunk: Uint8Array): void {
    this.#text += this.#decoder.decode(chunk, { stream: true });
    const lines = this.#text.split('\n');
    this.#text = lines
      .slice(-this.#count - 1)
      .join('\n')
      .slice(-100_000);
  }

  lines(): readonly string[] {
    return this.#text.trimEnd().split('\n').slice(-this.#count);
  }
}
