import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import { ZipReportArchive } from '../../core/adapters/files/zip-report-archive.ts';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runProgram } from '../../testkit/run-program.ts';

type Files = Readonly<Record<string, string>>;

/** A pull request after its workflow: the required check, what was judged, and the log of all jobs. */
export interface JudgedPullRequest {
  readonly number: number;
  readonly conclusion: string | null | undefined;
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
   */
  static async create(shape: string): Promise<AdoptedRepository> {
    const { bin, python } = await ensurePythonEnvironment('recipes');
    const folder = await mkdtemp(path.join(os.tmpdir(), `tidegate-${shape}-`));
    const forge = await startForge({ directory: path.join(folder, 'forge'), pythonBin: bin, isSelfHosted: true });
    const made = new AdoptedRepository(folder, forge, python);
    await forge.createRepository(made.name);
    await runGit(folder, ['clone', '--quiet', forge.cloneUrl(made.name, forge.userToken('mona')), made.clone]);
    await cp(path.join(PROJECT_ROOT, 'test/adoption/shapes', shape), made.clone, { recursive: true });
    await made.python('make_data.py');
    await made.push('main', { '.gitignore': 'models/\n__pycache__/\n', 'requirements.txt': '' });
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
