import { execFile, spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type ImportSource, shownAddress } from '../../domain/data/imported-data.ts';
import { UserError } from '../../errors.ts';
import { withoutTokens } from '../commands/team-environment.ts';

/**
 * The address comes from a file of the repository, so it is hostile: no protocol that runs a program, no question that
 * waits for a person, and nothing of the fetched repository runs.
 */
const OPTIONS = [
  ...['-c', 'protocol.allow=never', '-c', 'protocol.http.allow=always', '-c', 'protocol.https.allow=always'],
  ...['-c', 'protocol.ssh.allow=always', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false'],
  ...['-c', 'credential.interactive=false'],
];
/** Chosen: a commit without its files is small; a server that takes longer does not answer. */
const FETCH_TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 1 << 20;
const MAX_CONFIG_BYTES = 1 << 20;
/** Chosen: a sentence; a server writes as many as it likes. */
const MAX_REASON_CHARACTERS = 500;
const CREDENTIALS = /([a-z]{1,10}:\/\/)[^/?#\s]*@/gi;

type Env = Readonly<Record<string, string | undefined>>;

/** A commit of another repository, fetched without the bytes of its files. */
export class SourceRepository {
  readonly #source: ImportSource;
  readonly #env: Record<string, string>;

  private constructor(folder: string, source: ImportSource, env: Env) {
    this.#source = source;
    this.#env = {
      ...withoutTokens(env),
      GIT_TERMINAL_PROMPT: '0',
      GIT_SSH_COMMAND: env.GIT_SSH_COMMAND ?? 'ssh -oBatchMode=yes',
      GIT_DIR: folder,
      LC_ALL: 'C',
    };
  }

  /**
   * Fetches the commit by Git, with the credentials that Git has for the address.
   *
   * @param folder Absolute; what is there is removed.
   * @throws {UserError} IMPORT_UNREADABLE where the commit cannot be had.
   */
  static async open(source: ImportSource, folder: string, env: Env): Promise<SourceRepository> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(path.dirname(folder), { recursive: true });
    const repository = new SourceRepository(folder, source, env);
    await repository.#git(['init', '--quiet', '--bare', folder]);
    await repository.#git(['config', 'remote.origin.url', source.url]);
    await repository.#git(['config', 'remote.origin.promisor', 'true']);
    await repository.#git(['config', 'remote.origin.partialclonefilter', 'blob:none']);
    // The name of the branch is a text from a file of the repository: after the dashes Git takes it for no option.
    const fetch = ['fetch', '--quiet', '--no-tags', '--depth=1', '--filter=blob:none', '--', 'origin'];
    try {
      await repository.#git([...fetch, source.commit]);
    } catch (error) {
      // A server may not give a commit by its name; by the branch or tag it does, as long as that was not moved.
      await repository.#git([...fetch, source.revision ?? 'HEAD']).catch(() => {
        throw error;
      });
      await repository.#git(['cat-file', '-e', `${source.commit}^{commit}`]);
    }
    return repository;
  }

  /** The text of DVC's config in the commit; empty where there is none. */
  async config(): Promise<string> {
    const name = await this.blob('.dvc/config');
    if (name === undefined) return '';
    const parts: Buffer[] = [];
    for await (const part of this.content(name)) {
      parts.push(part);
      if (parts.reduce((sum, { length }) => sum + length, 0) > MAX_CONFIG_BYTES) {
        throw this.#unreadable('its .dvc/config is larger than 1 MiB');
      }
    }
    return Buffer.concat(parts).toString('utf8');
  }

  /** Name of the object of a file that Git tracks; undefined where Git tracks no file at the path. */
  async blob(file: string): Promise<string | undefined> {
    const listed = await this.#git(['ls-tree', '-z', '--full-tree', this.#source.commit, '--', file]);
    return /^100(?:644|755) blob ([0-9a-f]{40})\t/.exec(listed)?.[1];
  }

  /** The bytes of an object. */
  async *content(blob: string): AsyncIterable<Buffer> {
    const child = spawn('git', [...OPTIONS, 'cat-file', 'blob', blob], {
      timeout: FETCH_TIMEOUT_MS,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    for await (const chunk of child.stdout) yield chunk;
    const code = await ended;
    if (code !== 0) throw this.#unreadable(`'git cat-file' ended with ${code}`);
  }

  async #git(args: readonly string[]): Promise<string> {
    const options = { env: this.#env, timeout: FETCH_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    return new Promise((resolve, reject) => {
      execFile('git', [...OPTIONS, ...args], options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(this.#unreadable(reasonOf(stderr) || error.message));
      });
    });
  }

  #unreadable(why: string): UserError {
    const { url, commit } = this.#source;
    // Git writes it in its own way, perhaps as insteadOf says.
    const shown = why.replaceAll(url, shownAddress(url)).replace(CREDENTIALS, '$1').slice(0, MAX_REASON_CHARACTERS);
    return new UserError(
      'IMPORT_UNREADABLE',
      `the commit ${commit.slice(0, 12)} of ${shownAddress(url)}, which data is imported from, cannot be read: ${shown}`,
      {
        fix: "Give Git access to that repository before this step (for a private one: 'git config --global url.\"https://x-access-token:<token>@<host>/\".insteadOf https://<host>/'), or run 'dvc update' on the import if the commit is gone.",
      },
    );
  }
}

/** Git's error with the line before it, which is often of ssh or of the server; what follows is advice. */
function reasonOf(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.startsWith('fatal: '));
  return at < 0 ? (lines.at(-1) ?? '') : lines.slice(Math.max(0, at - 1), at + 1).join(' ');
}
