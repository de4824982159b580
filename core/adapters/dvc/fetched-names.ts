import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** Chosen: some 500,000 names. What is forgotten costs an error that says so, never data. */
const MOST_BYTES = 16 << 20;

/** Names of objects whose bytes came from a remote and are not in the cache: the workspace may lose them. */
export class FetchedNames {
  readonly #file: string;
  readonly #added = new Set<string>();
  #known: ReadonlySet<string> | undefined;

  /** @param file Absolute; made at the first write. */
  constructor(file: string) {
    this.#file = file;
  }

  add(name: string): void {
    this.#added.add(name);
  }

  has(name: string): boolean {
    if (this.#added.has(name)) return true;
    this.#known ??= readNames(this.#file);
    return this.#known.has(name);
  }

  /** Adds what is new to the file. */
  write(): void {
    if (this.#added.size === 0) return;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    if ((statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES) rmSync(this.#file);
    // Begins with a line end, so that half a line of a run that was killed spoils no name.
    appendFileSync(this.#file, `\n${[...this.#added].join('\n')}\n`);
    this.#added.clear();
    this.#known = undefined;
  }
}

function readNames(file: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(file, 'latin1').split('\n'));
  } catch {
    return new Set();
  }
}
