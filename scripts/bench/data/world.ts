import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { build, bundlePath } from '../../build.ts';
import { type MeasuredRun, median } from './measured-run.ts';
import { type BenchServer, startVersitygw } from './versitygw.ts';

/** Folder and tools of the run. */
export interface World {
  readonly root: string;
  readonly server: BenchServer;
  readonly rows: string[][];
}

/** A work that two programs do. */
export interface Comparison {
  readonly work: string;
  readonly peer: string;
  readonly ours: readonly MeasuredRun[];
  readonly theirs: readonly MeasuredRun[];
  /** Expected ratio: theirs by ours at least, or ours by theirs at most. */
  readonly goal: { readonly atLeast: number } | { readonly atMost: number };
}

/** Bundles the actions, starts a server, does the work, and prints the table of it. */
export async function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  if (process.env.BENCH_SOURCE !== '1') await build();
  // In memory where there is room: no disk to wait for, the same for all.
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const root = await mkdtemp(join(base, 'tidegate-bench-data-'));
  const server = await startVersitygw(root);
  // A copy, because another build may replace the bundles meanwhile.
  for (const name of process.env.BENCH_SOURCE === '1' ? [] : ['data-pull', 'data-push']) {
    await cp(dirname(bundlePath(name)), join(root, 'bundles', name), { recursive: true });
  }
  const world: World = { root, server, rows: [] };
  try {
    await work(world);
    const head = ['work', 'peer', 'ours: s (CPU s, MB)', 'peer: s (CPU s, MB)', 'ratio', 'of CPU', 'goal', ''];
    console.log(markdownTable([head, ...world.rows]));
  } finally {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  }
}

/** Some runs of the same work. */
export async function repeat(times: number, work: () => Promise<MeasuredRun>): Promise<MeasuredRun[]> {
  const runs: MeasuredRun[] = [];
  for (let count = 0; count < times; count += 1) runs.push(await work());
  return runs;
}

/** Adds a row to the table, and prints its figures. */
export function addComparison({ rows }: World, { work, peer, ours, theirs, goal }: Comparison): void {
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
