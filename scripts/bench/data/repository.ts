import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hostEnvironment } from '../../../testkit/host-environment.ts';
import { PROJECT_ROOT } from '../../project-root.ts';
import { ensurePythonEnvironment } from '../../python-environment.ts';
import { runOrThrow } from '../../run-command.ts';
import { type MeasuredRun, measure } from './measured-run.ts';
import type { BenchServer } from './versitygw.ts';

const CONFIG = `version: 1
models:
  bench:
    task: regression
    artifact: model.bin
    train: { command: "true" }
    data: { label: y }
    evaluate: { dataset: data, metrics: [rmse] }
    gate: { rules: [{ metric: rmse, max: 1 }] }
`;

/** A repository with one tracked path, `data`, and the programs that pull and push it. */
export class BenchRepository {
  readonly folder: string;
  readonly #world: { readonly root: string; readonly server: BenchServer; readonly prefix: string };

  private constructor(folder: string, world: { root: string; server: BenchServer; prefix: string }) {
    this.folder = folder;
    this.#world = world;
  }

  /** @param prefix Of the remote's keys. */
  static async create(root: string, server: BenchServer, prefix: string): Promise<BenchRepository> {
    const repository = new BenchRepository(join(root, `origin-${prefix}`), { root, server, prefix });
    mkdirSync(repository.folder, { recursive: true });
    await repository.git('init', '--quiet', '--initial-branch=main', '.');
    await repository.dvc('init', '--quiet');
    await repository.dvc('config', 'core.check_update', 'false');
    await repository.dvc('remote', 'add', '--quiet', '--default', 'storage', `s3://bench/${prefix}`);
    await repository.dvc('remote', 'modify', 'storage', 'endpointurl', server.endpoint);
    await repository.dvc('remote', 'modify', 'storage', 'region', 'us-east-1');
    writeFileSync(join(repository.folder, 'tidegate.yaml'), CONFIG);
    return repository;
  }

  /** Commits everything. */
  async commit(): Promise<void> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', 'data');
  }

  /** A new clone in place of one of that name. */
  async clone(name: string): Promise<BenchRepository> {
    const folder = join(this.#world.root, name);
    await rm(folder, { recursive: true, force: true });
    await this.git('clone', '--quiet', this.folder, folder);
    return new BenchRepository(folder, this.#world);
  }

  /** DVC as on a new machine: it remembers nothing of the remote. */
  async forgetSite(): Promise<void> {
    await rm(join(this.#world.root, 'home'), { recursive: true, force: true });
  }

  async git(...args: string[]): Promise<void> {
    await runOrThrow('git', args, { cwd: this.folder, env: this.#environment() });
  }

  async dvc(...args: string[]): Promise<MeasuredRun> {
    const { bin } = await ensurePythonEnvironment('demo');
    return measure(join(bin, 'dvc'), args, { cwd: this.folder, env: this.#environment() });
  }

  /** Runs an action's bundle as a step would. */
  async action(name: string, inputs: Readonly<Record<string, string>>): Promise<MeasuredRun> {
    const temp = join(this.#world.root, 'temp');
    mkdirSync(temp, { recursive: true });
    writeFileSync(join(temp, 'output'), '');
    const entries = Object.entries({ targets: 'all', ...inputs });
    const env = {
      ...this.#environment(),
      GITHUB_WORKSPACE: this.folder,
      GITHUB_OUTPUT: join(temp, 'output'),
      RUNNER_TEMP: temp,
      ...Object.fromEntries(entries.map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value])),
    };
    const source = join(PROJECT_ROOT, 'actions', name, 'index.ts');
    const program = process.env.BENCH_SOURCE === '1' ? source : join(this.#world.root, 'bundles', name, 'index.js');
    const node = (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
    return measure(process.execPath, [...node, program], { cwd: this.folder, env });
  }

  #environment(): Record<string, string> {
    const home = join(this.#world.root, 'home');
    return {
      ...hostEnvironment(),
      ...this.#world.server.env,
      HOME: home,
      DVC_NO_ANALYTICS: '1',
      DVC_SITE_CACHE_DIR: join(home, 'site'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'bench',
      GIT_AUTHOR_EMAIL: 'bench@example.com',
      GIT_COMMITTER_NAME: 'bench',
      GIT_COMMITTER_EMAIL: 'bench@example.com',
    };
  }
}

/** Writes small files of different bytes, 1000 to a folder. */
export function writeSmallFiles(folder: string, count: number, sizeBytes: number): void {
  for (let index = 0; index < count; index += 1) {
    const under = join(folder, `part-${Math.floor(index / 1000)}`);
    if (index % 1000 === 0) mkdirSync(under, { recursive: true });
    const seed = createHash('sha512').update(String(index)).digest();
    const bytes = Buffer.alloc(sizeBytes);
    for (let at = 0; at < sizeBytes; at += seed.length) bytes.set(seed.subarray(0, sizeBytes - at), at);
    writeFileSync(join(under, `file-${index}.bin`), bytes);
  }
}

/** Writes one large file of random bytes. */
export function writeLargeFile(file: string, sizeBytes: number): void {
  const block = randomBytes(16 << 20);
  for (let at = 0; at < sizeBytes; at += block.length) {
    block.writeDoubleLE(at, 0);
    writeFileSync(file, block.subarray(0, Math.min(block.length, sizeBytes - at)), { flag: at === 0 ? 'w' : 'a' });
  }
}
