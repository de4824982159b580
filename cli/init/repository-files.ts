import { lstat, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { unlessAbsent } from '../../core/adapters/files/absent.ts';
import { UserError } from '../../core/errors.ts';

/**
 * Those of the given paths that are regular files of a repository. A symbolic link counts if its target is such a file: no
 * other file of this machine is read, and no device.
 *
 * @param files Relative to the repository.
 */
export async function regularFiles(repository: string, files: readonly string[]): Promise<readonly string[]> {
  const root = await realpath(repository);
  const areRegular = await Promise.all(files.map((file) => isRegular(root, file)));
  return files.filter((_, index) => areRegular[index]);
}

async function isRegular(root: string, file: string): Promise<boolean> {
  try {
    const target = await realpath(join(root, file));
    return target.startsWith(`${root}${sep}`) && (await stat(target)).isFile();
  } catch {
    // What cannot be looked at says nothing of the repository.
    return false;
  }
}

/**
 * Refuses to write through symbolic links, which lead to files outside of the repository.
 *
 * @param files Relative to the repository.
 * @throws {UserError} PATH_UNSAFE for the first one that is a link, or has one on its way.
 */
export async function refuseLinks(repository: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const parts = file.split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const path = parts.slice(0, depth).join('/');
      if (parts[depth - 1] === '..' || (await lstat(join(repository, path)).catch(unlessAbsent))?.isSymbolicLink()) {
        throw new UserError(
          'PATH_UNSAFE',
          `${JSON.stringify(file)} cannot be written: ${JSON.stringify(path)} is a symbolic link or leads out of the repository`,
          {
            fix: 'Replace it by a file or a folder of the repository.',
          },
        );
      }
    }
  }
}

/** Writes a file of a repository, and the folders above it. @throws {UserError} As `refuseLinks`. */
export async function writeRepositoryFile(
  repository: string,
  { path, text }: { readonly path: string; readonly text: string | Uint8Array },
): Promise<void> {
  await refuseLinks(repository, [path]);
  await mkdir(dirname(join(repository, path)), { recursive: true });
  await writeFile(join(repository, path), text);
}
