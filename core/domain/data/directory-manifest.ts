import { UserError } from '../../errors.ts';
import { compareCodePoints } from '../text/compare-code-points.ts';
import { isClosedFolder } from './repository-path.ts';

/** A file of a tracked folder. */
export interface ManifestEntry {
  /** Relative to the folder, `/`-separated. */
  readonly path: string;
  /** 32 hex digits. */
  readonly md5: string;
}

/**
 * The text of a `.dir` object, byte for byte as DVC writes it: entries sorted by code points of their path, ASCII only,
 * no line break at the end. Its MD5 and `.dir` name it.
 *
 * @param entries In any order; paths are unique.
 * @example formatDirectoryManifest([]) // => '[]'
 */
export function formatDirectoryManifest(entries: readonly ManifestEntry[]): string {
  const sorted = [...entries].sort((left, right) => compareCodePoints(left.path, right.path));
  return `[${sorted.map(({ md5, path }) => `{"md5": "${md5}", "relpath": ${asciiJson(path)}}`).join(', ')}]`;
}

/**
 * Reads a `.dir` object. It is as trustworthy as the remote: every path is checked.
 *
 * @param name What to call it in messages.
 * @throws {UserError} DVC_INVALID when it is not a manifest, PATH_UNSAFE for a path that leaves the folder, that
 *   is twice, or that is a file and a folder at once.
 */
export function parseDirectoryManifest(text: string, name: string): readonly ManifestEntry[] {
  const entries = parseEntries(text);
  if (entries === undefined) {
    throw new UserError('DVC_INVALID', `${name} is not a directory manifest`, {
      fix: "Write it again: run 'dvc add' on the folder, then 'dvc push'.",
    });
  }
  const paths = new Set(entries.map((entry) => entry.path));
  const bad = entries.find((entry) => !isSafe(entry.path) || hasFileAbove(entry.path, paths));
  if (bad !== undefined || paths.size !== entries.length) {
    const path = bad === undefined ? 'a path that occurs twice' : `the path ${JSON.stringify(bad.path)}`;
    throw new UserError('PATH_UNSAFE', `${name} contains ${path}`, {
      fix: "Check which process wrote it to the remote. Then run 'dvc add' on the folder again and push it.",
    });
  }
  return entries;
}

function parseEntries(text: string): readonly ManifestEntry[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const entries: ManifestEntry[] = [];
  for (const entry of value) {
    if (!isRecord(entry) || typeof entry.relpath !== 'string' || typeof entry.md5 !== 'string') return undefined;
    if (!/^[0-9a-f]{32}$/.test(entry.md5)) return undefined;
    entries.push({ path: entry.relpath, md5: entry.md5 });
  }
  return entries;
}

/** A dataset may hold repositories of others, with their `.github`: it acts at the root of this one alone. */
const CLOSED = ['git', 'dvc'];

function isSafe(path: string): boolean {
  if (path.includes('\0') || !path.isWellFormed()) return false;
  const isNamed = path.split('/').every((part) => part !== '' && part !== '.');
  // A backslash is a part of a name here, and a separator for others who check the repository out.
  return isNamed && path.split(/[/\\]/).every((part) => part !== '..' && !isClosedFolder(part, CLOSED));
}

function hasFileAbove(path: string, paths: ReadonlySet<string>): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (paths.has(path.slice(0, slash))) return true;
  }
  return false;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => {
    // Python's json leaves DEL as it is: it is ASCII.
    return unit === '\u007f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
