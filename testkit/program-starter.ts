import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { hostEnvironment } from './host-environment.ts';

/** A program to run to its end. */
export interface StartedProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** The present folder unless given. */
  readonly cwd?: string | undefined;
  /** Everything it sees; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Its standard input; empty unless given. */
  readonly input?: string | Uint8Array | undefined;
}

/** End of a program: `exitCode` is null where a signal ended it. */
export interface EndedProgram {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface StarterRequest {
  readonly id: number;
  readonly program: StartedProgram;
}

export interface StarterAnswer {
  readonly id: number;
  readonly ended?: EndedProgram;
  readonly failed?: { readonly message: string; readonly code?: string };
}

interface Waiting {
  resolve(ended: EndedProgram): void;
  reject(error: Error): void;
}

/**
 * Runs programs from a small process of its own. To start a program, a process is copied first, with the table of all its
 * memory: 1 ms for this one, 5 to 20 ms for a test that holds GitHub's description, and Git is started thousands of times.
 */
class ProgramStarter {
  readonly #waiting = new Map<number, Waiting>();
  #process: ChildProcess | undefined;
  #nextId = 0;

  run(program: StartedProgram): Promise<EndedProgram> {
    const child = this.#process ?? this.#start();
    const id = this.#nextId++;
    child.channel?.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      child.send({ id, program } satisfies StarterRequest, (error) => {
        if (error !== null) this.#settle({ id, failed: { message: error.message } });
      });
    });
  }

  #start(): ChildProcess {
    const entry = path.join(import.meta.dirname, 'program-starter-process.ts');
    const child = fork(entry, { env: hostEnvironment(), execArgv: [], serialization: 'advanced' });
    this.#process = child;
    child.on('message', (answer: StarterAnswer) => this.#settle(answer));
    child.once('close', (code) => {
      this.#process = undefined;
      for (const id of this.#waiting.keys())
        this.#settle({ id, failed: { message: `the process that starts programs ended with ${code}` } });
    });
    child.unref();
    return child;
  }

  #settle({ id, ended, failed }: StarterAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    // What nobody waits for keeps no process alive.
    if (this.#waiting.size === 0) this.#process?.channel?.unref();
    if (ended !== undefined)
      waiting?.resolve({ ...ended, stdout: Buffer.from(ended.stdout), stderr: Buffer.from(ended.stderr) });
    else waiting?.reject(Object.assign(new Error(failed?.message), { code: failed?.code }));
  }
}

const STARTER = new ProgramStarter();

/** Runs a program to its end, whatever its exit code; fails where it cannot be started. */
export function startProgram(program: StartedProgram): Promise<EndedProgram> {
  return STARTER.run(program);
}
