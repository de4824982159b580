import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TreeEntry, TreeFiles } from '../../ports/train/tree-files.ts';
import { unlessAbsent } from './absent.ts';
import { decodeText } from './decode-text.ts';

/** The files of a folder of this machine. */
export class FolderTree implements TreeFiles {
  readonly #root: string;

  /** @param root Absolute. */
  constructor(root: string) {
    this.#root = root;
  }

  async list(folder: string): Promise<readonly TreeEntry[]> {
    const entries = await orNothing(readdir(path.join(this.#root, folder), { withFileTypes: true }));
    return (entries ?? []).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  }

  async text(file: string): Promise<string | undefined> {
    const bytes = await orNothing(readFile(path.join(this.#root, file)));
    return bytes && decodeText(bytes, file);
  }
}

async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch(unlessAbsent);
}
