import path from 'node:path';
import type { PullMemory } from '../../ports/data/data-workspace.ts';
import { FetchedNames } from './fetched-names.ts';
import { PartialFolders } from './partial-folders.ts';

/** Record of pulls, in files of Tidegate's own folder. */
export class FilePullMemory implements PullMemory {
  readonly #fetched: FetchedNames;
  readonly #partial: PartialFolders;

  /** @param ownFolder Absolute; made at the first write. */
  constructor(ownFolder: string) {
    this.#fetched = new FetchedNames(path.join(ownFolder, 'fetched'));
    this.#partial = new PartialFolders(path.join(ownFolder, 'partial.json'));
  }

  rememberFetched(md5: string): void {
    this.#fetched.add(md5);
  }

  wasFetched(md5: string): boolean {
    return this.#fetched.has(md5);
  }

  broughtParts(location: string): readonly string[] | undefined {
    return this.#partial.partsOf(location);
  }

  rememberParts(location: string, parts: readonly string[] | undefined): void {
    this.#partial.set(location, parts);
  }

  /** Keeps the names of fetched objects for the next run. */
  write(): void {
    this.#fetched.write();
  }
}
