import type { ControlIssue, ControlIssues, ControlLabel } from '../../core/ports/github/control-issues.ts';

/** Issues that control promotion, in memory. */
export class InMemoryControlIssues implements ControlIssues {
  readonly #all: (ControlIssue & { readonly label: string })[] = [];

  /** Opens one as somebody. */
  async open(label: string, { author, body }: { readonly author: string; readonly body: string }): Promise<number> {
    const number = this.#all.length + 1;
    this.#all.push({ number, body, author, label, isOpen: true });
    return number;
  }

  async list(label: ControlLabel, state: 'open' | 'all'): Promise<readonly ControlIssue[]> {
    return this.#all
      .filter((one) => one.label === label && (state === 'all' || one.isOpen))
      .map(({ number, body, author, isOpen }) => ({ number, body, author, isOpen }));
  }

  async create({ body, label }: { readonly body: string; readonly label: ControlLabel }): Promise<number> {
    return this.open(label, { author: 'tidegate[bot]', body });
  }

  async close(number: number): Promise<void> {
    const found = this.#all[number - 1];
    if (found !== undefined) this.#all[number - 1] = { ...found, isOpen: false };
  }
}
