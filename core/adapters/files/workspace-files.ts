import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { unlessAbsent } from './absent.ts';
import { decodeText } from './decode-text.ts';

/** Files of the checked-out repository that may be edited: inside it, no links on the way, nothing of `.github`. */
export class WorkspaceFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * @returns Undefined where there is no such file.
   * @throws {UserError} PATH_UNSAFE; ENCODING_INVALID where it is not UTF-8.
   */
  async read(file: string): Promise<string | undefined> {
    await this.#assertSafe(file);
    const found = await lstat(path.join(this.#root, file)).catch(unlessAbsent);
    if (found !== undefined && !found.isFile())
      throw unsafe(file, found.isDirectory() ? 'is a folder' : 'is not a file');
    const bytes = await readFile(path.join(this.#root, file)).catch(unlessAbsent);
    return bytes === undefined ? undefined : decodeText(bytes, file);
  }

  /** Writes a temporary file next to it, then renames it: a reader sees the old text or the new one. */
  async write(file: string, text: string): Promise<void> {
    await this.#assertSafe(file);
    const absolute = path.join(this.#root, file);
    await mkdir(path.dirname(absolute), { recursive: true });
    const mode = (await lstat(absolute).catch(unlessAbsent))?.mode ?? 0o644;
    const temporary = `${absolute}.${process.pid}.tmp`;
    await writeFile(temporary, text, { mode });
    await rename(temporary, absolute);
  }

  async #assertSafe(file: string): Promise<void> {
    const parts = file.split('/');
    const outside = path.isAbsolute(file) || parts.some((part) => part === '..' || part === '' || part === '.git');
    if (outside || parts[0] === '.github') throw unsafe(file, 'is not a file that may be edited');
    for (let depth = 1; depth <= parts.length; depth++) {
      const step = await lstat(path.join(this.#root, ...parts.slice(0, depth))).catch(unlessAbsent);
      if (step?.isSymbolicLink()) throw unsafe(file, 'is a symbolic link, or its path contains one');
    }
  }
}

function unsafe(file: string, why: string): UserError {
  return new UserError('PATH_UNSAFE', `${file} ${why}`, {
    fix: 'Use a regular file inside the repository, outside .github, with a path relative to its root.',
  });
}
