import { type ResourceLimits, type Transferable, Worker } from 'node:worker_threads';
import type { Reply } from './answer-questions.ts';

/** Options of a thread. */
export interface WorkerThreadOptions {
  /** The thread reads it as `workerData`. */
  readonly workerData?: unknown;
  readonly resourceLimits?: ResourceLimits;
  /** True if the thread gets neither the environment nor the flags of the process. Default: it gets both. */
  readonly isIsolated?: boolean;
}

/**
 * A thread that answers questions in their order. It runs an entry file, which calls `answerQuestions`. A thread that
 * ends is an error for each question that waits and for each later one. It keeps the process alive only while a question
 * waits.
 *
 * @typeParam Ask A question: a value that can be copied between threads.
 * @typeParam Answer What the entry file answers to it.
 */
export class WorkerThread<Ask, Answer> {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  /** After this the thread is gone and answers nothing. */
  #failure: Error | undefined;

  /** @param entry From `workerEntry`. */
  constructor(entry: URL, { isIsolated = false, ...options }: WorkerThreadOptions = {}) {
    this.#worker = new Worker(entry, { ...options, ...(isIsolated ? { env: {}, argv: [], execArgv: [] } : {}) });
    this.#worker.on('message', (reply: Reply<Answer>) => this.#answered(reply));
    this.#worker.on('error', (error) => this.#fail(asError(error)));
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the thread of ${entry.pathname} ended with ${code}`)));
    this.#worker.unref();
  }

  /** True if it answers nothing any more. */
  get hasEnded(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Asks the thread.
   *
   * @param moved Memory in the question that goes to the thread and is gone here.
   * @throws {Error} What the entry file threw, with its code, system call, stack and cause; or why the thread ended.
   */
  async ask(question: Ask, moved: readonly Transferable[] = []): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure;
    const answer = Promise.withResolvers<Answer>();
    this.#worker.postMessage(question, moved);
    this.#worker.ref();
    this.#waiting.push(answer);
    return answer.promise;
  }

  /** Ends the thread. A question that waits is rejected. Idempotent. */
  async close(): Promise<void> {
    this.#fail(new Error('the thread was ended'));
    await this.#worker.terminate();
  }

  #answered(reply: Reply<Answer>): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    if ('value' in reply) waiting?.resolve(reply.value);
    else waiting?.reject(Object.assign(asError(reply.error), reply.fields));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
