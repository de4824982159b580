import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import { ZipReportArchive } from '../../core/adapters/files/zip-report-archive.ts';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { ensurePythonEnvironment, type PythonEnvironment } from '../../scripts/python-environment.ts';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

type Files = Readonly<Record<string, string>>;

/** A pull request after its workflow: the required check, what was judged, and the log of all jobs. */
export interface JudgedPullRequest {
  readonly number: number;
  readonly conclusion: string | null | undefined;
  /** The conclusion of every check, by its name. */
  readonly checks: ReadonlyMap<string, string | null | undefined>;
  readonly evaluation: EvaluationReport | undefined;
  readonly log: string;
}

/** A repository of a team in one of the shapes below, on a forge of its own with the workflows of the templates. */
export class AdoptedRepository {
  readonly name = 'acme/team';
  readonly clone: string;
  readonly forge: Forge;
  readonly #folder: string;
  readonly #python: string;

  private constructor(folder: string, forge: Forge, python: string) {
    this.#folder = folder;
    this.forge = forge;
    this.#python = python;
    this.clone = path.join(folder, 'clone');
  }

  /**
   * The shape's files and data, in a clone whose main branch has them.
   *
   * @param shape A folder of test/adoption/shapes with `make_data.py`.
   * @param options.installs Its workflow installs packages: into an environment of its own, in which those of the tests are too.
   */
  static async create(shape: string, { installs = false } = {}): Promise<AdoptedRepository> {
    const recipes = await ensurePythonEnvironment('recipes');
    const folder = await mkdtemp(path.join(os.tmpdir(), `tidegate-${shape}-`));
    const { bin, python } = installs ? await ownEnvironment(recipes, path.join(folder, 'python')) : recipes;
    const forge = await startForge({ directory: path.join(folder, 'forge'), pythonBin: bin, isSelfHosted: true });
    const made = new AdoptedRepository(folder, forge, python);
    await forge.createRepository(made.name);
    await runGit(folder, ['clone', '--quiet', forge.cloneUrl(made.name, forge.userToken('mona')), made.clone]);
    await cp(path.join(PROJECT_ROOT, 'test/adoption/shapes', shape), made.clone, { recursive: true });
    await made.python('make_data.py');
    if (installs) await made.lock();
    if (existsSync(path.join(made.clone, 'dvc.yaml'))) await made.reproduce();
    await made.push('main', await made.missing({ '.gitignore': 'models/\n__pycache__/\n', 'requirements.txt': '' }));
    return made;
  }

  /** Where its versions are kept. */
  get store(): string {
    return path.join(this.#folder, 'store');
  }

  async stop(): Promise<void> {
    await this.forge.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs a program of the team. */
  async python(...args: readonly string[]): Promise<string> {
    const env = { ...hostEnvironment(), HOME: this.#folder };
    const { exitCode, stdout, stderr } = await runProgram(this.#python, [...args], { cwd: this.clone, env });
    if (exitCode !== 0) throw new Error(`python ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Writes what `npm run init` writes, with the given options. */
  async init(...options: readonly string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
    const env = { ...this.#environment(), INIT_CWD: this.clone };
    const store = options.includes('--store') ? [] : ['--store', this.store];
    const args = [path.join(PROJECT_ROOT, 'cli/init.ts'), '.', ...store, ...options];
    const { exitCode, stdout, stderr } = await runProgram(process.execPath, args, { cwd: this.clone, env });
    return { exitCode, output: `${stdout}${stderr}` };
  }

  /** Makes uv.lock, as a person does once: the addresses in it are those of this machine's package index. */
  async lock(): Promise<void> {
    const { exitCode, stderr } = await runProgram('uv', ['lock', '--quiet'], {
      cwd: this.clone,
      env: this.#environment(),
    });
    if (exitCode !== 0) throw new Error(`uv lock: ${stderr}`);
  }

  /** Runs the pipeline of DVC, as a person does before a commit, and pushes its data to a remote. */
  async reproduce(): Promise<void> {
    const { bin } = await ensurePythonEnvironment('demo');
    const steps = [
      ['init', '--quiet'],
      ['remote', 'add', '--quiet', '--default', 'storage', path.join(this.#folder, 'remote')],
      ['repro', '--quiet'],
      ['push', '--quiet'],
    ];
    for (const args of steps) {
      const run = { cwd: this.clone, env: this.#environment() };
      const { exitCode, stderr } = await runProgram(path.join(bin, 'dvc'), args, run);
      if (exitCode !== 0) throw new Error(`dvc ${args.join(' ')}: ${stderr}`);
    }
  }

  /** The given files that the shape does not have itself. */
  async missing(files: Files): Promise<Files> {
    const entries = Object.entries(files).filter(([file]) => !existsSync(path.join(this.clone, file)));
    return Object.fromEntries(
      existsSync(path.join(this.clone, 'uv.lock')) ? entries.filter(([file]) => file !== 'requirements.txt') : entries,
    );
  }

  #environment() {
    const bin = path.dirname(this.#python);
    return { ...hostEnvironment(), HOME: this.#folder, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };
  }

  /** Writes tidegate.yaml and the workflows, as files that are not committed yet. */
  async adopt(model: string, config: string): Promise<void> {
    await writeFile(path.join(this.clone, 'tidegate.yaml'), config.replaceAll('STORE', this.store));
    await fillWorkflows(this.clone, { model, branch: 'main', update: undefined, watch: false });
  }

  /** Commits files on what is checked out, pushes them to a branch and waits for what that starts. */
  async push(branch: string, files: Files): Promise<void> {
    await this.write(files);
    await runGit(this.clone, ['add', '--all']);
    await runGit(this.clone, ['commit', '--quiet', '--allow-empty', '-m', branch]);
    await runGit(this.clone, ['push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`]);
    await this.forge.idle();
  }

  async write(files: Files): Promise<void> {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(this.clone, file)), { recursive: true });
      await writeFile(path.join(this.clone, file), text);
    }
  }

  /** A text of the team's, changed. */
  async edited(file: string, from: string | RegExp, to: string): Promise<Files> {
    const before = await readFile(path.join(this.clone, file), 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} has no ${from}`);
    return { [file]: after };
  }

  /** Begins a branch at what main is now. */
  async fromMain(): Promise<void> {
    await runGit(this.clone, ['fetch', '--quiet', '--tags', 'origin']);
    await runGit(this.clone, ['switch', '--quiet', '--detach', 'origin/main']);
  }

  /** A pull request with these files, judged. */
  async propose(branch: string, files: Files): Promise<JudgedPullRequest> {
    await this.push(branch, files);
    const { data } = await this.#rest().pulls.create({ ...this.#where(), head: branch, base: 'main', title: branch });
    await this.forge.idle();
    const { runs, pullRequests } = await this.forge.snapshot(this.name);
    const run = runs.findLast(({ event }) => event === 'pull_request');
    const checks = pullRequests.find(({ number }) => number === data.number)?.checks ?? [];
    return {
      number: data.number,
      checks: new Map(checks.map(({ name, conclusion }) => [name, conclusion])),
      conclusion: checks.find(({ name }) => name === 'tidegate')?.conclusion,
      evaluation: await this.evaluation(run?.id),
      log: run?.jobs.map((job) => job.log).join('\n') ?? 'no run',
    };
  }

  /** The evaluation that a run uploaded. */
  async evaluation(runId: number | undefined): Promise<EvaluationReport | undefined> {
    const artifact = this.forge.results.artifacts(runId ?? 0).findLast(({ name }) => name.endsWith('-report'));
    if (artifact === undefined) return undefined;
    const fetched = await fetch(this.forge.results.signedUrl(artifact));
    const zip = new Uint8Array(await fetched.arrayBuffer());
    const bytes = (await new ZipReportArchive().read(async () => zip, ['evaluation.json'])).get('evaluation.json');
    return bytes === undefined ? undefined : readReport('evaluation', bytes, 'evaluation.json');
  }

  /** Merges a pull request and waits for what that starts; the log of the release. */
  async merge(number: number): Promise<string> {
    await this.#rest().pulls.merge({ ...this.#where(), pull_number: number, merge_method: 'squash' });
    await this.forge.idle();
    const { runs } = await this.forge.snapshot(this.name);
    return (
      runs
        .findLast(({ name }) => name.startsWith('model-release'))
        ?.jobs.map((job) => job.log)
        .join('\n') ?? 'no release'
    );
  }

  async tags(): Promise<readonly string[]> {
    return (await this.forge.snapshot(this.name)).tags.map(({ name }) => name);
  }

  #rest() {
    return getOctokit(this.forge.userToken('mona'), { baseUrl: this.forge.apiUrl }).rest;
  }

  #where() {
    const [owner = '', repo = ''] = this.name.split('/');
    return { owner, repo };
  }
}

/** A virtual environment with uv, in which the packages of another one can be imported. */
async function ownEnvironment(other: PythonEnvironment, directory: string): Promise<PythonEnvironment> {
  const python = path.join(directory, 'bin', 'python');
  const run = async (program: string, args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await runProgram(program, [...args], {
      cwd: PROJECT_ROOT,
      env: hostEnvironment(),
    });
    if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  await run(other.python, ['-m', 'venv', directory]);
  const packages = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const [theirs, own] = [await run(other.python, ['-c', packages]), await run(python, ['-c', packages])];
  await writeFile(path.join(own, 'other.pth'), `${theirs}\n`);
  await run(python, ['-m', 'pip', 'install', '--quiet', 'uv']);
  return { directory, bin: path.join(directory, 'bin'), python };
}
