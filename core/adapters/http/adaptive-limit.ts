/**
 * Limit of requests in flight, adapted to what the server accepts. A "slow down" halves the number, each full round
 * of answers without one raises it by one (additive increase, multiplicative decrease, as in TCP).
 */
export class AdaptiveLimit {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #inFlight = 0;
  #answers = 0;

  /** @param max At least 1; where it starts. */
  constructor(max: number) {
    this.#max = max;
    this.#limit = max;
  }

  /** The number of requests that may be in flight now. */
  get current(): number {
    return this.#limit;
  }

  /** Waits for a turn. Each must be given back by `release`. */
  acquire(): Promise<void> | undefined {
    if (this.#inFlight < this.#limit) {
      this.#inFlight += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Does something in a turn of its own. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.acquire();
    if (turn !== undefined) await turn;
    try {
      return await work();
    } finally {
      this.release('answered');
    }
  }

  /** @param outcome `slow-down`: the other side asked for fewer requests. */
  release(outcome: 'answered' | 'slow-down'): void {
    this.#inFlight -= 1;
    this.#answers += 1;
    if (outcome === 'slow-down') {
      // Those in flight were sent under the old limit: one of their answers halves it, not each.
      if (this.#answers > 0) this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#answers = -this.#inFlight;
    } else if (this.#answers >= this.#limit && this.#limit < this.#max) {
      this.#limit += 1;
      this.#answers = 0;
    }
    while (this.#inFlight < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inFlight += 1;
      next();
    }
  }
}
