import { isUtf8 } from 'node:buffer';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compareCodePoints } from '../../domain/text/compare-code-points.ts';
import { UserError } from '../../errors.ts';
import type { CommitFiles } from '../../ports/train/commit-files.ts';
import type { TreeEntry } from '../../ports/train/tree-files.ts';
import { isInRepository } from './ask-git.ts';
import { hashBlobs } from './hash-blobs.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Folder and commit of a check-out. */
export interface CheckOut {
  /** Absolute; may be below the top of the repository. */
  readonly directory: string;
  readonly env: Env;
  /** Commits that the workflow run is for, as the runner and its event say; none outside of a workflow. */
  readonly expected: readonly string[];
}

/** Options of every `git` call: for objects alone, by no replacement, and without programs that a configuration names. */
const OPTIONS = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];
const MAX_OUTPUT = 1 << 28;

/** The files of a commit, by the `git` program. */
export class GitCommit implements CommitFiles {
  readonly sha: string;
  readonly isOfRun: boolean;
  readonly #checkOut: CheckOut;
  #listed: Promise<readonly GitEntry[]> | undefined;
  #blobs: Promise<ReadonlyMap<string, string>> | undefined;
  #folders: ReadonlyMap<string, readonly TreeEntry[]> | undefined;

  private constructor(checkOut: CheckOut, found: { readonly sha: string; readonly isOfRun: boolean }) {
    this.#checkOut = checkOut;
    this.sha = found.sha;
    this.isOfRun = found.isOfRun;
  }

  /**
   * The commit of a check-out: the one that the workflow run is for where the repository has it, even if something has
   * moved HEAD since; else HEAD.
   *
   * @returns Undefined where there is no repository, or none with a commit.
   * @throws {UserError} COMMIT_UNREADABLE where there is one that `git` cannot read.
   */
  static async open(checkOut: CheckOut): Promise<GitCommit | undefined> {
    if (!(await isInRepository(checkOut.directory))) return undefined;
    const head = await commitOf(checkOut, 'HEAD');
    const there: string[] = [];
    for (const sha of checkOut.expected) if ((await commitOf(checkOut, sha)) !== undefined) there.push(sha);
    const sha = there.find((one) => one === head) ?? there[0] ?? head;
    return sha === undefined
      ? undefined
      : new GitCommit(checkOut, { sha, isOfRun: checkOut.expected.length === 0 || there.includes(sha) });
  }

  /**
   * A commit of the repository by its SHA, or by a name such as `HEAD^1`.
   *
   * @returns Undefined where the repository does not have it, as after a shallow clone.
   * @throws {UserError} COMMIT_UNREADABLE where `git` cannot read the repository.
   */
  static async named(checkOut: Omit<CheckOut, 'expected'>, name: string): Promise<GitCommit | undefined> {
    if (!(await isInRepository(checkOut.directory))) return undefined;
    const found = { ...checkOut, expected: [] };
    const sha = await commitOf(found, name);
    return sha === undefined ? undefined : new GitCommit(found, { sha, isOfRun: false });
  }

  /** The same commit, seen from another folder of its check-out. */
  at(directory: string): GitCommit {
    if (directory === this.#checkOut.directory) return this;
    return new GitCommit({ ...this.#checkOut, directory }, { sha: this.sha, isOfRun: this.isOfRun });
  }

  async files(): Promise<readonly string[]> {
    return [...(await this.#tree()).keys()];
  }

  /**
   * Symbolic links and submodules below the working directory, each with its object: the commit does not say what is read
   * through them.
   */
  async links(): Promise<ReadonlyMap<string, string>> {
    const entries = (await this.#entries()).filter(({ mode }) => mode === '120000' || mode === '160000');
    return new Map(entries.map(({ path, object }) => [path, object]));
  }

  /** Files below the working directory that can be run as programs. */
  async executables(): Promise<readonly string[]> {
    return (await this.#entries()).flatMap(({ mode, path }) => (mode === '100755' ? [path] : []));
  }

  async text(file: string): Promise<string | undefined> {
    const blob = (await this.#tree()).get(file);
    return blob === undefined ? undefined : git(this.#checkOut, ['cat-file', 'blob', blob]);
  }

  async list(folder: string): Promise<readonly TreeEntry[]> {
    this.#folders ??= foldersOf([...(await this.#tree()).keys()]);
    return this.#folders.get(folder) ?? [];
  }

  async digests(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const tree = await this.#tree();
    const wanted = files.flatMap((file): [string, string][] => {
      const blob = tree.get(file);
      return blob === undefined ? [] : [[file, blob]];
    });
    const { directory, env } = this.#checkOut;
    const program = { args: [...OPTIONS, 'cat-file', '--batch'], directory, env: gitEnv(env) };
    const digests = await hashBlobs(new Set(wanted.map(([, blob]) => blob)), program).catch((error: unknown) => {
      throw unreadable(directory, error instanceof Error ? error.message : String(error));
    });
    return new Map(wanted.map(([file, blob]) => [file, digests.get(blob) ?? '']));
  }

  #entries(): Promise<readonly GitEntry[]> {
    this.#listed ??= git(this.#checkOut, ['ls-tree', '-r', '-z', this.sha], 'latin1').then((text) =>
      text.split('\0').flatMap((entry): GitEntry[] => {
        const [, mode, object, name] = /^(\d{6}) \w+ ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
        return mode === undefined || object === undefined || name === undefined
          ? []
          : [{ mode, object, path: decodeName(Buffer.from(name, 'latin1')) }];
      }),
    );
    return this.#listed;
  }

  /** Regular files to their blobs, sorted. */
  #tree(): Promise<ReadonlyMap<string, string>> {
    this.#blobs ??= this.#entries().then((entries) => {
      const files = entries.filter(({ mode }) => mode.startsWith('100'));
      const blobs = files.map(({ path, object }) => [path, object] as const);
      return new Map(blobs.sort(([left], [right]) => compareCodePoints(left, right)));
    });
    return this.#blobs;
  }
}

/** A file, link or submodule of a commit. */
interface GitEntry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/**
 * A name as UTF-8. Bytes that are none become code points that no text in UTF-8 has, so that two names stay two.
 */
function decodeName(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return [...bytes].map((byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}

function foldersOf(files: readonly string[]): ReadonlyMap<string, readonly TreeEntry[]> {
  const folders = new Map<string, Map<string, boolean>>();
  for (const file of files) {
    const parts = file.split('/');
    for (const [depth, name] of parts.entries()) {
      const folder = parts.slice(0, depth).join('/');
      const names = folders.get(folder) ?? new Map<string, boolean>();
      folders.set(folder, names.set(name, depth < parts.length - 1));
    }
  }
  const entries = (names: ReadonlyMap<string, boolean>) => [...names].map(([name, isFolder]) => ({ name, isFolder }));
  return new Map([...folders].map(([folder, names]) => [folder, entries(names)]));
}

/** The commit that a name represents; undefined where the repository has none of it. */
async function commitOf(checkOut: CheckOut, name: string): Promise<string | undefined> {
  const asked = await run(checkOut, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  if (asked.code === 0) return asked.stdout.trim();
  // 1: there is no such thing, without a word. Anything else is said.
  if (asked.code === 1 && asked.stderr === '') return undefined;
  throw unreadable(checkOut.directory, asked.stderr);
}

async function git(checkOut: CheckOut, args: readonly string[], encoding: 'utf8' | 'latin1' = 'utf8'): Promise<string> {
  const { code, stdout, stderr } = await run(checkOut, args, encoding);
  if (code === 0) return stdout;
  throw unreadable(checkOut.directory, stderr);
}

interface GitAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  { directory, env }: CheckOut,
  args: readonly string[],
  encoding: 'utf8' | 'latin1' = 'utf8',
): Promise<GitAnswer> {
  const options = { cwd: directory, env: gitEnv(env), maxBuffer: MAX_OUTPUT, encoding };
  return promisify(execFile)('git', [...OPTIONS, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => {
      const { code, stdout = '', stderr = '' } = failureOf(error);
      if (typeof code === 'number') return { code, stdout, stderr };
      throw unreadable(directory, error instanceof Error ? error.message : String(error));
    },
  );
}

/** Error of `execFile`; a code that is not a number means that the program did not run. */
function failureOf(error: unknown): { readonly code?: unknown; readonly stdout?: string; readonly stderr?: string } {
  return typeof error === 'object' && error !== null ? error : {};
}

/** None of the variables that lead `git` elsewhere: an earlier step may have set them. */
function gitEnv(env: Env): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined || name.startsWith('GIT_') ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(kept), GIT_NO_REPLACE_OBJECTS: '1', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
}

function unreadable(directory: string, why: string): UserError {
  const said = why.trim().split('\n')[0] ?? '';
  return new UserError('COMMIT_UNREADABLE', `git cannot read the commit that is checked out in ${directory}: ${said}`, {
    fix: 'Run actions/checkout before this step, and make git available to it.',
  });
}
