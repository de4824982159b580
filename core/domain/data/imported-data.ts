import { dvcError } from './dvc-problem.ts';
import { isPlainMap, type PlainMap, type PlainValue } from './plain-value.ts';

/** The commit of another repository that `dvc import` took data from. */
export interface ImportSource {
  /** Address of the repository, for Git. It may have credentials in it: see `shownAddress`. */
  readonly url: string;
  /** 40 hex digits. */
  readonly commit: string;
  /** Branch or tag that the commit was found by; undefined for the default branch. */
  readonly revision: string | undefined;
  /** Name of a remote in the other repository's config; undefined for its default one. */
  readonly remote: string | undefined;
}

/** Data of another repository, as a `.dvc` file records it. */
export interface ImportedData {
  readonly source: ImportSource;
  /** Path in that repository. */
  readonly path: string;
}

/** Written out: a parser of URLs accepts more spellings, which Git reads as something else. */
const URL_ADDRESS = /^(?:https?|ssh):\/\/[^/\\\s]/;
/** As in `git@github.com:owner/name`. */
const SSH_ADDRESS = /^[\w.-]+@[\w.-]+:[\w./~-]+$/;

/**
 * Reads `deps[]` of a `.dvc` file that `dvc import` wrote.
 *
 * @throws {UserError} DVC_UNSUPPORTED for an address of another protocol than HTTP and SSH, for a config or a remote that is written
 *   there instead of named, and for a commit that is not recorded.
 */
export function readImport(dep: PlainMap, file: string): ImportedData {
  const repo = dep.get('repo');
  if (!isPlainMap(repo)) throw unsupported(file, 'an import whose repo is not a mapping');
  const [url, commit, path] = [repo.get('url'), commitOf(repo.get('rev_lock')), dep.get('path')];
  if (typeof path !== 'string' || path === '') throw unsupported(file, 'an import without a path');
  if (typeof url !== 'string' || !isAddress(url)) throw unsupported(file, `an import from ${shown(url)}`);
  if (commit === undefined) throw unsupported(file, 'an import whose rev_lock is not the full name of a commit');
  const [revision, remote] = [repo.get('rev'), repo.get('remote')];
  for (const [key, value] of [
    ['rev', revision],
    ['remote', remote],
  ] as const) {
    if (value !== undefined && typeof value !== 'string')
      throw unsupported(file, `an import with a ${key} that is not a text`);
  }
  if (repo.get('config') !== undefined) throw unsupported(file, 'an import with a config of its own');
  return { path, source: { url, commit, revision: text(revision), remote: text(remote) } };
}

/** The name that a remote of imported data goes by: one for all data of a commit. */
export function importName({ url, commit, remote }: ImportSource): string {
  return `${shownAddress(url)} at ${commit.slice(0, 12)}${remote === undefined ? '' : `, remote ${remote}`}`;
}

/** An address without user and password. */
export function shownAddress(url: string): string {
  return url.replace(/^([a-z]+:[/\\]*)[^/?#]*@/i, '$1');
}

/** Of digits alone it is a whole number for YAML. */
function commitOf(value: PlainValue | undefined): string | undefined {
  const name = typeof value === 'bigint' ? value.toString() : value;
  return typeof name === 'string' && /^[0-9a-f]{40}$/.test(name) ? name : undefined;
}

function isAddress(url: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no address has.
  if (/[\s\u0000-\u001f\u007f]/.test(url)) return false;
  return SSH_ADDRESS.test(url) || (URL_ADDRESS.test(url) && URL.canParse(url));
}

function shown(url: PlainValue | undefined): string {
  return typeof url === 'string' ? shownAddress(url) : 'no address';
}

function text(value: PlainValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function unsupported(file: string, what: string): Error {
  return dvcError('DVC_UNSUPPORTED', file, {
    message: `${what} is not supported`,
    fix: "Import from an https:// or SSH address, or fetch it with the team's own 'dvc pull' step before this one.",
  });
}
