import { chmodSync, mkdirSync, rmSync, type Stats, statSync } from 'node:fs';
import type { Placement } from '../../ports/data/data-workspace.ts';
import { moveFile } from '../files/move-file.ts';
import { onDisk } from '../files/on-disk.ts';
import type { DvcCache } from './dvc-cache.ts';
import { hasTime, settleFile } from './file-times.ts';
import { type LinkType, ObjectPlacer } from './place-object.ts';

/** Source and target of files. */
export interface FileMakerOptions {
  readonly cache: DvcCache;
  readonly linkTypes: readonly LinkType[];
  /** Absolute; of this process alone, and outside of tracked folders: what a killed run leaves there is no data. */
  readonly folder: string;
}

/** Makes the files of the workspace, each under another name first. */
export class FileMaker {
  readonly #options: FileMakerOptions;
  readonly #placer: ObjectPlacer;
  #count = 0;
  #copies: boolean | undefined;

  constructor(options: FileMakerOptions) {
    this.#options = options;
    this.#placer = new ObjectPlacer(options.linkTypes);
  }

  /** Path of a file that may be made. */
  newFile(): string {
    const { folder } = this.#options;
    if (this.#count === 0) onDisk(folder, () => mkdirSync(folder, { recursive: true }));
    this.#count += 1;
    return `${folder}/${this.#count}`;
  }

  /** True if objects of the cache are copied, because that is wanted or nothing else works here. */
  copies(): boolean {
    this.#copies ??= this.#placer.copies(this.#options.cache.folder, this.newFile());
    return this.#copies;
  }

  /**
   * Makes a file appear at its place, whole or not at all.
   *
   * @param file Absolute.
   * @returns What it is then; undefined where another process put something else there meanwhile.
   */
  async make(file: string, placement: Placement): Promise<Stats | undefined> {
    const temporary = placement.spare ?? this.newFile();
    try {
      const made = await this.#fill(temporary, placement);
      // The times of a link are those of the object, which other workspaces may have too.
      const mtimeMs = made === 'file' ? settleFile(temporary) : undefined;
      moveFile(temporary, file);
      const stats = statSync(file);
      return mtimeMs === undefined || hasTime(stats, mtimeMs) ? stats : undefined;
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Removes what was made and not moved to its place. */
  clear(): void {
    rmSync(this.#options.folder, { recursive: true, force: true });
    this.#count = 0;
  }

  async #fill(file: string, { md5, isExecutable, bytes, spare, copyOf }: Placement): Promise<'file' | 'link'> {
    if (spare !== undefined) {
      if (isExecutable) chmodSync(spare, statSync(spare).mode | 0o100);
      return 'file';
    }
    if (copyOf === undefined) {
      return this.#placer.place({ object: this.#options.cache.path(md5), file, isExecutable, bytes });
    }
    await this.#placer.copy({ object: copyOf, file, isExecutable });
    return 'file';
  }
}
