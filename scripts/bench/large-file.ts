import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type MeasuredRun, measure } from './data/measured-run.ts';
import { BenchRepository, writeLargeFile } from './data/repository.ts';
import { addComparison, inWorld, type World } from './data/world.ts';

/** Expected ratios. */
interface Goals {
  readonly dvc: number;
  readonly openssl: number;
}

const GOALS: ReadonlyMap<number, Goals> = new Map([
  [1, { dvc: 1.8, openssl: 1.7 }],
  [2, { dvc: 1.5, openssl: 1.7 }],
]);

/**
 * Pulls one large file with the bundled action, with and without a copy in DVC's cache, and with the real `dvc`, then once
 * more where nothing changed; hashes the same file with `openssl`. All take turns. `BENCH_GIGABYTES` (1,2) and
 * `BENCH_ROUNDS` (5) choose how much.
 */
export async function run(): Promise<void> {
  const sizes = (process.env.BENCH_GIGABYTES ?? '1,2').split(',').map(Number);
  await inWorld(async (world) => {
    for (const gigabytes of sizes) await benchSize(world, gigabytes);
  });
}

async function benchSize(world: World, gigabytes: number): Promise<void> {
  const origin = await pushedFile(world, gigabytes);
  const straight: MeasuredRun[] = [];
  const kept: MeasuredRun[] = [];
  const dvc: MeasuredRun[] = [];
  const openssl: MeasuredRun[] = [];
  const again = { ours: [] as MeasuredRun[], dvc: [] as MeasuredRun[] };
  for (let round = 0; round < Number(process.env.BENCH_ROUNDS ?? '5'); round += 1) {
    console.log(`round ${round + 1}, load ${loadavg()[0]?.toFixed(2)}`);
    openssl.push(
      await measure('openssl', ['md5', 'data'], { cwd: origin.folder, env: { PATH: process.env.PATH ?? '' } }),
    );
    const first = await origin.clone('clone');
    straight.push(await first.action('data-pull', { cache: 'false', 'keep-cache': 'false' }));
    again.ours.push(await first.action('data-pull', { cache: 'false', 'keep-cache': 'false' }));
    kept.push(await (await origin.clone('clone')).action('data-pull', { cache: 'false', 'keep-cache': 'true' }));
    await origin.forgetSite();
    const theirs = await origin.clone('clone');
    dvc.push(await theirs.dvc('pull', '--quiet'));
    again.dvc.push(await theirs.dvc('pull', '--quiet'));
  }
  const { dvc: dvcGoal, openssl: opensslGoal } = GOALS.get(gigabytes) ?? { dvc: 1.5, openssl: 1.7 };
  const cold = `cold pull, one file of ${gigabytes} GB`;
  const works = [
    { work: `${cold}, keep-cache: false`, ours: straight },
    { work: `${cold}, keep-cache: true`, ours: kept },
  ];
  for (const work of works) {
    addComparison(world, { ...work, peer: 'dvc pull', theirs: dvc, goal: { atLeast: dvcGoal } });
    addComparison(world, { ...work, peer: 'openssl md5', theirs: openssl, goal: { atMost: opensslGoal } });
  }
  const second = { work: `the pull after it, ${gigabytes} GB`, peer: 'dvc pull', goal: { atLeast: 1 } };
  addComparison(world, { ...second, ours: again.ours, theirs: again.dvc });
  for (const folder of [origin.folder, join(world.root, 'clone')]) await rm(folder, { recursive: true, force: true });
}

async function pushedFile(world: World, gigabytes: number): Promise<BenchRepository> {
  const origin = await BenchRepository.create(world.root, world.server, `large-${gigabytes}`);
  writeLargeFile(join(origin.folder, 'data'), gigabytes * 1024 ** 3);
  await origin.dvc('add', '--quiet', 'data');
  await origin.action('data-push', {});
  await origin.commit();
  await rm(join(origin.folder, '.dvc', 'cache'), { recursive: true, force: true });
  return origin;
}
