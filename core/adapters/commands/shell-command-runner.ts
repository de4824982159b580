import { execFile, spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Command, CommandEnd, CommandRunner } from '../../ports/train/command-runner.ts';
import { createCommandFiles, rememberStepFiles } from './command-files.ts';
import { MutedOutput, PlainOutput } from './muted-output.ts';
import { withoutTokens } from './team-environment.ts';

/** Chosen: enough for a Python traceback. */
const LAST_LINES = 25;

/** Chosen: half of the limit of a step's summary, so that ours finds room in any case. Bytes. */
const MOST_SUMMARY_BYTES = 512 * 1024;

type Env = Readonly<Record<string, string | undefined>>;

/** Environment of a shell. */
export interface ShellOptions {
  /** Absolute: what the folders of commands are relative to. */
  readonly root: string;
  /** Absolute: where programs are asked. */
  readonly directory: string;
  /** The whole environment of this step; the commands get it `withoutTokens`. */
  readonly env: Env;
  /** True if a runner reads `write`, and would obey commands in it. */
  readonly isRunner: boolean;
  /** Target of the output stream. */
  readonly write: (chunk: Uint8Array) => void;
  /** Told what a command wrote in vain. */
  readonly note: (line: string) => void;
  /** Given the Markdown that a command wrote to its step summary; of all commands together the first 512 KiB. */
  readonly summary: (markdown: string) => void;
}

/**
 * Runs commands by a shell. Their output is text in the log, never a workflow command; the files of workflow commands
 * that they see are their own, and those of this step are put back as they were.
 */
export class ShellCommandRunner implements CommandRunner {
  readonly #options: ShellOptions;
  readonly #env: Record<string, string>;
  #summaryBytesLeft = MOST_SUMMARY_BYTES;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#env = withoutTokens(options.env);
  }

  async run(command: Command): Promise<CommandEnd> {
    const own = await rememberStepFiles(this.#options.env);
    const files = await createCommandFiles(this.#options.env.RUNNER_TEMP || os.tmpdir());
    try {
      return await this.#runWith(command, files.variables);
    } finally {
      const { summary, others } = await files.read(this.#summaryBytesLeft);
      await files.remove();
      this.#summaryBytesLeft -= Buffer.byteLength(summary);
      if (summary !== '') this.#options.summary(summary);
      this.#tell(others, await own.restore());
    }
  }

  #tell(written: readonly string[], restored: readonly string[]): void {
    const names = [...new Set([...written, ...restored])];
    if (names.length === 0) return;
    const { note } = this.#options;
    note(
      `The command wrote to ${names.join(', ')}. Tidegate ignores this: a command of train cannot set variables, outputs`,
    );
    note('or paths of other steps. Write a file instead, and read it in another step.');
  }

  #runWith({ line, shell, folder, variables }: Command, files: Readonly<Record<string, string>>): Promise<CommandEnd> {
    const { root, write, isRunner } = this.#options;
    const output = isRunner ? new MutedOutput(write) : new PlainOutput(write);
    output.start();
    const [program, ...flags] = shellOf(shell === 'user' ? this.#options.env.SHELL : undefined);
    const child = spawn(program, [...flags, '-c', line], {
      cwd: path.join(root, folder),
      env: { ...this.#env, ...variables, ...files },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const tail = new LineTail(LAST_LINES);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Uint8Array) => {
        output.add(chunk);
        tail.add(chunk);
      });
    }
    const stop = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGINT', stop).on('SIGTERM', stop);
    return new Promise<CommandEnd>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve({
          exitCode: code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]),
          lastLines: tail.lines(),
        });
      });
    }).finally(() => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      output.end();
    });
  }

  async ask(program: string, args: readonly string[]): Promise<string | undefined> {
    try {
      const options = { cwd: this.#options.directory, env: this.#env };
      const { stdout } = await promisify(execFile)(program, [...args], options);
      return stdout.split('\n')[0]?.trim();
    } catch {
      return undefined;
    }
  }
}

/** A shell without the files that would change its environment, with the flags that DVC gives it. */
function shellOf(named: string | undefined): readonly [string, ...string[]] {
  const program = named || '/bin/sh';
  const name = path.basename(program).toLowerCase();
  if (name === 'bash') return [program, '--noprofile', '--norc'];
  return name === 'zsh' ? [program, '--no-rcs'] : [program];
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
