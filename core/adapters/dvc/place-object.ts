import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../files/error-code.ts';

/** DVC's names of link types between cache and workspace, in order of preference. */
export type LinkType = 'reflink' | 'copy' | 'hardlink' | 'symlink';

/** An object of the cache and the file to be made of it. */
export interface ObjectCopy {
  readonly object: string;
  /** Absolute; nothing is there. */
  readonly file: string;
  readonly isExecutable: boolean;
  /** The object's bytes, where they are at hand. */
  readonly bytes?: Uint8Array | undefined;
}

/** Errors that mean: this file system cannot link so, take the next way. */
const CANNOT_LINK = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EXDEV',
  'ENOTTY',
  'ENOSYS',
  'EINVAL',
  'EAGAIN',
  'EMLINK',
]);

/** Makes files of cached objects. A kind of link that failed once for the file system's sake is not tried again. */
export class ObjectPlacer {
  readonly #types: LinkType[];
  readonly #mode = 0o666 & ~process.umask();

  constructor(types: readonly LinkType[]) {
    this.#types = [...types, 'copy'];
  }

  /** Makes a file of a file that is not in the cache, and so is never linked. */
  copy(copy: ObjectCopy): Promise<void> {
    return this.#copy(copy);
  }

  /** @returns Whether the file is one of its own, or the object under another name. */
  async place(copy: ObjectCopy): Promise<'file' | 'link'> {
    for (;;) {
      const [type = 'copy'] = this.#types;
      try {
        if (type === 'copy') await this.#copy(copy);
        else this.#link(type, copy);
        return type === 'copy' || type === 'reflink' ? 'file' : 'link';
      } catch (error) {
        rmSync(copy.file, { force: true });
        if (type === 'copy' || !CANNOT_LINK.has(errorCode(error) ?? '')) throw error;
        this.#types.shift();
      }
    }
  }

  /**
   * True if objects are copied, because that is wanted or nothing else works here.
   *
   * @param folder Of the cache.
   * @param file A path that may be used for trying; nothing is there.
   */
  copies(folder: string, file: string): boolean {
    const object = path.join(folder, `tidegate-probe-${process.pid}-${path.basename(file)}`);
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(object, 'x');
      while (this.#types[0] === 'reflink') {
        try {
          copyFileSync(object, file, constants.COPYFILE_FICLONE_FORCE);
          break;
        } catch (error) {
          if (!CANNOT_LINK.has(errorCode(error) ?? '')) throw error;
          this.#types.shift();
        }
      }
    } finally {
      rmSync(object, { force: true });
      rmSync(file, { force: true });
    }
    return this.#types[0] === 'copy';
  }

  #link(type: Exclude<LinkType, 'copy'>, { object, file, isExecutable }: ObjectCopy): void {
    if (type === 'reflink') {
      copyFileSync(object, file, constants.COPYFILE_FICLONE_FORCE);
      chmodSync(file, this.#modeOf(isExecutable));
      return;
    }
    const { mode } = lstatSync(object);
    if (type === 'hardlink') linkSync(object, file);
    else symlinkSync(object, file);
    // As DVC does: the object itself becomes executable, since the link has no mode of its own.
    if (isExecutable) chmodSync(object, (mode & 0o777) | 0o100);
  }

  async #copy({ object, file, isExecutable, bytes }: ObjectCopy): Promise<void> {
    if (bytes === undefined) {
      await copyFile(object, file, constants.COPYFILE_FICLONE);
      chmodSync(file, this.#modeOf(isExecutable));
      return;
    }
    const descriptor = openSync(file, 'wx', isExecutable ? 0o766 : 0o666);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    } finally {
      closeSync(descriptor);
    }
  }

  #modeOf(isExecutable: boolean): number {
    return this.#mode | (isExecutable ? 0o100 : 0);
  }
}
