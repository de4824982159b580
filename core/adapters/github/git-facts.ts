/** Chosen: what some sweeps ask for of a repository; each is a few hundred bytes. */
const MAX_FACTS = 5000;

/**
 * Answers about Git objects by their names, which never change: what a commit holds, which of two comes first. Kept
 * between events, so that only what has moved is asked for. A failure is not kept.
 */
export class GitFacts {
  readonly #known = new Map<string, Promise<unknown>>();
  readonly #atMost: number;

  constructor(atMost = MAX_FACTS) {
    this.#atMost = atMost;
  }

  /**
   * The answer to a question, asked once.
   *
   * @param key The whole question: regardless of who asks by the same key gets what was answered first.
   */
  async once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    // The key names the question, and each question has one asker: its answer has that asker's type.
    if (known !== undefined) return known as Promise<T>;
    const asked = ask();
    this.keep(key, asked);
    asked.catch(() => this.#known.delete(key));
    return asked;
  }

  /** True if a question was asked. */
  has(key: string): boolean {
    return this.#known.has(key);
  }

  /** Keeps an answer that came in another way. The oldest one makes room. */
  keep(key: string, answer: Promise<unknown>): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= this.#atMost && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, answer);
  }
}
