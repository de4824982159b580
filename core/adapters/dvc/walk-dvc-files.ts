import { createIsIgnored, type IgnoreFile } from '../../domain/data/ignore-rules.ts';
import { inFolder } from '../../domain/data/repository-path.ts';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import type { TreeEntry, TreeFiles } from '../../ports/train/tree-files.ts';

/** True if a file or folder is ignored by itself. What is in an ignored folder is not asked for. */
export type IsIgnoredPath = (path: string, kind: 'file' | 'folder') => boolean;

/** Folders that hold no data of the repository. */
const CLOSED = new Set(['.git', '.hg', '.dvc']);

/** Reads a file of DVC's. @returns Paths of the outputs that it declares: no such folder is walked through. */
export type DvcFileVisit = (file: string) => Promise<readonly string[]>;

/**
 * Visits the `.dvc` and `dvc.yaml` files of a tree as DVC does: from the top down, without what Git or a `.dvcignore` leaves
 * out, the folders that are outputs, and projects of their own (`dvc init --subdir`).
 *
 * @returns The `.dvcignore` files on the way, from the root down.
 * @throws {UserError} DVC_INVALID for a line of one that DVC refuses.
 */
export async function walkDvcFiles(
  tree: TreeFiles,
  isIgnoredByGit: IsIgnoredPath,
  visit: DvcFileVisit,
): Promise<readonly IgnoreFile[]> {
  const files: IgnoreFile[] = [];
  let isIgnored = createIsIgnored(files);
  const outputs = new Set<string>();
  const isLeftOut = (path: string, kind: 'file' | 'folder'): boolean =>
    isIgnoredByGit(path, kind) || isIgnored(path, kind);
  const walk = async (folder: string): Promise<void> => {
    const entries = await tree.list(folder);
    if (folder !== '' && entries.some(({ name, isFolder }) => name === '.dvc' && isFolder)) return;
    const text = await ignoreTextIn(tree, folder, entries);
    if (text !== undefined && !isLeftOut(inFolder(folder, '.dvcignore'), 'file')) {
      files.push({ folder, text });
      isIgnored = createIsIgnored(files);
    }
    const names = entries.map(({ name, isFolder }) => ({ name, isFolder, path: inFolder(folder, name) }));
    names.sort((left, right) => compareCodePoints(left.name, right.name));
    // All files first: they say which of the folders next to them are outputs.
    for (const { name, isFolder, path } of names) {
      if (isFolder || !isDvcFile(name) || isLeftOut(path, 'file')) continue;
      for (const output of await visit(path)) outputs.add(output);
    }
    for (const { name, isFolder, path } of names) {
      if (isFolder && !CLOSED.has(name) && !outputs.has(path) && !isLeftOut(path, 'folder')) await walk(path);
    }
  };
  await walk('');
  return files;
}

async function ignoreTextIn(
  tree: TreeFiles,
  folder: string,
  entries: readonly TreeEntry[],
): Promise<string | undefined> {
  if (!entries.some(({ name, isFolder }) => name === '.dvcignore' && !isFolder)) return undefined;
  return tree.text(inFolder(folder, '.dvcignore'));
}

/** True if a file is a pipeline, and not the pointer to some data. */
export function isPipeline(file: string): boolean {
  return file === 'dvc.yaml' || file.endsWith('/dvc.yaml');
}

function isDvcFile(name: string): boolean {
  return isPipeline(name) || (name.endsWith('.dvc') && name !== '.dvc');
}
