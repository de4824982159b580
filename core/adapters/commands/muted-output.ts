import { randomBytes } from 'node:crypto';

const NEWLINE = 0x0a;

/**
 * Output of code that is not ours, in the log of a step: between `start` and `end` the runner takes no line as a workflow
 * command (`::set-output::`, `::add-mask::`, `::error::`, …). Only who knows the token can end that, and the token is
 * written after that code has ended.
 */
export class MutedOutput {
  readonly #write: (chunk: Uint8Array) => void;
  readonly #token = randomBytes(32).toString('hex');
  #last: number | undefined = NEWLINE;

  constructor(write: (chunk: Uint8Array) => void) {
    this.#write = write;
  }

  start(): void {
    this.#line(`::stop-commands::${this.#token}`);
  }

  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#write(chunk);
    this.#last = chunk.at(-1);
  }

  /** On a line of its own: behind other text it would be text. */
  end(): void {
    this.#line(`::${this.#token}::`);
  }

  #line(text: string): void {
    this.add(Buffer.from(`${this.#last === NEWLINE ? '' : '\n'}${text}\n`));
  }
}

/** Output of code that is not ours, on a terminal: as it comes. */
export class PlainOutput {
  readonly #write: (chunk: Uint8Array) => void;

  constructor(write: (chunk: Uint8Array) => void) {
    this.#write = write;
  }

  start(): void {}

  add(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#write(chunk);
  }

  end(): void {}
}
