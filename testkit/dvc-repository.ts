import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensurePythonEnvironment } from '../scripts/python-environment.ts';
import { gitEnvironment } from './host-environment.ts';
import { type ProcessResult, runProgram } from './run-program.ts';

/** Environment of every DVC in a test, in addition to the machine's own. */
export interface DvcEnvironment {
  readonly AWS_ACCESS_KEY_ID?: string;
  readonly AWS_SECRET_ACCESS_KEY?: string;
  readonly STORAGE_EMULATOR_HOST?: string;
  readonly AZURE_STORAGE_CONNECTION_STRING?: string;
}

/** A repository in a folder, and the real `git` and `dvc` for it. */
export class DvcRepository {
  readonly folder: string;
  readonly #bin: string;
  readonly #env: Record<string, string>;

  private constructor(folder: string, bin: string, env: DvcEnvironment) {
    this.folder = folder;
    this.#bin = bin;
    const home = path.join(path.dirname(folder), 'home');
    const git = gitEnvironment({ GIT_AUTHOR_NAME: 'test', GIT_AUTHOR_EMAIL: 'test@example.com' });
    this.#env = {
      ...git,
      GIT_COMMITTER_NAME: 'test',
      GIT_COMMITTER_EMAIL: 'test@example.com',
      PATH: `${bin}${path.delimiter}${git.PATH}`,
      HOME: home,
      DVC_NO_ANALYTICS: '1',
      DVC_SITE_CACHE_DIR: path.join(home, 'site'),
      ...env,
    };
  }

  /**
   * A repository that is there.
   *
   * @param bin Folder of another version of `dvc`.
   */
  static async open(folder: string, env: DvcEnvironment = {}, bin?: string): Promise<DvcRepository> {
    return new DvcRepository(folder, bin ?? (await ensurePythonEnvironment('demo')).bin, env);
  }

  /** A new repository with `dvc init` done. */
  static async create(folder: string, env: DvcEnvironment = {}, bin?: string): Promise<DvcRepository> {
    const repository = await DvcRepository.open(folder, env, bin);
    await mkdir(folder, { recursive: true });
    await repository.git('init', '--quiet', '--initial-branch=main', '.');
    await repository.dvc('init', '--quiet');
    await repository.dvc('config', 'core.check_update', 'false');
    return repository;
  }

  /** A clone of the last commit, in another folder. */
  async clone(folder: string): Promise<DvcRepository> {
    await this.git('clone', '--quiet', this.folder, folder);
    return new DvcRepository(folder, this.#bin, this.#env);
  }

  /** Writes files by their path. */
  async write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [file, content] of Object.entries(files)) {
      const absolute = path.join(this.folder, file);
      await mkdir(path.dirname(absolute), { recursive: true });
      await writeFile(absolute, content);
    }
  }

  /** Commits everything. */
  async commit(message: string): Promise<void> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
  }

  /** Runs `git`; throws when it fails. @returns What it printed. */
  async git(...args: string[]): Promise<string> {
    return this.#run('git', args);
  }

  /** Runs the real `dvc`; throws when it fails. @returns What it printed. */
  async dvc(...args: string[]): Promise<string> {
    return this.#run(path.join(this.#bin, 'dvc'), args);
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    const result: ProcessResult = await runProgram(program, args, { cwd: this.folder, env: this.#env });
    if (result.exitCode !== 0)
      throw new Error(`${path.basename(program)} ${args.join(' ')}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  }
}
