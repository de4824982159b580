import { UserError } from '../../errors.ts';
import type { ParserAnswer, ParserQuestion } from './parser-messages.ts';
import { WorkerThread } from './worker-thread.ts';

/** Limits of a thread. */
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
  readonly #thread: WorkerThread<ParserQuestion, ParserAnswer>;
  readonly #limits: ParserThreadLimits;
  readonly #started: Promise<unknown>;
  #texts = 0;

  constructor(entry: URL, limits: ParserThreadLimits) {
    this.#limits = limits;
    const resourceLimits = { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
    // It needs no secret of the process, and none of its flags.
    this.#thread = new WorkerThread(entry, { isIsolated: true, resourceLimits });
    this.#started = this.#askWithin(limits.startMs, { ask: 'ready' }, () => doesNotStart(limits));
    this.#started.catch(() => undefined);
  }

  /** Texts that it was asked about. */
  get texts(): number {
    return this.#texts;
  }

  /** True if it answers nothing any more. */
  get hasEnded(): boolean {
    return this.#thread.hasEnded;
  }

  /**
   * Parses a text; the caller waits for the answer before the next one.
   *
   * @throws {UserError} INPUT_TOO_COSTLY where the text took more time or memory than the thread has.
   */
  async ask(question: ParserQuestion): Promise<ParserAnswer> {
    await this.#started;
    this.#texts += 1;
    const { textMs } = this.#limits;
    return this.#askWithin(textMs, question, () => tooCostly(`takes more than ${textMs} ms`));
  }

  /** Ends the thread. A text that waits is rejected. */
  end(): Promise<void> {
    return this.#thread.close();
  }

  async #askWithin(limitMs: number, question: ParserQuestion, late: () => Error): Promise<ParserAnswer> {
    const isLate = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      isLate.reject(late());
      void this.end();
    }, limitMs);
    try {
      return await Promise.race([isLate.promise, this.#thread.ask(question)]);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        throw tooCostly(`takes more than ${this.#limits.heapMb} MB of memory`);
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function doesNotStart({ startMs }: ParserThreadLimits): Error {
  return new Error(`the parser's thread does not start within ${startMs} ms`);
}

function tooCostly(why: string): UserError {
  return new UserError('INPUT_TOO_COSTLY', `reading this text ${why}`, {
    fix: 'Make the file smaller and simpler, or check which program wrote it.',
  });
}
