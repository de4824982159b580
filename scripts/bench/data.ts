import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../python-environment.ts';
import { type MeasuredRun, measure } from './data/measured-run.ts';
import { BenchRepository, writeSmallFiles } from './data/repository.ts';
import { addComparison, inWorld, repeat, type World } from './data/world.ts';

const SMALL_FILES = 25_000;
const SMALL_BYTES = 3 * 1024;
const MANY_FILES = 100_000;

/**
 * Pulls and pushes the same objects from the same server with the bundled actions, the real `dvc` and `s5cmd`,
 * and prints times and ratios side by side. `BENCH_PARTS` (small, many) chooses some of it.
 */
export async function run(): Promise<void> {
  const parts = (process.env.BENCH_PARTS ?? 'small,many').split(',');
  await inWorld(async (world) => {
    if (parts.includes('small')) await benchSmall(world);
    if (parts.includes('many')) await benchMany(world);
  });
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
  addComparison(world, { ...pushed, ours: [ourPush], theirs: [dvcPush] });
  const ours = await repeat(5, async () => (await origin.clone('ours')).action('data-pull', { cache: 'false' }));
  const s5cmd = await repeat(5, () => pullWithS5cmd(world, 'small'));
  await origin.forgetSite();
  const dvc = [await (await origin.clone('dvc')).dvc('pull', '--quiet')];
  const work = `cold pull, ${SMALL_FILES} files of 3 KB`;
  addComparison(world, { work, peer: 'dvc pull', ours, theirs: dvc, goal: { atLeast: 7 } });
  addComparison(world, { work, peer: 's5cmd cp', ours, theirs: s5cmd, goal: { atLeast: 1.6 } });
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
  addComparison(world, { work, peer: 'dvc pull', ours, theirs: dvc, goal: { atLeast: 20 } });
  const checks = await repeat(3, async () =>
    (await origin.clone('check')).action('data-pull', { 'check-only': 'true' }),
  );
  await origin.forgetSite();
  const statuses = [await origin.dvc('status', '--cloud', '--quiet')];
  const asked = { work: `check-only, ${MANY_FILES} objects`, peer: 'dvc status -c', goal: { atLeast: 10 } };
  addComparison(world, { ...asked, ours: checks, theirs: statuses });
}
