import { Worker } from 'node:worker_threads';
import { UserError } from '../../errors.ts';
import type { ParserAnswer, ParserQuestion } from './parser-messages.ts';

/** What a thread may take. */
export interface ParserThreadLimits {
  /** For one text, from when the thread has it. */
  readonly textMs: number;
  /** Until the thread has loaded its code. */
  readonly startMs: number;
  /** Heap of the thread. */
  readonly heapMb: number;
}

/** Chosen: a text makes many small objects, which are worth keeping in the young generation for a moment. */
const YOUNG_GENERATION_MB = 16;

/** One thread that parses one text at a time. After a text that was too much for it, it has ended. */
export class ParserThread {
  readonly #worker: Worker;
  readonly #limits: ParserThreadLimits;
  readonly #started: Promise<ParserAnswer>;
  #pending: PromiseWithResolvers<ParserAnswer> | undefined;
  #hasEnded = false;
  #texts = 0;

  constructor(entry: URL, limits: ParserThreadLimits) {
    this.#limits = limits;
    // It needs no secret of the process, and none of its flags.
    const own = { env: {}, argv: [], execArgv: [] };
    const resourceLimits = { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
    this.#worker = new Worker(entry, { ...own, resourceLimits });
    this.#worker.on('message', (answer: ParserAnswer) => this.#pending?.resolve(answer));
    this.#worker.on('error', (error) => this.#failed(error));
    this.#worker.on('exit', () => this.#failed(new Error("the parser's thread has ended")));
    // While it waits for a text, it keeps no process alive.
    this.#worker.unref();
    this.#started = this.#next(limits.startMs, () => new Error("the parser's thread does not start"));
    this.#started.catch(() => undefined);
  }

  /** Texts that it was asked about. */
  get texts(): number {
    return this.#texts;
  }

  /** Whether it answers nothing any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Parses a text; the caller waits for the answer before the next one.
   *
   * @throws {UserError} INPUT_TOO_COSTLY where the text took more time or memory than the thread has.
   */
  async ask(question: ParserQuestion): Promise<ParserAnswer> {
    this.#worker.ref();
    try {
      await this.#started;
      const { textMs } = this.#limits;
      const answer = this.#next(textMs, () => tooCostly(`takes more than ${textMs} ms`));
      this.#texts += 1;
      this.#worker.postMessage(question);
      return await answer;
    } finally {
      this.#worker.unref();
    }
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#worker.terminate();
  }

  async #next(limitMs: number, late: () => Error): Promise<ParserAnswer> {
    const pending = Promise.withResolvers<ParserAnswer>();
    this.#pending = pending;
    const timer = setTimeout(() => {
      pending.reject(late());
      void this.end();
    }, limitMs);
    try {
      return await pending.promise;
    } finally {
      clearTimeout(timer);
      this.#pending = undefined;
    }
  }

  #failed(error: Error): void {
    this.#hasEnded = true;
    const isOutOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#pending?.reject(isOutOfMemory ? tooCostly(`takes more than ${this.#limits.heapMb} MB of memory`) : error);
  }
}

function tooCostly(why: string): UserError {
  return new UserError('INPUT_TOO_COSTLY', `reading this text ${why}`, {
    fix: 'Make the file smaller and simpler, or check which program wrote it.',
  });
}
