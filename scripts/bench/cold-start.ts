import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { median } from 'simple-statistics';
import { actionNames, build, bundlePath, bundleSizeBytes } from '../build.ts';

const REPETITIONS = 20;
/** The first line of an action's log comes within this time; architecture, decision 9. */
const BUDGET_MS = 150;

/** Start of the process to the first byte of its log, and to its end; milliseconds. */
interface Start {
  readonly firstLineMs: number;
  readonly endMs: number;
}

/**
 * Prints, for each bundle and for an empty script, the median time from the start of Node to the first line of the log.
 * The actions get no inputs: they end with an error that says what is missing, which is the shortest way through.
 */
export async function run(): Promise<void> {
  await build();
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-cold-start-'));
  try {
    const empty = join(directory, 'empty.mjs');
    await writeFile(empty, "process.stdout.write('x\\n');\n");
    const names = await actionNames();
    const programs = [{ name: 'an empty script', path: empty, sizeBytes: undefined }];
    const bundles = names.map(async (name) => ({
      name,
      path: bundlePath(name),
      sizeBytes: await bundleSizeBytes(name),
    }));
    await print([...programs, ...(await Promise.all(bundles))], directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function print(
  programs: readonly { name: string; path: string; sizeBytes: number | undefined }[],
  directory: string,
): Promise<void> {
  const starts = new Map<string, Start[]>(programs.map(({ name }) => [name, []]));
  // In turns, so that a busy moment of the machine hits all alike; the first round warms the disk and does not count.
  for (let round = 0; round <= REPETITIONS; round += 1) {
    for (const { name, path } of programs) {
      const start = await measure(path, directory);
      if (round > 0) starts.get(name)?.push(start);
    }
  }
  const rows = programs.map(({ name, sizeBytes }) => {
    const found = starts.get(name) ?? [];
    const firstLineMs = median(found.map((start) => start.firstLineMs));
    return [
      name,
      firstLineMs.toFixed(0),
      median(found.map(({ endMs }) => endMs)).toFixed(0),
      sizeBytes === undefined ? '' : (sizeBytes / 1e6).toFixed(2),
      sizeBytes === undefined ? '' : firstLineMs <= BUDGET_MS ? 'within' : 'over',
    ];
  });
  const head = ['bundle', 'first line, ms', 'end, ms', 'size, MB', `${BUDGET_MS} ms`];
  console.log(`Median of ${REPETITIONS} starts of node ${process.versions.node}, in turns:\n`);
  console.log(markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'r', 'l'] }));
}

function measure(path: string, directory: string): Promise<Start> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let firstLineMs: number | undefined;
    const env = { PATH: process.env.PATH ?? '', RUNNER_TEMP: directory, GITHUB_WORKSPACE: directory };
    const child = spawn(process.execPath, [path], { cwd: directory, env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', () => {
      firstLineMs ??= performance.now() - startedAt;
    });
    child.once('error', reject);
    child.once('close', () => {
      if (firstLineMs === undefined) reject(new Error(`${path} wrote nothing`));
      else resolve({ firstLineMs, endMs: performance.now() - startedAt });
    });
  });
}
