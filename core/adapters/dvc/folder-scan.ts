import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { type IgnoreRule, isIgnored } from '../../domain/data/ignore-rules.ts';
import { linkToNothing } from '../files/link-to-nothing.ts';

/** A file or folder with what the file system says of it. */
export interface ScannedEntry {
  readonly kind: 'file' | 'folder';
  /** Relative to the folder that was scanned. */
  readonly path: string;
  readonly stats: Stats;
}

/** What to scan. */
export interface FolderScan {
  /** Absolute. */
  readonly root: string;
  /** Relative to the root. */
  readonly folder: string;
  /** What they name, relative to the root, is passed over. */
  readonly rules: readonly IgnoreRule[];
}

/**
 * All files and folders under a folder, in the order in which the file system has them. Links to files count as files, and
 * links to folders are passed over, as DVC does.
 *
 * @throws {UserError} DATA_NOT_FOUND for a link to nothing.
 */
export function* scanFolder(scan: FolderScan, under = ''): Iterable<ScannedEntry> {
  const { root, folder, rules } = scan;
  const absolute = under === '' ? `${root}/${folder}` : `${root}/${folder}/${under}`;
  for (const name of readdirSync(absolute)) {
    const path = under === '' ? name : `${under}/${name}`;
    const own = lstatSync(`${absolute}/${name}`);
    const isLink = own.isSymbolicLink();
    const stats = isLink ? statSync(`${absolute}/${name}`, { throwIfNoEntry: false }) : own;
    const kind = stats?.isDirectory() ? 'folder' : 'file';
    if (rules.length > 0 && isIgnored(rules, `${folder}/${path}`, kind)) continue;
    if (stats === undefined) throw linkToNothing(`${folder}/${path}`);
    if (isLink && kind === 'folder') continue;
    yield { kind, path, stats };
    if (kind === 'folder') yield* scanFolder(scan, path);
  }
}
