import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type GitServer, startGitServer } from '../../testkit/git-server.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { fillToolCache } from '../../testkit/native-tool-cache.ts';
import { runProgram } from '../../testkit/run-program.ts';

type Files = Readonly<Record<string, string>>;

/** The token that may push. */
export const PUSH_TOKEN = 'glpat-push';

const CONFIG = `version: 1
models:
  tumour:
    task: binary-classification
    artifact: models/model.joblib
    train:
      command: mkdir -p models && python train.py
      deps: [train.py, config.yaml, data/train.csv]
    data: { label: diagnosis }
    evaluate:
      dataset: data/test.csv
      predict: python predict.py --model {artifact} --data {dataset} --out {predictions}
      classes: [benign, malignant]
    gate:
      rules:
        - { metric: accuracy, min: 0.8 }
        - { metric: accuracy, max-regression: 0.05 }
    register: { store: "STORE" }
`;

/** The scikit-learn repository of a team on a Git server that is not GitHub: anyone may fetch, and one token may push. */
export class GitHostedRepository {
  readonly folder: string;
  readonly clone: string;
  readonly origin: string;
  readonly server: GitServer;
  readonly #python: string;

  private constructor(folder: string, server: GitServer, python: string) {
    this.folder = folder;
    this.clone = path.join(folder, 'clone');
    this.origin = path.join(folder, 'git', 'acme', 'team.git');
    this.server = server;
    this.#python = python;
  }

  /** @param files Of the CI system, besides those of the team. */
  static async create(files: Files): Promise<GitHostedRepository> {
    const { bin } = await ensurePythonEnvironment('recipes');
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-git-hosted-'));
    const server = await startGitServer(path.join(folder, 'git'), {
      authorize: ({ service, token }) => {
        if (service === 'fetch' || token === PUSH_TOKEN) return 'allowed';
        return token === undefined ? 'anonymous' : 'forbidden';
      },
      onPush: async () => {},
    });
    const made = new GitHostedRepository(folder, server, bin);
    await runGit(folder, ['init', '--quiet', '--bare', '--initial-branch=main', made.origin]);
    await runGit(made.origin, ['config', 'http.receivepack', 'true']);
    await runGit(folder, ['clone', '--quiet', made.url, made.clone]);
    await cp(path.join(PROJECT_ROOT, 'test/adoption/shapes/scikit-learn'), made.clone, { recursive: true });
    await made.#makePackage();
    await fillToolCache(path.join(folder, 'tools'));
    const data = await runProgram('python', ['make_data.py'], { cwd: made.clone, env: made.environment() });
    if (data.exitCode !== 0) throw new Error(data.stderr);
    await made.push('main', {
      ...{ '.gitignore': 'models/\n__pycache__/\n', 'requirements.txt': 'scikit-learn\npandas\njoblib\n', ...files },
      'tidegate.yaml': CONFIG.replace('STORE', made.store),
    });
    await runGit(made.clone, ['remote', 'set-head', 'origin', 'main']);
    return made;
  }

  get url(): string {
    return `${this.server.url}/acme/team.git`;
  }

  get store(): string {
    return path.join(this.folder, 'store');
  }

  /** What npx installs as `tidegate`: a package that runs the command line of this project. */
  get package(): string {
    return path.join(this.folder, 'package');
  }

  async #makePackage(): Promise<void> {
    await mkdir(this.package);
    const cli = path.join(PROJECT_ROOT, 'cli', 'tidegate.ts');
    const script = `#!/usr/bin/env node\nprocess.argv[1] = ${JSON.stringify(cli)};\nawait import(process.argv[1]);\n`;
    await writeFile(path.join(this.package, 'tidegate.mjs'), script, { mode: 0o755 });
    const manifest = { name: 'tidegate', version: '0.0.0', type: 'module', bin: { tidegate: 'tidegate.mjs' } };
    await writeFile(path.join(this.package, 'package.json'), JSON.stringify(manifest));
  }

  /** The variables of a job on a machine with the team's Python and Node, and no configuration of Git. */
  environment(more: Files = {}): Record<string, string> {
    const PATH = [this.#python, path.dirname(process.execPath), hostEnvironment().PATH].join(path.delimiter);
    const git = { GIT_CONFIG_GLOBAL: path.join(this.folder, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1' };
    return { ...hostEnvironment(), PATH, HOME: this.folder, ...git, ...more };
  }

  /** Commits files on what is checked out, and pushes them to a branch, which is then checked out. */
  async push(branch: string, files: Files): Promise<void> {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(this.clone, file)), { recursive: true });
      await writeFile(path.join(this.clone, file), text);
    }
    await runGit(this.clone, ['switch', '--quiet', '-C', branch]);
    await runGit(this.clone, ['add', '--all']);
    await runGit(this.clone, ['commit', '--quiet', '--allow-empty', '-m', branch]);
    await runGit(this.clone, ['push', '--quiet', '--force', this.origin, `HEAD:refs/heads/${branch}`]);
    await runGit(this.clone, ['fetch', '--quiet', 'origin']);
    await runGit(this.clone, ['branch', '--quiet', `--set-upstream-to=origin/${branch}`]);
  }

  /** A branch from main, with one text replaced. */
  async propose(branch: string, file: string, change: readonly [from: string, to: string]): Promise<void> {
    await runGit(this.clone, ['switch', '--quiet', '--discard-changes', 'main']);
    const before = await readFile(path.join(this.clone, file), 'utf8');
    if (!before.includes(change[0])) throw new Error(`${file} has no ${change[0]}`);
    await this.push(branch, { [file]: before.replace(...change) });
  }

  /** What is checked out becomes main. */
  async merge(): Promise<void> {
    await this.push('main', {});
  }

  async tags(): Promise<readonly string[]> {
    const listed = await runGit(this.origin, ['tag', '--list']);
    return listed.split('\n').filter((name) => name !== '');
  }

  async stop(): Promise<void> {
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
