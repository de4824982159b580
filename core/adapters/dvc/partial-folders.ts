import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { unlessAbsent } from '../files/absent.ts';
import { onDisk } from '../files/on-disk.ts';

/** Tracked folders of which only parts were brought, in a small JSON file: folder to parts. */
export class PartialFolders {
  readonly #file: string;
  #known: Map<string, readonly string[]> | undefined;

  /** @param file Absolute; made at the first write. */
  constructor(file: string) {
    this.#file = file;
  }

  partsOf(folder: string): readonly string[] | undefined {
    return this.#read().get(folder);
  }

  /** Writes at once: what is brought next may be cut off. */
  set(folder: string, parts: readonly string[] | undefined): void {
    const known = this.#read();
    if (JSON.stringify(known.get(folder)) === JSON.stringify(parts)) return;
    if (parts === undefined) known.delete(folder);
    else known.set(folder, parts);
    onDisk(this.#file, () => {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      const temporary = `${this.#file}.${process.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify(Object.fromEntries(known)));
      renameSync(temporary, this.#file);
    });
  }

  #read(): Map<string, readonly string[]> {
    this.#known ??= readFolders(this.#file);
    return this.#known;
  }
}

/** @throws {UserError} DATA_INVALID for another content: without it a push could leave out what was never here. */
function readFolders(file: string): Map<string, readonly string[]> {
  const text = textOf(file);
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, readonly string[]>));
  } catch (cause) {
    throw new UserError(
      'DATA_INVALID',
      `${file}, where data-pull keeps which folders it brought in part, is not JSON`,
      {
        fix: `Remove it with 'rm ${file}', and pull with targets: all before you push.`,
        cause,
      },
    );
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return unlessAbsent(error);
  }
}
