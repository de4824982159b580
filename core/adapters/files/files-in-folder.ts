import { readdir, realpath, stat } from 'node:fs/promises';
import { unlessAbsent } from './absent.ts';

/** Choice of files in a folder. */
export interface FileChoice {
  /** True for names of files and folders that are left out. */
  readonly isHidden: (name: string) => boolean;
  /** By the absolute path of a file; undefined: all. */
  readonly isWanted?: (path: string) => boolean;
}

/**
 * The files in a folder, however deep, by the bytes of their paths. Links count as what they lead to: DVC may have links to
 * its cache in place of files.
 *
 * @param root Absolute, without a slash at the end.
 */
export async function filesIn(
  root: string,
  { isHidden, isWanted = () => true }: FileChoice,
): Promise<readonly string[]> {
  const found: string[] = [];
  await walk(root, new Set(), { isHidden, visit: (path) => found.push(path) });
  return found.filter(isWanted).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

interface Walk extends Pick<FileChoice, 'isHidden'> {
  readonly visit: (path: string) => void;
}

/** @param above Real paths of the folders on the way: a link to one of them leads round and round. */
async function walk(folder: string, above: ReadonlySet<string>, walking: Walk): Promise<void> {
  const real = await realpath(folder);
  if (above.has(real)) return;
  const inside = new Set([...above, real]);
  for (const name of await readdir(folder)) {
    if (walking.isHidden(name)) continue;
    const path = `${folder}/${name}`;
    const there = await stat(path).catch(unlessAbsent);
    if (there?.isDirectory() === true) await walk(path, inside, walking);
    else if (there?.isFile() === true) walking.visit(path);
  }
}
