import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { build, bundlePath } from '../build.ts';
import { ensurePythonEnvironment } from '../python-environment.ts';
import { type MeasuredRun, measure, median } from './data/measured-run.ts';
import { BenchRepository, writeLargeFile, writeSmallFiles } from './data/repository.ts';
import { type BenchServer, startVersitygw } from './data/versitygw.ts';

/** Where everything happens, and with what. */
interface World {
  readonly root: string;
  readonly server: BenchServer;
  readonly rows: string[][];
}

/** A work that two programs do. */
interface Comparison {
  readonly work: string;
  readonly peer: string;
  readonly ours: readonly MeasuredRun[];
  readonly theirs: readonly MeasuredRun[];
  /** What the ratio should be: theirs by ours at least, or ours by theirs at most. */
  readonly goal: { readonly atLeast: number } | { readonly atMost: number };
}

const SMALL_FILES = 25_000;
const SMALL_BYTES = 3 * 1024;
const MANY_FILES = 100_000;
const LARGE_BYTES = 2 * 1024 ** 3;

/**
 * Pulls and pushes the same objects from the same server with the bundled actions, the real `dvc`, `s5cmd` and
 * `openssl`, and prints times and ratios side by side. `BENCH_PARTS` (small, large, many) chooses some of it.
 */
export async function run(): Promise<void> {
  if (process.env.BENCH_SOURCE !== '1') await build();
  // In memory where there is room: no disk to wait for, the same for all.
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const root = await mkdtemp(join(base, 'tidegate-bench-data-'));
  const server = await startVersitygw(root);
  // A copy, because another build may replace the bundles meanwhile.
  for (const name of ['data-pull', 'data-push']) {
    await cp(dirname(bundlePath(name)), join(root, 'bundles', name), { recursive: true });
  }
  const world: World = { root, server, rows: [] };
  const parts = (process.env.BENCH_PARTS ?? 'small,large,many').split(',');
  try {
    if (parts.includes('small')) await benchSmall(world);
    if (parts.includes('large')) await benchLarge(world);
    if (parts.includes('many')) await benchMany(world);
    const head = ['work', 'peer', 'ours: s (CPU s, MB)', 'peer: s (CPU s, MB)', 'ratio', 'of CPU', 'goal', ''];
    console.log(markdownTable([head, ...world.rows]));
  } finally {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  }
}

async function benchSmall(world: World): Promise<void> {
  const origin = await BenchRepository.create(world.root, world.server, 'small');
  writeSmallFiles(join(origin.folder, 'data'), SMALL_FILES, SMALL_BYTES);
  await origin.dvc('add', '--quiet', 'data');
  await origin.commit();
  const dvcPush = await origin.dvc('push', '--quiet');
  const mirror = await BenchRepository.create(world.root, world.server, 'small-ours');
  writeSmallFiles(join(mirror.folder, 'data'), SMALL_FILES, SMALL_BYTES);
  await mirror.dvc('add', '--quiet', 'data');
  const ourPush = await mirror.action('data-push', {});
  const pushed = { work: `push, ${SMALL_FILES} files of 3 KB`, peer: 'dvc push', goal: { atLeast: 6 } };
  add(world, { ...pushed, ours: [ourPush], theirs: [dvcPush] });
  const ours = await repeat(5, async () => (await origin.clone('ours')).action('data-pull', { cache: 'false' }));
  const s5cmd = await repeat(5, () => pullWithS5cmd(world, 'small'));
  await origin.forgetSite();
  const dvc = [await (await origin.clone('dvc')).dvc('pull', '--quiet')];
  const work = `cold pull, ${SMALL_FILES} files of 3 KB`;
  add(world, { work, peer: 'dvc pull', ours, theirs: dvc, goal: { atLeast: 10 } });
  add(world, { work, peer: 's5cmd cp', ours, theirs: s5cmd, goal: { atLeast: 1.8 } });
  await rm(join(world.root, 'ours'), { recursive: true, force: true });
  await rm(join(world.root, 'dvc'), { recursive: true, force: true });
}

async function pullWithS5cmd({ root, server }: World, prefix: string): Promise<MeasuredRun> {
  const { bin } = await ensurePythonEnvironment('bench');
  const target = join(root, 's5cmd');
  await rm(target, { recursive: true, force: true });
  const args = ['--endpoint-url', server.endpoint, 'cp', `s3://bench/${prefix}/*`, `${target}/`];
  const env = { ...server.env, PATH: process.env.PATH ?? '' };
  const measured = await measure(join(bin, 's5cmd'), args, { cwd: root, env });
  await rm(target, { recursive: true, force: true });
  return { ...measured, output: '' };
}

async function benchLarge(world: World): Promise<void> {
  const origin = await BenchRepository.create(world.root, world.server, 'large');
  const file = join(origin.folder, 'data');
  writeLargeFile(file, LARGE_BYTES);
  await origin.dvc('add', '--quiet', 'data');
  await origin.action('data-push', {});
  await origin.commit();
  await rm(join(origin.folder, '.dvc', 'cache'), { recursive: true, force: true });
  const ours: MeasuredRun[] = [];
  const openssl: MeasuredRun[] = [];
  // In turns, because a machine's mood changes within minutes.
  for (let round = 0; round < 5; round += 1) {
    openssl.push(await measure('openssl', ['md5', file], { cwd: world.root, env: { PATH: process.env.PATH ?? '' } }));
    ours.push(await (await origin.clone('ours')).action('data-pull', { cache: 'false' }));
  }
  await rm(join(world.root, 'ours'), { recursive: true, force: true });
  await origin.forgetSite();
  const dvc = await repeat(2, async () => (await origin.clone('dvc')).dvc('pull', '--quiet'));
  await rm(join(world.root, 'dvc'), { recursive: true, force: true });
  const work = 'cold pull, one file of 2 GB';
  add(world, { work, peer: 'openssl md5', ours, theirs: openssl, goal: { atMost: 1.25 } });
  add(world, { work, peer: 'dvc pull', ours, theirs: dvc, goal: { atLeast: 2 } });
  await rm(origin.folder, { recursive: true, force: true });
}

async function benchMany(world: World): Promise<void> {
  const origin = await BenchRepository.create(world.root, world.server, 'many');
  writeSmallFiles(join(origin.folder, 'data'), MANY_FILES, 64);
  await origin.dvc('add', '--quiet', 'data');
  await origin.action('data-push', {});
  await origin.commit();
  const pulled = await origin.clone('ours');
  await pulled.action('data-pull', { cache: 'false' });
  const ours = await repeat(5, () => pulled.action('data-pull', { cache: 'false' }));
  await origin.dvc('pull', '--quiet');
  const dvc = await repeat(3, () => origin.dvc('pull', '--quiet'));
  const work = `pull when nothing changed, ${MANY_FILES} files`;
  add(world, { work, peer: 'dvc pull', ours, theirs: dvc, goal: { atLeast: 20 } });
  const checks = await repeat(3, async () =>
    (await origin.clone('check')).action('data-pull', { 'check-only': 'true' }),
  );
  await origin.forgetSite();
  const statuses = [await origin.dvc('status', '--cloud', '--quiet')];
  const asked = { work: `check-only, ${MANY_FILES} objects`, peer: 'dvc status -c', goal: { atLeast: 10 } };
  add(world, { ...asked, ours: checks, theirs: statuses });
}

async function repeat(times: number, work: () => Promise<MeasuredRun>): Promise<MeasuredRun[]> {
  const runs: MeasuredRun[] = [];
  for (let count = 0; count < times; count += 1) runs.push(await work());
  return runs;
}

function add({ rows }: World, { work, peer, ours, theirs, goal }: Comparison): void {
  const mine = median(ours.map(({ seconds }) => seconds));
  const other = median(theirs.map(({ seconds }) => seconds));
  const isLimit = 'atMost' in goal;
  const ratio = isLimit ? mine / other : other / mine;
  const cpu = median(ours.map(({ cpuSeconds }) => cpuSeconds)) / median(theirs.map(({ cpuSeconds }) => cpuSeconds));
  const cpuRatio = (isLimit ? cpu : 1 / cpu).toFixed(2);
  const isReached = isLimit ? ratio <= goal.atMost : ratio >= goal.atLeast;
  const wanted = isLimit ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
  rows.push([
    work,
    peer,
    show(ours),
    show(theirs),
    ratio.toFixed(2),
    cpuRatio,
    wanted,
    isReached ? 'reached' : 'missed',
  ]);
  console.log(`${work}, ${peer}: ${mine.toFixed(2)} s against ${other.toFixed(2)} s, ${ratio.toFixed(2)} (${wanted})`);
}

function show(runs: readonly MeasuredRun[]): string {
  const seconds = runs.map((run) => run.seconds.toFixed(2)).join(' ');
  const cpu = median(runs.map((run) => run.cpuSeconds)).toFixed(1);
  const peak = Math.max(...runs.map((run) => run.peakMegabytes)).toFixed(0);
  return `${seconds} (${cpu}, ${peak})`;
}
