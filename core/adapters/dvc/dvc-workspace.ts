import { randomUUID } from 'node:crypto';
import { constants, createReadStream, lstatSync, type Stats } from 'node:fs';
import { chmod, copyFile, link, lstat, mkdir, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type IgnoreRule, isIgnored } from '../../domain/data/ignore-rules.ts';
import { UserError } from '../../errors.ts';
import type { DataWorkspace, Placement, WorkspaceEntry, WorkspaceFolder } from '../../ports/data-workspace.ts';
import { errorCode } from '../node/error-code.ts';
import { type DvcCache, hashMd5 } from './dvc-cache.ts';

/** How cached objects appear in the workspace, in DVC's words, in order of preference. */
export type LinkType = 'reflink' | 'copy' | 'hardlink' | 'symlink';

/** What a workspace is made of. */
export interface DvcWorkspaceOptions {
  /** Absolute. */
  readonly root: string;
  readonly cache: DvcCache;
  /** `cache.type`; default `reflink, copy`. */
  readonly linkTypes: readonly LinkType[];
  readonly ignoreRules: readonly IgnoreRule[];
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

/** The workspace of a repository that uses DVC. */
export class DvcWorkspace implements DataWorkspace {
  readonly #options: DvcWorkspaceOptions;

  constructor(options: DvcWorkspaceOptions) {
    this.#options = options;
  }

  async exists(location: string): Promise<boolean> {
    return (await this.#stat(location)) !== undefined;
  }

  async inspect(location: string): Promise<WorkspaceEntry | undefined> {
    const absolute = this.#absolute(location);
    const found = await this.#stat(location);
    if (found === undefined) return undefined;
    if (found.isDirectory()) return { kind: 'folder', files: await this.#filesOf(location, '') };
    const isExecutable = (found.mode & 0o100) !== 0;
    return { kind: 'file', md5: await hashMd5(absolute), sizeBytes: found.size, isExecutable };
  }

  async place({ path: location, md5, isExecutable }: Placement): Promise<void> {
    const absolute = this.#absolute(location);
    const temporary = path.join(this.#options.root, '.dvc', 'tmp', 'tidegate', randomUUID());
    this.#refuseLinks(location);
    await mkdir(path.dirname(temporary), { recursive: true });
    try {
      await this.#link(this.#options.cache.path(md5), temporary, isExecutable);
      await mkdir(path.dirname(absolute), { recursive: true });
      await rename(temporary, absolute);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async remove(location: string): Promise<void> {
    this.#refuseLinks(location);
    await rm(this.#absolute(location), { recursive: true, force: true });
  }

  content(location: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#absolute(location), { highWaterMark: 1 << 20 });
  }

  async #filesOf(folder: string, under: string): Promise<WorkspaceFolder['files']> {
    const files: WorkspaceFolder['files'][number][] = [];
    for (const entry of await readdir(path.join(this.#absolute(folder), under), { withFileTypes: true })) {
      const relative = under === '' ? entry.name : `${under}/${entry.name}`;
      const absolute = path.join(this.#absolute(folder), relative);
      const found = entry.isSymbolicLink() ? await stat(absolute) : entry;
      const kind = found.isDirectory() ? 'folder' : 'file';
      if (isIgnored(this.#options.ignoreRules, `${folder}/${relative}`, kind)) continue;
      if (kind === 'folder') files.push(...(await this.#filesOf(folder, relative)));
      else files.push({ path: relative, md5: await hashMd5(absolute), sizeBytes: (await stat(absolute)).size });
    }
    return files;
  }

  async #link(object: string, temporary: string, isExecutable: boolean): Promise<void> {
    for (const type of this.#options.linkTypes) {
      try {
        await linkAs(type, object, temporary);
        if (type === 'reflink' || type === 'copy') {
          await chmod(temporary, (0o666 & ~process.umask()) | (isExecutable ? 0o100 : 0));
        }
        return;
      } catch (error) {
        await rm(temporary, { force: true });
        if (!CANNOT_LINK.has(errorCode(error) ?? '')) throw error;
      }
    }
    await copyFile(object, temporary);
    await chmod(temporary, (0o666 & ~process.umask()) | (isExecutable ? 0o100 : 0));
  }

  /** A link on the way would let a list of files write anywhere. */
  #refuseLinks(location: string): void {
    const parts = location.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const above = parts.slice(0, length).join('/');
      const found = lstatSync(this.#absolute(above), { throwIfNoEntry: false });
      if (found === undefined) return;
      if (!found.isSymbolicLink()) continue;
      throw new UserError('PATH_UNSAFE', `${location}: ${above} is a symbolic link`, {
        fix: `Remove ${above}, or track the folder that it points to.`,
      });
    }
  }

  async #stat(location: string): Promise<Stats | undefined> {
    return stat(this.#absolute(location)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
      throw error;
    });
  }

  #absolute(location: string): string {
    return path.join(this.#options.root, ...location.split('/'));
  }
}

async function linkAs(type: LinkType, object: string, temporary: string): Promise<void> {
  if (type === 'reflink') return copyFile(object, temporary, constants.COPYFILE_FICLONE_FORCE);
  if (type === 'copy') return copyFile(object, temporary, constants.COPYFILE_FICLONE);
  if (type === 'hardlink') return link(object, temporary);
  await lstat(object);
  return symlink(object, temporary);
}
