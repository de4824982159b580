import { createHash, hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { IndexTable } from './index-table.ts';

/** Chosen: digests of the given number of sets of data are remembered. */
const MAX_SETS = 32;

/** The tables of a repository: one for each folder, one for all single files; and the digests of sets of them. */
export class WorkspaceIndex {
  readonly #folder: string;
  readonly #tables = new Map<string, IndexTable>();

  /** @param folder Absolute; made at the first write. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The table of a folder that is an output. */
  ofFolder(location: string): IndexTable {
    return this.#table(createHash('sha256').update(location).digest('hex').slice(0, 32));
  }

  /** The table of outputs that are single files of one kind. */
  ofFiles(kind: string): IndexTable {
    return this.#table(`files-${kind}`);
  }

  /** Cached entry of a set of data. */
  setDigest(key: string): string | undefined {
    return this.#readSets().get(hash('sha256', key));
  }

  /** Remembers the digest of a set of data. */
  rememberSet(key: string, digest: string): void {
    const own = hash('sha256', key);
    const known = this.#readSets();
    if (known.get(own) === digest) return;
    const sets = [[own, digest], ...known].slice(0, MAX_SETS);
    const temporary = `${this.#setsFile}.${process.pid}.tmp`;
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(temporary, sets.map(([name, value]) => `${name} ${value}\n`).join(''));
    renameSync(temporary, this.#setsFile);
  }

  writeTables(): void {
    for (const table of this.#tables.values()) table.write();
  }

  get #setsFile(): string {
    return path.join(this.#folder, 'sets');
  }

  #readSets(): Map<string, string> {
    try {
      const lines = readFileSync(this.#setsFile, 'latin1').matchAll(/^([0-9a-f]{64}) (sha256:[0-9a-f]{64})$/gm);
      return new Map([...lines].map(([, key = '', digest = '']) => [key, digest]));
    } catch {
      return new Map();
    }
  }

  #table(name: string): IndexTable {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = new IndexTable(path.join(this.#folder, name));
    this.#tables.set(name, table);
    return table;
  }
}
