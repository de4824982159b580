import { readdir, realpath, stat } from 'node:fs/promises';
import { tableFormat } from '../../domain/data/table-format.ts';
import { unlessAbsent } from '../files/absent.ts';

/**
 * The tables in a folder, however deep, by the bytes of their paths; hidden ones (`_delta_log`) left out. Links count as
 * what they lead to: DVC may have links to its cache in place of files.
 *
 * @param root Absolute, without a slash at the end.
 */
export async function tablesIn(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  await walk(root, new Set(), found);
  return found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** @param above Real paths of the folders on the way: a link to one of them leads round and round. */
async function walk(folder: string, above: ReadonlySet<string>, found: string[]): Promise<void> {
  const real = await realpath(folder);
  if (above.has(real)) return;
  const inside = new Set([...above, real]);
  for (const name of await readdir(folder)) {
    if (/^[._]/.test(name)) continue;
    const path = `${folder}/${name}`;
    const there = await stat(path).catch(unlessAbsent);
    if (there?.isDirectory() === true) await walk(path, inside, found);
    else if (there?.isFile() === true && tableFormat(path) !== undefined) found.push(path);
  }
}
