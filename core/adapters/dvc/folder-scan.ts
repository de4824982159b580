import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { createIsIgnored, type IgnoreFile, type IsIgnored } from '../../domain/data/ignore-rules.ts';
import { linkToNothing } from '../files/link-to-nothing.ts';

/** A file or folder with what the file system says of it. */
export interface ScannedEntry {
  readonly kind: 'file' | 'folder';
  /** Relative to the folder that was scanned. */
  readonly path: string;
  readonly stats: Stats;
}

/** Files to scan. */
export interface FolderScan {
  /** Absolute. */
  readonly root: string;
  /** Relative to the root. */
  readonly folder: string;
  /** The `.dvcignore` files above the folder. */
  readonly ignoreFiles: readonly IgnoreFile[];
}

/**
 * All files and folders under a folder, in the order in which the file system has them, without what a `.dvcignore` above or
 * in it leaves out. Links to files count as files, and links to folders are passed over, as DVC does.
 *
 * @throws {UserError} DATA_NOT_FOUND for a link to nothing; DVC_INVALID for a line of a `.dvcignore` that DVC refuses.
 */
export function* scanFolder(scan: FolderScan): Iterable<ScannedEntry> {
  yield* scanUnder({ ...scan, isIgnored: createIsIgnored(scan.ignoreFiles) }, '');
}

/** A scan on its way, with what the files of `ignoreFiles` say. */
interface Scan extends FolderScan {
  readonly isIgnored: IsIgnored;
}

function* scanUnder(above: Scan, under: string): Iterable<ScannedEntry> {
  const { root, folder } = above;
  const here = under === '' ? folder : `${folder}/${under}`;
  const names = readdirSync(`${root}/${here}`);
  const scan = names.includes('.dvcignore') ? withFileIn(above, here) : above;
  for (const name of names) {
    const own = lstatSync(`${root}/${here}/${name}`);
    const isLink = own.isSymbolicLink();
    const stats = isLink ? statSync(`${root}/${here}/${name}`, { throwIfNoEntry: false }) : own;
    const kind = stats?.isDirectory() ? 'folder' : 'file';
    if (scan.isIgnored(`${here}/${name}`, kind)) continue;
    if (stats === undefined) throw linkToNothing(`${here}/${name}`);
    if (isLink && kind === 'folder') continue;
    const path = under === '' ? name : `${under}/${name}`;
    yield { kind, path, stats };
    if (kind === 'folder') yield* scanUnder(scan, path);
  }
}

function withFileIn(scan: Scan, folder: string): Scan {
  const path = `${folder}/.dvcignore`;
  const file = `${scan.root}/${path}`;
  if (scan.isIgnored(path, 'file') || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return scan;
  const ignoreFiles = [...scan.ignoreFiles, { folder, text: readFileSync(file, 'utf8') }];
  return { ...scan, ignoreFiles, isIgnored: createIsIgnored(ignoreFiles) };
}
