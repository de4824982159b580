import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { gitEnvironment } from '../host-environment.ts';

/** An object of a repository. */
export interface ReadObject {
  readonly sha: string;
  readonly type: string;
  /** Empty where only what it is was asked. */
  readonly content: Buffer;
}

interface Asked {
  readonly hasContent: boolean;
  readonly answer: PromiseWithResolvers<ReadObject | undefined>;
}

/**
 * Reads objects by one `git cat-file --batch-command` that stays: a process for each object would take most of a test's
 * time. It ends with this process.
 */
export class GitObjectReader {
  readonly #directory: string;
  readonly #asked: Asked[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #unread = Buffer.alloc(0);

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Object of a revision: a sha, a ref, `HEAD:path`, `main^{commit}`; undefined where there is no such object. */
  info(revision: string): Promise<ReadObject | undefined> {
    return this.#ask('info', revision);
  }

  /** The same, with its bytes. */
  contents(revision: string): Promise<ReadObject | undefined> {
    return this.#ask('contents', revision);
  }

  /** Ends the process; the next question starts another. */
  close(): void {
    this.#child?.stdin.end();
    this.#child = undefined;
  }

  #ask(command: 'info' | 'contents', revision: string): Promise<ReadObject | undefined> {
    if (revision === '' || /[\n\0]/.test(revision)) return Promise.resolve(undefined);
    const answer = Promise.withResolvers<ReadObject | undefined>();
    this.#child ??= this.#start();
    this.#asked.push({ hasContent: command === 'contents', answer });
    this.#child.stdin.write(`${command} ${revision}\n`);
    return answer.promise;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn('git', ['cat-file', '--batch-command'], { cwd: this.#directory, env: gitEnvironment() });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#answer();
    });
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => this.#fail(child, error));
    child.once('close', () => this.#fail(child, new Error('git cat-file has ended')));
    return child;
  }

  #fail(child: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#child === child) this.#child = undefined;
    this.#unread = Buffer.alloc(0);
    for (const { answer } of this.#asked.splice(0)) answer.reject(error);
  }

  #answer(): void {
    for (;;) {
      const [next] = this.#asked;
      const end = this.#unread.indexOf('\n');
      if (next === undefined || end < 0) return;
      const [sha = '', type = '', size = ''] = this.#unread.toString('utf8', 0, end).split(' ');
      // Anything else is "missing" or "ambiguous".
      const isFound = /^[0-9a-f]{40}$/.test(sha) && /^(?:blob|tree|commit|tag)$/.test(type) && /^\d+$/.test(size);
      const bytes = isFound && next.hasContent ? Number(size) : undefined;
      const whole = bytes === undefined ? end + 1 : end + 1 + bytes + 1;
      if (this.#unread.length < whole) return;
      const content = Buffer.from(this.#unread.subarray(end + 1, end + 1 + (bytes ?? 0)));
      this.#unread = this.#unread.subarray(whole);
      this.#asked.shift();
      next.answer.resolve(isFound ? { sha, type, content } : undefined);
    }
  }
}
