import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, UserError } from '../../errors.ts';
import type { BaseBranch, Commits, CommittedFiles } from '../../ports/github/commits.ts';
import { decodeText } from '../files/decode-text.ts';

/** A check-out, and how its remote is written to. */
export interface GitRemoteOptions {
  /** Absolute; in a Git repository with the remote `origin`. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address and token for pushes; default: `origin`, with the credentials that Git has. */
  readonly push?: { readonly url: string; readonly token: string } | undefined;
  /** Waits between tries; default: a real wait. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/** End of a call of Git. */
export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** No hook of the check-out runs, no object is replaced by another one, and no person is asked. */
const OPTIONS = [
  ...['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'protocol.ext.allow=never', '-c', 'credential.interactive=false'],
];
const LEADING = /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|NAMESPACE|OBJECT_DIRECTORY|CEILING_DIRECTORIES)$/;
const MAX_OUTPUT_BYTES = 1 << 26;
/** Chosen: as for files that are read by the API of GitHub. */
const MAX_FILE_BYTES = 256 * 2 ** 10;
const TIMEOUT_MS = 300_000;
const MAX_TRIES = 3;
const FIRST_WAIT_MS = 1000;
const SHA = /^[0-9a-f]{40}$/;

/** The remote `origin` of a check-out by Git alone: its default branch with all of its history, and files of its commits. */
export class GitRemote implements CommittedFiles, Pick<Commits, 'default' | 'isAncestorOrSame'> {
  readonly #options: GitRemoteOptions;
  readonly #base: BaseBranch;

  private constructor(options: GitRemoteOptions, base: BaseBranch) {
    this.#options = options;
    this.#base = base;
  }

  /**
   * Fetches the default branch. A shallow clone gets its history: which commit is an ancestor could not be told from a part.
   *
   * @throws {ServiceError} GIT_REMOTE_FAILED (retryable).
   */
  static async open(options: GitRemoteOptions): Promise<GitRemote> {
    const listed = await ask(options, ['ls-remote', '--symref', 'origin', 'HEAD']);
    const text = listed.stdout.toString('utf8');
    const name = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(text)?.[1];
    if (name === undefined) throw failed('origin does not say which branch is its default one');
    const shallow = await gitIn(options, ['rev-parse', '--is-shallow-repository']);
    const all = shallow.stdout.toString('utf8').trim() === 'true' ? ['--unshallow'] : [];
    const ref = 'refs/tidegate/default';
    await ask(options, ['fetch', '--quiet', '--no-tags', ...all, 'origin', `+refs/heads/${name}:${ref}`]);
    const found = await gitIn(options, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    const sha = found.stdout.toString('utf8').trim();
    if (!SHA.test(sha)) throw failed(`the branch ${name} of origin cannot be read`);
    return new GitRemote(options, { name, sha });
  }

  /** As it was when the remote was opened. */
  async default(): Promise<BaseBranch> {
    return this.#base;
  }

  async isAncestorOrSame(commit: string, of: string): Promise<boolean> {
    if (commit === of) return true;
    // All of the default branch is here: a commit that is absent has no place before one of it.
    if (!(await this.#has(commit)) || !(await this.#has(of))) return false;
    const { code, stderr } = await this.git(['merge-base', '--is-ancestor', commit, of]);
    if (code > 1) throw failed(stderr);
    return code === 0;
  }

  async read(path: string, ref?: string): Promise<string | undefined> {
    const commit = await this.#commitOf(ref);
    if (commit === undefined) return undefined;
    const listed = await this.git(['ls-tree', '-z', '-l', '--full-tree', commit, '--', path]);
    if (listed.code !== 0) throw failed(listed.stderr);
    const entry = listed.stdout.toString('utf8').split('\0')[0] ?? '';
    if (entry === '') return undefined;
    const [, mode = '', blob = '', size = ''] = /^(\d{6}) \w+ ([0-9a-f]{40}) +(\d+|-)\t/.exec(entry) ?? [];
    if (!mode.startsWith('100')) {
      throw new UserError('DATA_UNSUPPORTED', `${path} is not a regular file`, { fix: 'Replace it with a file.' });
    }
    if (Number(size) > MAX_FILE_BYTES) {
      const message = `${path} has ${size} bytes, more than the limit of ${MAX_FILE_BYTES} bytes`;
      throw new UserError('INPUT_TOO_COSTLY', message, { fix: 'Split the file.', place: { file: path } });
    }
    const content = await this.git(['cat-file', 'blob', blob]);
    if (content.code !== 0) throw failed(content.stderr);
    return decodeText(content.stdout, path);
  }

  async objectIds(path: string, commits: readonly string[]): Promise<readonly (string | undefined)[]> {
    return Promise.all(
      commits.map(async (commit) => {
        const { code, stdout } = await this.git(['rev-parse', '--verify', '--quiet', `${commit}:${path}`]);
        return code === 0 ? stdout.toString('utf8').trim() : undefined;
      }),
    );
  }

  /** Runs Git in the check-out; whatever it says is the answer. */
  git(args: readonly string[], input?: string): Promise<GitAnswer> {
    return gitIn(this.#options, args, { input });
  }

  /** Asks the remote; again where that may help. */
  ask(args: readonly string[]): Promise<GitAnswer> {
    return ask(this.#options, args);
  }

  /** Pushes once, with the token for pushes; whatever Git says is the answer. */
  push(refspec: string, options: readonly string[]): Promise<GitAnswer> {
    const { push } = this.#options;
    const args = ['push', '--quiet', '--no-verify', ...options, push?.url ?? 'origin', refspec];
    if (push === undefined) return this.git(args);
    const basic = Buffer.from(`tidegate:${push.token}`).toString('base64');
    // Not among the arguments, which every process of the machine can read.
    const config = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${push.url}.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    };
    return gitIn(this.#options, args, { more: config });
  }

  async #has(commit: string): Promise<boolean> {
    return (await this.git(['cat-file', '-e', `${commit}^{commit}`])).code === 0;
  }

  /** A commit, or the newest one of a branch; undefined where there is none. */
  async #commitOf(ref: string | undefined): Promise<string | undefined> {
    if (ref === undefined || ref === this.#base.name) return this.#base.sha;
    if (SHA.test(ref)) return (await this.#has(ref)) ? ref : undefined;
    const listed = await this.ask(['ls-remote', 'origin', `refs/heads/${ref}`]);
    const sha = /^([0-9a-f]{40})\t/.exec(listed.stdout.toString('utf8'))?.[1];
    if (sha === undefined) return undefined;
    await this.ask(['fetch', '--quiet', '--no-tags', 'origin', `+refs/heads/${ref}:refs/tidegate/branch`]);
    return (await this.#has(sha)) ? sha : undefined;
  }
}

/** The error where the remote, or Git for it, does not answer. */
export function failed(why: string): ServiceError {
  const said = why.trim().split('\n').at(-1) ?? '';
  const shown = said.replaceAll(/([a-z]{1,10}:\/\/)[^/?#\s]*@/gi, '$1').slice(0, 500);
  return new ServiceError('GIT_REMOTE_FAILED', `the remote origin cannot be used: ${shown}`, {
    fix: "Check that 'git ls-remote origin' works in this job, and that its clone has the remote origin.",
    retryable: true,
  });
}

async function ask(options: GitRemoteOptions, args: readonly string[]): Promise<GitAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await gitIn(options, args);
    if (answer.code === 0) return answer;
    if (attempt >= MAX_TRIES) throw failed(answer.stderr);
    await (options.sleep ?? delay)(FIRST_WAIT_MS * attempt);
  }
}

function gitIn(
  { directory, env }: GitRemoteOptions,
  args: readonly string[],
  { input, more = {} }: { readonly input?: string | undefined; readonly more?: Readonly<Record<string, string>> } = {},
): Promise<GitAnswer> {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !LEADING.test(name));
  const fixed = { GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C' };
  const options = {
    ...{ cwd: directory, env: { ...Object.fromEntries(kept), ...fixed, ...more } },
    ...{ maxBuffer: MAX_OUTPUT_BYTES, timeout: TIMEOUT_MS, encoding: 'buffer' as const },
  };
  return new Promise((resolve, reject) => {
    const child = execFile('git', [...OPTIONS, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      const said = stderr.toString('utf8');
      if (typeof code === 'number') resolve({ code, stdout, stderr: said });
      else reject(failed(said || (error?.message ?? '')));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
