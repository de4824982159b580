/** One act of the demo: what happened, and where to look. */
export interface Act {
  readonly number: number;
  readonly title: string;
  /** Action of the team, in one or two sentences. */
  readonly what: string;
  /** Subject to inspect. */
  readonly look: string;
  /** Numbers of the pull requests and issues of this act, in the order to read them. */
  readonly items: readonly number[];
  readonly seconds: number;
}

/** An expectation of the story and how it came out. */
export interface Expectation {
  readonly act: number;
  readonly expected: string;
  readonly found: string;
  readonly holds: boolean;
}

/** Tells the story as it runs and checks that it came out as the data says it must. */
export class Story {
  readonly acts: Act[] = [];
  readonly expectations: Expectation[] = [];
  #act = 0;

  /** Plays an act; `play` answers with the pull requests and issues to look at. */
  async act(
    title: string,
    {
      what,
      look,
      play,
    }: { readonly what: string; readonly look: string; readonly play: () => Promise<readonly number[]> },
  ): Promise<void> {
    this.#act += 1;
    const startedAt = performance.now();
    console.log(`\nAct ${this.#act}. ${title}\n  ${what}`);
    const items = await play();
    const seconds = (performance.now() - startedAt) / 1000;
    this.acts.push({ number: this.#act, title, what, look, items, seconds });
    console.log(`  Look at: ${look} (${seconds.toFixed(0)} s)`);
  }

  /** Notes whether something came out as expected. */
  expect(expected: string, found: unknown, holds: boolean): void {
    const text = typeof found === 'string' ? found : JSON.stringify(found);
    this.expectations.push({ act: this.#act, expected, found: text ?? 'nothing', holds });
    console.log(`  ${holds ? '✓' : '✗'} ${expected}${holds ? '' : ` — but: ${text}`}`);
  }
}
