import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type PrintedFormat,
  PrintedProblem,
  printableSql,
  readPrinted,
} from '../../domain/warehouse/printed-answer.ts';
import type { WarehouseDialect } from '../../domain/warehouse/warehouse-dialect.ts';
import { type ErrorPlace, UserError } from '../../errors.ts';
import type { AnswerColumns, Question } from '../../ports/evaluate/relation-engine.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';
import { withoutTokens } from '../commands/team-environment.ts';

/** Chosen: a hundred times the largest answer that aggregates have; held slices of a wide table come near it. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Chosen: enough for the stacks of a driver, of which the frames are left out. Characters. */
const KEPT_ERROR = 64_000;
/** Chosen: what a person reads. */
const SHOWN_LINES = 8;
const SHOWN_CHARACTERS = 2000;
/** Chosen: clients of an engine on this machine take its cores from each other. */
const AT_ONCE = 2;
/** A client that ignores the first signal. */
const KILL_AFTER_MS = 5_000;

/** A client of an engine, and how it is run. */
export interface CommandOptions {
  readonly dialect: WarehouseDialect;
  /** One line for a shell. */
  readonly command: string;
  readonly format: PrintedFormat;
  readonly timeoutMs: number;
  /** Absolute: where the command runs. */
  readonly directory: string;
  /** The whole environment of this step; the command gets it `withoutTokens`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Place of the command in tidegate.yaml. */
  readonly place: ErrorPlace;
  /** Default: 256 MiB. */
  readonly mostBytes?: number;
}

/** End of a client. */
interface ClientEnd {
  readonly exitCode: number | null;
  readonly output: string;
  readonly error: string;
  /** Why it was stopped: a clause; undefined: it ended by itself. */
  readonly stopped: string | undefined;
}

/** Asks an engine by its own client, which gets each statement on its standard input and prints the answer. */
export class CommandEngine implements SqlEngine {
  readonly dialect: WarehouseDialect;
  readonly isRemote = false;
  readonly #options: CommandOptions;
  readonly #env: Record<string, string>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: CommandOptions) {
    this.#options = options;
    this.dialect = options.dialect;
    this.#env = withoutTokens(options.env);
  }

  get shown(): string {
    return this.#options.command;
  }

  async query({ sql, kinds }: Question): Promise<AnswerColumns> {
    const { format } = this.#options;
    const end = await this.#inTurn(() => this.#ask(`${printableSql(sql, kinds, this.dialect)};\n`));
    if (end.stopped !== undefined) throw this.#failed(end.stopped, end);
    if (end.exitCode !== 0) throw this.#failed(`ended with exit code ${end.exitCode ?? 'none'}`, end);
    try {
      return readPrinted(end.output, kinds, format);
    } catch (cause) {
      if (!(cause instanceof PrintedProblem)) throw cause;
      throw this.#partial(cause, end);
    }
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** By a file: a client that opens /dev/stdin cannot open the socket that a pipe of this process is. */
  async #ask(sql: string): Promise<ClientEnd> {
    const folder = await mkdtemp(join(this.#options.env.RUNNER_TEMP || tmpdir(), 'tidegate-sql-'));
    try {
      const path = join(folder, 'statement.sql');
      await writeFile(path, sql, { mode: 0o600 });
      const file = await open(path);
      return await this.#run(file.fd).finally(() => file.close());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** @param input What its standard input is. */
  #run(input: number): Promise<ClientEnd> {
    const { command, directory, timeoutMs, mostBytes = MOST_BYTES } = this.#options;
    // A group of its own, so that what the shell starts is stopped too.
    const child = spawn('/bin/sh', ['-c', command], {
      cwd: directory,
      env: this.#env,
      stdio: [input, 'pipe', 'pipe'],
      detached: true,
    });
    const output: Buffer[] = [];
    let [bytes, error, stopped] = [0, '', undefined as string | undefined];
    const stop = (why: string): void => {
      stopped ??= why;
      signalGroup(child.pid, 'SIGTERM');
      setTimeout(() => signalGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS).unref();
    };
    const timer = setTimeout(() => stop(`did not end within ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) stop(`printed more than ${mostBytes} bytes`);
      else output.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      error = (error + chunk.toString('utf8')).slice(-KEPT_ERROR);
    });
    return new Promise<ClientEnd>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => {
        resolve({ exitCode, output: Buffer.concat(output).toString('utf8'), error, stopped });
      });
    }).finally(() => clearTimeout(timer));
  }

  #failed(what: string, { error, output }: ClientEnd): UserError {
    const said = lastLines(error.trim() === '' ? output.slice(-KEPT_ERROR) : error);
    return new UserError('WAREHOUSE_REFUSED', `the command of warehouse ${what}${said}`, {
      fix: 'Run warehouse.command on this machine with a SELECT on its standard input, and correct what it reports.',
      place: this.#options.place,
    });
  }

  #partial(cause: PrintedProblem, { error }: ClientEnd): UserError {
    const message = `the command of warehouse gave no whole answer: ${cause.message}${lastLines(error)}`;
    return new UserError('WAREHOUSE_ANSWER_INVALID', message, {
      fix: `Let it print all rows as ${this.#options.format === 'csv' ? 'CSV with the names of the columns' : 'JSON'}, and end with an exit code other than 0 where a statement fails.`,
      place: this.#options.place,
      cause,
    });
  }
}

function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('\tat '));
  const shown = lines.slice(-SHOWN_LINES).join('\n').slice(-SHOWN_CHARACTERS);
  return shown === '' ? '' : `: ${shown}`;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
