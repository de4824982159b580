import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from '../core/adapters/github/github-client.ts';
import { ServiceError } from '../core/errors.ts';

/**
 * Delays before work is retried. Chosen: a blink, an outage of a few seconds, and longer than a command is
 * taken to be in other hands; what fails after that is left to the sweep.
 */
const PAUSES_MS = [2_000, 15_000, 75_000] as const;

/** Work that goes on after its webhook was answered: GitHub waits ten seconds, a reconciliation may take longer. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #pausesMs: readonly number[];

  constructor(pausesMs: readonly number[] = PAUSES_MS) {
    this.#pausesMs = pausesMs;
  }

  /** Begins; what fails for the moment is tried again. No one waits, so `failed` hears of the last error. */
  start(work: () => Promise<void>, failed: (error: unknown) => void): void {
    const running = this.#persist(work)
      .catch(failed)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Number of active jobs, pauses included. */
  get size(): number {
    return this.#running.size;
  }

  /** Tries nothing again from now on. Resolves when all that is going on has ended, and what it set off. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #persist(work: () => Promise<void>): Promise<void> {
    for (const pauseMs of this.#pausesMs) {
      try {
        return await work();
      } catch (error) {
        if (!mayPass(error) || this.#stopping.signal.aborted) throw error;
        await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {
          throw error;
        });
      }
    }
    return work();
  }
}

/** True if the same work may well succeed in a while. */
function mayPass(error: unknown): boolean {
  return error instanceof ServiceError ? error.retryable : (statusOf(error) ?? 0) >= 500;
}
