import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from '../../testkit/git-client.ts';
import { enqueue } from '../../testkit/github/merge-queue.ts';
import { addRelease, type Release, type ReleasedImage, releaseDocument } from '../../testkit/released-version.ts';
import { createZip } from '../../testkit/zip.ts';
import { BotWorld, type CommitFiles, type WorldOptions } from './bot-world.ts';

export const REPOSITORY = 'acme/flights';
const [owner, repo] = ['acme', 'flights'] as const;
/** Where a version's artifact is. */
export const uriOf = (digest: string) => `s3://models/flights/sha256/${digest}`;
/** A digest by one letter. */
export const digestOf = (letter: string) => letter.repeat(64);

/** A manifest with everything that an edit must leave alone. */
export const manifest = (uri: string) => `# served model\r\napiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: flights }
spec:
  predictor:
    model:
      modelFormat: {name: onnx}
      storageUri:   "${uri}"   # set by pull requests
`;

/** A release's evaluation. */
export interface JudgedRelease {
  /** The digest that the version's document names. */
  readonly digest: string;
  /** What the run's artifact holds. */
  readonly uploaded: string;
}

/** What a release of `flights` says, and where it was made. */
export interface DocumentedRelease extends Omit<Release, 'model' | 'artifact'> {
  readonly letter: string;
}

/** The document that a register job uploads, and the message of the tag that names it. */
export function releaseOf({ letter, ...release }: DocumentedRelease) {
  const artifact = { uri: uriOf(digestOf(letter)), digest: `sha256:${digestOf(letter)}`, sizeBytes: 10 };
  return releaseDocument({ model: 'flights', artifact, ...release });
}

/** A repository with two environments and a bot, whose versions are registered only by hand. */
export class PromotionWorld {
  readonly bot: BotWorld;
  readonly #clone: string;
  /** The newest commit that a person pushed to main. */
  lastPushed = '';

  private constructor(bot: BotWorld, clone: string) {
    this.bot = bot;
    this.#clone = clone;
  }

  /** @param environments The lines of `environments` in tidegate.yaml, without their targets. */
  static async start(
    environments: { readonly staging?: string; readonly production?: string },
    replicas = 1,
    options: WorldOptions = {},
  ) {
    const bot = await BotWorld.start(replicas, options);
    await bot.github.createRepository(REPOSITORY);
    const world = new PromotionWorld(bot, await bot.clone(REPOSITORY));
    await world.push({
      'tidegate.yaml': config(environments),
      'k8s/staging.yaml': manifest('s3://somewhere/else'),
      'k8s/production.yaml': manifest('s3://somewhere/else'),
    });
    return world;
  }

  /** Commits files on main, by a person. @returns The commit. */
  async push(files: CommitFiles): Promise<string> {
    const sha = await this.bot.commit(this.#clone, 'main', files);
    this.lastPushed = sha;
    await this.bot.settle();
    return sha;
  }

  /** Commits files on top of a branch of the bot, by a person. */
  async pushTo(branch: string, files: Readonly<Record<string, string>>): Promise<void> {
    await runGit(this.#clone, ['fetch', '--quiet', 'origin']);
    await runGit(this.#clone, ['switch', '--quiet', '--detach', `origin/${branch}`]);
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(this.#clone, file), text);
    await runGit(this.#clone, ['add', '--all']);
    await runGit(this.#clone, ['commit', '--quiet', '-m', 'by a person']);
    await runGit(this.#clone, ['push', '--quiet', 'origin', `HEAD:${branch}`]);
    await this.bot.settle();
  }

  /** Main takes no merge before these checks have succeeded. */
  requireChecks(names: readonly string[]): void {
    this.bot.github.state.repository(REPOSITORY)?.protection.set('main', names);
  }

  /** Opens the pull request "A change", by a person, or changes it where it is open. */
  async proposeBy(login: string, files: CommitFiles): Promise<void> {
    await this.bot.commit(this.#clone, 'a-change', files);
    const isOpen = (await this.titles()).includes('A change');
    if (!isOpen)
      await this.bot.client(login).pulls.create({ owner, repo, head: 'a-change', base: 'main', title: 'A change' });
    await this.bot.settle();
  }

  /**
   * Registers a version on main's newest commit, as the release workflow does.
   *
   * @param judged Its evaluation, with what its run uploaded as that.
   * @param image Its container image.
   */
  async register(version: string, letter: string, judged?: JudgedRelease, image?: ReleasedImage): Promise<number> {
    const commit = await this.push({ 'train.py': `print('${version}')\n` });
    const artifact = { uri: uriOf(digestOf(letter)), digest: `sha256:${digestOf(letter)}`, sizeBytes: 10 };
    const release = { model: 'flights', version, artifact, commit, evaluation: judged?.digest, image };
    const { run, message } = addRelease(
      { github: this.bot.github, runs: this.bot.runs, repository: REPOSITORY },
      release,
    );
    if (judged !== undefined) {
      const zip = createZip([{ name: 'evaluation.json', content: judged.uploaded }]);
      this.bot.addArtifact(REPOSITORY, run.id, { name: 'tidegate-flights-1-report', zip });
    }
    await runGit(this.#clone, ['tag', '--annotate', `flights@v${version}`, '--message', message, commit]);
    await runGit(this.#clone, ['push', '--quiet', 'origin', `flights@v${version}`]);
    await this.bot.settle();
    return run.id;
  }

  /** What the run of a registration uploaded is not kept any more. */
  expire(runId: number): void {
    this.bot.expireArtifacts(runId);
  }

  /** The open pull requests, by title. */
  async open(): Promise<Readonly<Record<string, { number: number; head: string; body: string }>>> {
    const { data } = await this.bot.client().pulls.list({ owner, repo, state: 'open', per_page: 100 });
    return Object.fromEntries(
      data.map(({ title, number, head, body }) => [title, { number, head: head.sha, body: body ?? '' }]),
    );
  }

  /** Titles of all open pull requests, in order: two of the same would show. */
  async titles(): Promise<readonly string[]> {
    const { data } = await this.bot.client().pulls.list({ owner, repo, state: 'open', per_page: 100 });
    return data.map(({ title }) => title).toSorted();
  }

  /** How many comments of the bot are under an issue or pull request. */
  async answersUnder(issue: number): Promise<number> {
    const { data } = await this.bot.client().issues.listComments({ owner, repo, issue_number: issue, per_page: 100 });
    return data.filter(({ user }) => user?.login.endsWith('[bot]')).length;
  }

  /** The number of the newest pull request of a title, in any state. */
  async numberOf(title: string): Promise<number> {
    const { data } = await this.bot.client().pulls.list({ owner, repo, state: 'all', per_page: 100 });
    return data.find((one) => one.title === title)?.number ?? 0;
  }

  async merge(title: string, method: 'merge' | 'squash' | 'rebase' | 'queue' = 'squash'): Promise<void> {
    const found = (await this.open())[title];
    if (found === undefined) throw new Error(`no pull request "${title}" among ${Object.keys(await this.open())}`);
    const { number } = found;
    if (method === 'queue') await this.#mergeByQueue(number);
    else await this.bot.client().pulls.merge({ owner, repo, pull_number: number, merge_method: method });
    await this.bot.settle();
  }

  async #mergeByQueue(number: number): Promise<void> {
    const repository = this.bot.github.state.repository(REPOSITORY);
    if (repository === undefined) throw new Error(`no repository ${REPOSITORY}`);
    const by = { kind: 'user', account: this.bot.github.state.account('mona'), startsWorkflows: true } as const;
    const queued = await enqueue(this.bot.github, { repository, number, by });
    await this.bot.settle();
    await queued.complete();
  }

  async close(number: number): Promise<void> {
    await this.bot.client().issues.update({ owner, repo, issue_number: number, state: 'closed' });
    await this.bot.settle();
  }

  /** The check `tidegate / promotion` of a commit. */
  async check(sha: string): Promise<{ readonly is: string; readonly title: string }> {
    const options = { owner, repo, ref: sha, check_name: 'tidegate / promotion' };
    const { data } = await this.bot.client().checks.listForRef(options);
    const [run] = data.check_runs;
    return { is: run?.conclusion ?? run?.status ?? 'not there', title: run?.output.title ?? '' };
  }

  async file(path: string): Promise<string> {
    await runGit(this.#clone, ['fetch', '--quiet', 'origin']);
    return `${await runGit(this.#clone, ['show', `origin/main:${path}`])}\n`;
  }

  async issues(label: string): Promise<readonly { number: number; title: string; author: string }[]> {
    const { data } = await this.bot.client().issues.listForRepo({ owner, repo, labels: label, state: 'open' });
    return data.map(({ number, title, user }) => ({ number, title, author: user?.login ?? '' }));
  }

  async openIssue(title: string, labels: readonly string[], body = ''): Promise<number> {
    const { data } = await this.bot.client().issues.create({ owner, repo, title, body, labels: [...labels] });
    await this.bot.settle();
    return data.number;
  }

  /** Says the health of main's newest commit, as Argo CD's notifications do. */
  async health(state: 'success' | 'failure' | 'pending' | 'error', by = 'argocd'): Promise<void> {
    const { data } = await this.bot.client().repos.getBranch({ owner, repo, branch: 'main' });
    const context = 'continuous-delivery/flights-staging';
    await this.bot.client(by).repos.createCommitStatus({ owner, repo, sha: data.commit.sha, state, context });
    await this.bot.settle();
  }

  async status(sha: string, context: string, state: 'success' | 'failure' | 'pending'): Promise<void> {
    await this.bot.client().repos.createCommitStatus({ owner, repo, sha, state, context });
    await this.bot.settle();
  }

  /** Writes a comment; a stranger may only read. @returns What the bot answered last. */
  async say(issue: number, body: string, by = 'mona'): Promise<string> {
    await this.bot
      .client(by, by === 'stranger' ? 'read' : 'write')
      .issues.createComment({ owner, repo, issue_number: issue, body });
    await this.bot.settle();
    const { data } = await this.bot.client().issues.listComments({ owner, repo, issue_number: issue, per_page: 100 });
    return data.findLast(({ user }) => user?.login.endsWith('[bot]'))?.body ?? '';
  }

  /** Lets time pass for the bot, and sweeps. */
  async later(ms: number): Promise<void> {
    this.bot.aheadMs += ms;
    await this.bot.sweep();
    await this.bot.settle();
  }

  async stop(): Promise<void> {
    await this.bot.stop();
  }
}

function config({
  staging = '',
  production = '',
}: {
  readonly staging?: string;
  readonly production?: string;
}): string {
  const target = (name: string) => `{ file: k8s/${name}.yaml, kind: InferenceService, name: flights }`;
  return `version: 1
models:
  flights:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: test.parquet, metrics: [roc_auc] }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    register: { store: s3://models/flights }
    environments:
      - { name: staging, ${staging} targets: [${target('staging')}] }
      - { name: production, ${production} targets: [${target('production')}] }
`;
}
