import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import { runOrThrow } from '../run-command.ts';
import { REPOSITORY, type World } from './world.ts';

const MODEL = 'flight-delay';
const LOGIN = 'flights-team';

/** A pull request that the team opened. */
export interface OpenedPullRequest {
  readonly number: number;
  readonly branch: string;
}

/** The team at work in its clone: Git, DVC, Python and the forge's API, as any team uses them. */
export class Team {
  readonly directory: string;
  readonly #world: World;
  readonly #token: string;

  constructor(world: World) {
    this.#world = world;
    this.directory = join(world.directory, 'team', 'flight-delay');
    this.#token = world.forge.userToken(LOGIN, 'admin');
  }

  /** The repository as it is before Tidegate judges anything: code, data under DVC, config, workflows, manifests. */
  async begin(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await cp(join(PROJECT_ROOT, 'scripts', 'demo', 'repository'), this.directory, { recursive: true });
    await fillWorkflows(this.directory, { model: MODEL, branch: 'main', update: 'python fetch_data.py' });
    await this.git('init', '--quiet', '--initial-branch=main');
    await this.git('config', 'user.name', 'Flights team');
    await this.git('config', 'user.email', 'team@flights.example');
    await this.git('remote', 'add', 'origin', this.#world.forge.cloneUrl(REPOSITORY, this.#token));
    await this.run('dvc', 'init', '--quiet');
    await this.run('dvc', 'remote', 'add', '--default', 'storage', 's3://flights-data');
    await this.run('dvc', 'config', 'core.check_update', 'false');
    await this.run('python', 'fetch_data.py');
    await this.run('dvc', 'add', '--quiet', 'data/train', 'data/test.parquet');
    await this.run('dvc', 'push', '--quiet');
    await this.#writeSchema();
    await checkBeforeTraining(this.directory);
  }

  /** A first commit on the default branch: what good means, what the data are and where it runs, but no model and no workflow yet. */
  async pushBase(): Promise<void> {
    await writeFile(join(this.directory, 'README.md'), '# Will this flight be late?\n');
    await this.git('add', 'README.md', 'tidegate.yaml', 'data/schema.yaml', 'k8s');
    await this.git('commit', '--quiet', '--message', 'docs: what good means, and where it runs');
    await this.git('push', '--quiet', 'origin', 'main');
  }

  /** Starts a branch from the newest default branch. */
  async startBranch(branch: string): Promise<void> {
    await this.git('fetch', '--quiet', 'origin', 'main');
    await this.git('checkout', '--quiet', '-B', branch, 'origin/main');
  }

  /** Replaces lines of params.yaml, comments kept. */
  async setParams(values: Readonly<Record<string, string>>): Promise<void> {
    const file = join(this.directory, 'params.yaml');
    let text = await readFile(file, 'utf8');
    for (const [key, value] of Object.entries(values)) {
      text = text.replace(new RegExp(`^(  ${key}: )\\S+`, 'm'), `$1${value}`);
    }
    await writeFile(file, text);
  }

  /** Commits everything, pushes the branch and opens a pull request. */
  async propose(branch: string, title: string, body: string): Promise<OpenedPullRequest> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', title);
    await this.git('push', '--quiet', '--force', 'origin', branch);
    const { number } = await this.#api('POST', 'pulls', { title, body, head: branch, base: 'main' });
    return { number: Number(number), branch };
  }

  /** Pushes a tag with the message of an honest version, but for another artifact: pushing is all that it takes. */
  async pushForgedTag(version: string, honest: string): Promise<void> {
    await this.git('fetch', '--quiet', '--tags', 'origin', 'main');
    const message = await this.git('for-each-ref', '--format=%(contents)', `refs/tags/${MODEL}@v${honest}`);
    const forged = message.replaceAll(/[0-9a-f]{64}/g, 'f'.repeat(64)).replaceAll(honest, version);
    const tag = `${MODEL}@v${version}`;
    await this.git('tag', '--annotate', tag, '--cleanup=verbatim', '--message', forged, `${MODEL}@v${honest}^{}`);
    await this.git('push', '--quiet', 'origin', tag);
  }

  async merge(number: number): Promise<void> {
    await this.#api('PUT', `pulls/${number}/merge`, { merge_method: 'squash' });
  }

  async close(number: number): Promise<void> {
    await this.#api('PATCH', `pulls/${number}`, { state: 'closed' });
  }

  /** The text of a file on the default branch. @param changesAgo Before how many changes of it. */
  async fileOnMain(file: string, changesAgo = 0): Promise<string> {
    await this.git('fetch', '--quiet', 'origin', 'main');
    const commits = (await this.git('rev-list', 'origin/main', '--', file)).trim().split('\n');
    return this.git('show', `${commits[changesAgo]}:${file}`);
  }

  async git(...args: string[]): Promise<string> {
    return this.run('git', ...args);
  }

  async run(command: string, ...args: string[]): Promise<string> {
    return runOrThrow(command, args, { cwd: this.directory, env: this.#world.teamEnvironment });
  }

  /** Infers the data schema from the training data and reviews it: a test set may be small, since the gate says how many rows decide. */
  async #writeSchema(): Promise<void> {
    const infer = ['check-data', '--data', 'data/train/*.parquet', '--infer'];
    const env = { ...this.#world.teamEnvironment, INIT_CWD: this.directory };
    const cli = join(PROJECT_ROOT, 'cli', 'tidegate.ts');
    await runOrThrow(process.execPath, [cli, ...infer], { cwd: this.directory, env });
    await replaceIn(join(this.directory, 'data', 'schema.yaml'), [
      [/^rows: .*$/m, 'rows: { min: 100 }  # the gate says how many rows decide'],
      [
        /^(extra-columns: .*)$/m,
        '$1\nacross: { max-label-conflicts: 1% }  # flights of one minute, airport and distance',
      ],
      [/^( {2}distance:)$/m, '$1  # in miles'],
    ]);
  }

  async #api(method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#world.forge.apiUrl}/repos/${REPOSITORY}/${path}`, {
      method,
      headers: {
        authorization: `token ${this.#token}`,
        'content-type': 'application/json',
        accept: 'application/vnd.github+json',
      },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  }
}

/** Adds the step that checks the training data to the workflows that train and that fetch new data. */
async function checkBeforeTraining(repository: string): Promise<void> {
  const workflows = join(repository, '.github', 'workflows');
  for (const [file, before] of [
    ['model-ci.yml', 'Train'],
    ['model-retrain.yml', 'Push the data'],
  ] as const) {
    const path = join(workflows, file);
    const action = /uses: (\S+\/actions\/)data-p\w+(@.*)$/m.exec(await readFile(path, 'utf8'));
    const step = [
      '      - name: Check the training data',
      `        uses: ${action?.[1]}check-data${action?.[2]}`,
      '        with:',
      `          model: ${MODEL}`,
      '          data: data/train/*.parquet',
    ];
    const next = `      - name: ${before}\n`;
    await replaceIn(path, [[next, `${step.join('\n')}\n${next}`]]);
  }
}

/** Replaces the first place of each text or pattern of a file. @throws {Error} Where one is not in it. */
async function replaceIn(file: string, replacements: readonly (readonly [string | RegExp, string])[]): Promise<void> {
  let text = await readFile(file, 'utf8');
  for (const [found, written] of replacements) {
    const replaced = text.replace(found, written);
    if (replaced === text) throw new Error(`${file} has no ${found}`);
    text = replaced;
  }
  await writeFile(file, text);
}
