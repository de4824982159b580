import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { PROJECT_ROOT } from '../project-root.ts';
import { ensurePythonEnvironment } from '../python-environment.ts';
import { runOrThrow } from '../run-command.ts';

const ROWS = 1_000_000;
const SMALL_ROWS = 1000;
const FOLDER = join(PROJECT_ROOT, 'scripts', 'bench', 'evaluate');
/** Chosen: the middle of three, so that one busy moment does not count. */
const RUNS = 3;

interface Judged {
  readonly ms: number;
  readonly maxMegabytes: number;
  readonly laps: readonly (readonly [string, number])[];
}

interface Peer {
  /** Seconds. */
  readonly points: number;
  /** Seconds of 1,000 resamples, scaled from 20. */
  readonly bootstrap: number;
  readonly scoring: number | null;
}

/**
 * A million rows, candidate and champion, 12 metrics with intervals and paired differences, 10 slices: from the start of
 * the process to the verdict, with scoring and without, beside scikit-learn on the same files.
 */
export async function run(): Promise<void> {
  const { python } = await ensurePythonEnvironment('demo');
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-bench-evaluate-'));
  try {
    const large = await makeData(python, directory, ROWS);
    const small = await makeData(python, directory, SMALL_ROWS);
    const models = await judge(large, 'models');
    const predictions = await judge(large, 'predictions');
    const tiny = await judge(small, 'models');
    const peer: Peer = JSON.parse(
      (await runOrThrow(python, [join(FOLDER, 'peer.py'), large])).trim().split('\n').at(-1) ?? '{}',
    );
    print({ models, predictions, tiny, peer });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function makeData(python: string, directory: string, rows: number): Promise<string> {
  const folder = join(directory, String(rows));
  await mkdir(folder);
  await runOrThrow(python, ['-W', 'ignore', join(FOLDER, 'make_data.py'), folder, String(rows)]);
  return folder;
}

async function judge(folder: string, kind: 'models' | 'predictions'): Promise<Judged> {
  const runs: Judged[] = [];
  for (let round = 0; round < RUNS; round++) {
    const output = await runOrThrow(process.execPath, [join(FOLDER, 'judge.ts'), folder, kind]);
    runs.push(JSON.parse(output.trim().split('\n').at(-1) ?? '{}'));
  }
  const middle = runs.sort((a, b) => a.ms - b.ms)[Math.floor(RUNS / 2)];
  if (middle === undefined) throw new Error('no run');
  return middle;
}

interface Figures {
  readonly models: Judged;
  readonly predictions: Judged;
  readonly tiny: Judged;
  readonly peer: Peer;
}

function print({ models, predictions, tiny, peer }: Figures): void {
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  const ours = predictions.ms / 1000;
  const times = (value: number) => `${(value / ours).toFixed(0)}x`;
  const rows = [
    ['work', 'ours', 'peer', 'ratio', 'reach'],
    [
      '1 M rows, 12 metrics with intervals, 10 slices, scores at hand',
      seconds(ours),
      `scikit-learn, 1,000 resamples (20 measured, scaled): ${seconds(peer.bootstrap)}`,
      times(peer.bootstrap),
      '>= 20x',
    ],
    ['the same with both ONNX models, process start to verdict', seconds(models.ms / 1000), 'stated', '', '< 4 s'],
    [
      'the same as the first, against points only',
      seconds(ours),
      `scikit-learn, no intervals: ${seconds(peer.points)}`,
      times(peer.points),
      '>= 3x',
    ],
    ['1,000 rows, process start to verdict', seconds(tiny.ms / 1000), 'stated', '', '< 1 s'],
  ];
  console.log(markdownTable(rows));
  console.log(
    `Largest resident memory: ${models.maxMegabytes} MB. Scores known after ${models.laps.map(([line, ms]) => `${seconds(ms / 1000)} (${line})`).at(-1) ?? ''}.`,
  );
  if (peer.scoring !== null) console.log(`Python onnxruntime scores one model in ${seconds(peer.scoring)}.`);
}
