import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { lastLine, middle, seconds, times } from '../bench-runs.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import { ensurePythonEnvironment } from '../python-environment.ts';
import { runOrThrow } from '../run-command.ts';

const ROWS = 1_000_000;
const SMALL_ROWS = 1000;
const FOLDER = join(PROJECT_ROOT, 'scripts', 'bench', 'evaluate');
/** Chosen: the middle of three, so that one busy moment does not count. */
const RUNS = 3;
/** Chosen: single pairs of scoring differ by a tenth. */
const SCORING_RUNS = 5;

interface Judged {
  readonly ms: number;
  readonly cpuMs: number;
  readonly maxMegabytes: number;
}

interface Peer {
  /** Seconds. */
  readonly points: number;
  /** Seconds of 1,000 resamples, scaled from fewer. */
  readonly bootstrap: number;
  readonly values: readonly number[];
}

/** Seconds of scoring. */
interface Scored {
  readonly seconds: number;
  readonly cpu: number;
}

type Row = readonly [string, string, string, string, string];

/**
 * A million rows, candidate and champion, 12 metrics with intervals and paired differences, 10 slices: from the start of
 * the process to the verdict, with scoring and without, next to scikit-learn and Python's ONNX Runtime on the same files.
 *
 * `--rows 100000000` adds that many rows of predictions next to a bare scan (6 GB of disk, minutes to generate);
 * `--resamples 0` leaves the bootstrap out.
 */
export async function run(args: readonly string[] = []): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rows: { type: 'string' }, resamples: { type: 'string', default: '20' } },
  });
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-bench-evaluate-'));
  try {
    const rows = await measureAll(directory, values.resamples);
    const large = values.rows === undefined ? [] : await measureLarge(directory, values.rows);
    console.log(markdownTable([['work', 'ours', 'peer', 'ratio', 'reach'], ...rows, ...large].map((row) => [...row])));
    if (large.length === 0) console.log('More rows than are held: npm run bench -- evaluate --rows 100000000');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureAll(directory: string, resamples: string): Promise<readonly Row[]> {
  const { python } = await ensurePythonEnvironment('demo');
  const large = await makeData(python, directory, ROWS);
  const small = await makeData(python, directory, SMALL_ROWS);
  const models = await judge(large, 'models');
  const predictions = await judge(large, 'predictions');
  const tiny = await judge(small, 'models');
  const { points, peer } = await comparePoints(python, { folder: large, resamples });
  const ours = predictions.ms / 1000;
  return [
    [
      '1 M rows, 12 metrics with intervals, 10 slices, scores at hand',
      withCpu(predictions),
      `scikit-learn, 1,000 resamples (${resamples} measured, scaled): ${seconds(peer.bootstrap)}`,
      times(peer.bootstrap / ours),
      '>= 20x',
    ],
    [
      `the same with both ONNX models, process start to verdict (${models.maxMegabytes} MB)`,
      withCpu(models),
      'stated',
      '',
      '< 4 s',
    ],
    [
      '1 M rows, the same metrics and slices, points only',
      seconds(points),
      `scikit-learn: ${seconds(peer.points)}`,
      times(peer.points / points),
      '>= 3x',
    ],
    ...(await compareScoring(large)),
    ['1,000 rows, process start to verdict', seconds(tiny.ms / 1000), 'stated', '', '< 1 s'],
  ];
}

/** If other programs run at the same time, CPU time is more reliable than wall time. */
const withCpu = ({ ms, cpuMs }: Judged) => `${seconds(ms / 1000)} (CPU ${seconds(cpuMs / 1000)})`;

async function makeData(python: string, directory: string, rows: number): Promise<string> {
  const folder = join(directory, String(rows));
  await mkdir(folder);
  await runOrThrow(python, ['-W', 'ignore', join(FOLDER, 'make_data.py'), folder, String(rows)]);
  return folder;
}

async function judge(folder: string, kind: 'models' | 'predictions' | 'plain'): Promise<Judged> {
  const runs: Judged[] = [];
  for (let round = 0; round < RUNS; round++) {
    runs.push(await lastLine<Judged>(process.execPath, [join(FOLDER, 'judge.ts'), folder, kind]));
  }
  return middle(runs, ({ ms }) => ms);
}

/** Of pairs that ran one after the other the one with the middle ratio. The values must agree. */
async function comparePoints(
  python: string,
  { folder, resamples }: { readonly folder: string; readonly resamples: string },
): Promise<{ readonly points: number; readonly peer: Peer }> {
  const pairs: { points: number; peer: Peer }[] = [];
  let bootstrap = 0;
  for (let round = 0; round < RUNS; round++) {
    const ours = await lastLine<{ seconds: number; values: readonly number[] }>(process.execPath, [
      join(FOLDER, 'points.ts'),
      folder,
    ]);
    const peer = await lastLine<Peer>(python, [join(FOLDER, 'peer.py'), folder, round === 0 ? resamples : '0']);
    if (round === 0) bootstrap = peer.bootstrap;
    const apart = ours.values.map((value, i) => Math.abs(value - (peer.values[i] ?? Number.NaN)));
    if (!apart.every((one) => one < 1e-9)) throw new Error(`a metric is not scikit-learn's: ${apart.join(', ')}`);
    pairs.push({ points: ours.seconds, peer });
  }
  const chosen = middle(pairs, ({ points, peer }) => peer.points / points);
  return { points: chosen.points, peer: { ...chosen.peer, bootstrap } };
}

/** With one thread and with two, in batches of 10,000; our threads sleep between batches, Python's spin by default. */
async function compareScoring(folder: string): Promise<readonly Row[]> {
  const { python } = await ensurePythonEnvironment('bench');
  const rows: Row[] = [];
  for (const threads of ['1', '2']) {
    const pairs: { ours: Scored; peer: Scored }[] = [];
    for (let round = 0; round < SCORING_RUNS; round++) {
      const args = [folder, threads, '10000'];
      const ours = await lastLine<Scored>(process.execPath, [join(FOLDER, 'score.ts'), ...args]);
      const peer = await lastLine<Scored>(python, [join(FOLDER, 'score.py'), ...args]);
      pairs.push({ ours, peer });
    }
    const { ours, peer } = middle(pairs, (pair) => pair.peer.seconds / pair.ours.seconds);
    const ratioOfCpu = times(
      middle(
        pairs.map((pair) => pair.peer.cpu / pair.ours.cpu),
        (ratio) => ratio,
      ),
    );
    rows.push([
      `ONNX scoring of 1 M rows, boosted trees, ${threads} thread${threads === '1' ? '' : 's'}`,
      seconds(ours.seconds),
      `Python onnxruntime: ${seconds(peer.seconds)}`,
      `${times(peer.seconds / ours.seconds)} (CPU ${ratioOfCpu})`,
      '>= 0.95x',
    ]);
  }
  return rows;
}

/** Measured work with many rows: of a table of numbers alone, and of one with texts, a date and weights. */
const LARGE = [
  { table: '', kind: 'plain', what: '', reach: '<= 6x, < 600 MB' },
  { table: 'wide', kind: 'plain', what: ', texts in the table', reach: '< 600 MB' },
  { table: 'wide', kind: 'weights', what: ', texts in the table, weights', reach: '< 600 MB' },
  { table: 'wide', kind: 'slices', what: ', texts in the table, 9 slices', reach: '< 1 GB' },
] as const;

async function measureLarge(directory: string, rows: string): Promise<readonly Row[]> {
  const measured: Row[] = [];
  for (const table of ['', 'wide']) {
    const folder = join(directory, `large-${table}`);
    await runOrThrow(process.execPath, [join(FOLDER, 'make-predictions.ts'), folder, rows, table]);
    for (const work of LARGE) {
      if (work.table === table) measured.push(await measureWork(folder, rows, work));
    }
    await rm(folder, { recursive: true });
  }
  return measured;
}

/** Predictions of two models next to DuckDB's scan of the same columns, which runs before. */
async function measureWork(folder: string, rows: string, { kind, what, reach }: (typeof LARGE)[number]): Promise<Row> {
  const pairs: { judged: Judged; sums: number; moments: number }[] = [];
  for (let round = 0; round < RUNS; round++) {
    const scan = await lastLine<{ sums: number; moments: number }>(process.execPath, [join(FOLDER, 'scan.ts'), folder]);
    const judged = await lastLine<Judged>(process.execPath, [join(FOLDER, 'judge.ts'), folder, kind]);
    pairs.push({ judged, ...scan });
  }
  const { judged, sums, moments } = middle(pairs, (pair) => pair.judged.ms / pair.moments);
  const ours = judged.ms / 1000;
  return [
    `${Number(rows).toLocaleString('en')} rows of predictions, two models, 12 metrics${what} (${judged.maxMegabytes} MB)`,
    withCpu(judged),
    `DuckDB, sum and stddev: ${seconds(moments)}; sum alone: ${seconds(sums)}`,
    `${times(ours / moments)}; ${times(ours / sums)}`,
    reach,
  ];
}
