import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import type { Forge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';

type Files = Readonly<Record<string, string>>;

/** A folder with the programs that a runner's image has, and no others. */
export async function makeImage(image: string, programs: readonly string[]): Promise<void> {
  await mkdir(image);
  for (const name of programs) await symlink(programPath(name), path.join(image, name));
}

function programPath(name: string): string {
  const folders = hostEnvironment().PATH.split(path.delimiter);
  const found = folders.map((one) => path.join(one, name)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`this machine has no ${name}`);
  return found;
}

/** A repository on the forge with a clone of it, in which a person works. */
export class ForgeClone {
  readonly folder: string;
  readonly #forge: Forge;
  readonly #owner: string;
  readonly #repo: string;

  private constructor(forge: Forge, name: string, folder: string) {
    const [owner = '', repo = ''] = name.split('/');
    this.folder = folder;
    this.#forge = forge;
    this.#owner = owner;
    this.#repo = repo;
  }

  /** Clones a repository, `owner/name`, into a folder that does not exist yet. */
  static async create(forge: Forge, name: string, folder: string): Promise<ForgeClone> {
    const url = forge.cloneUrl(name, forge.userToken('mona'));
    await runGit(path.dirname(folder), ['clone', '--quiet', url, folder]);
    return new ForgeClone(forge, name, folder);
  }

  get repository() {
    return { owner: this.#owner, repo: this.#repo };
  }

  /** GitHub's API for the person. */
  get rest() {
    return getOctokit(this.#forge.userToken('mona'), { baseUrl: this.#forge.apiUrl }).rest;
  }

  /** Commits files on what is checked out, and pushes them to a branch. */
  async push(branch: string, files: Files): Promise<void> {
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(this.folder, file), text);
    await runGit(this.folder, ['add', '--all']);
    await runGit(this.folder, ['commit', '--quiet', '-m', branch]);
    await runGit(this.folder, ['push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`]);
    await this.#forge.idle();
  }

  /** A pull request with these files on top of main, judged. */
  async propose(branch: string, files: Files) {
    await runGit(this.folder, ['fetch', '--quiet', 'origin']);
    await runGit(this.folder, ['switch', '--quiet', '--detach', 'origin/main']);
    await this.push(branch, files);
    const { data } = await this.rest.pulls.create({ ...this.repository, head: branch, base: 'main', title: branch });
    await this.#forge.idle();
    const { runs, pullRequests } = await this.#forge.snapshot(`${this.#owner}/${this.#repo}`);
    const run = runs.findLast(({ event }) => event === 'pull_request');
    const checks = pullRequests.find(({ number }) => number === data.number)?.checks ?? [];
    return {
      number: data.number,
      run,
      log: run?.jobs.map((job) => job.log).join('\n') ?? 'no run',
      conclusions: Object.fromEntries(checks.map(({ name, conclusion }) => [name, conclusion])),
    };
  }

  /** Merges a pull request, and waits for what follows. */
  async merge(number: number) {
    const merged = await this.rest.pulls.merge({ ...this.repository, pull_number: number, merge_method: 'squash' });
    await this.#forge.idle();
    return merged;
  }
}
