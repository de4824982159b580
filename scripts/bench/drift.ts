import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { compareColumns } from '../../core/domain/drift/compare-columns.ts';
import { DRIFT_EFFECTS } from '../../core/domain/drift/drift-effect-registry.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn } from '../../core/domain/drift/profile-column.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';
import { lastLine, middle, seconds, times } from '../bench-runs.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import { ensurePythonEnvironment } from '../python-environment.ts';
import { runOrThrow } from '../run-command.ts';

const FOLDER = join(PROJECT_ROOT, 'scripts', 'bench', 'drift');
/** Chosen: the middle of three, so that one busy moment does not count. */
const RUNS = 3;

interface Checked {
  readonly seconds: number;
  readonly checkSeconds: number;
  readonly megabytes: number;
  readonly pValues: Readonly<Record<string, number>>;
}

interface Peer {
  readonly seconds: number;
  readonly withoutImports: number;
  readonly pValues: Readonly<Record<string, number>>;
}

/**
 * Two months of 3 million rows and 5 columns as Parquet, compared by Kolmogorov-Smirnov and chi-square, next to Evidently on
 * the same files in the same run; and 500 columns, profile against profile. `--rows` changes the number of rows.
 */
export async function run(args: readonly string[] = []): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rows: { type: 'string', default: '3000000' } } });
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-bench-drift-'));
  try {
    const { python } = await ensurePythonEnvironment('drift-peers');
    await runOrThrow(python, [join(FOLDER, 'make_data.py'), folder, values.rows]);
    const ours: Checked[] = [];
    const theirs: Peer[] = [];
    for (let round = 0; round < RUNS; round++) {
      ours.push(await lastLine<Checked>(process.execPath, [join(FOLDER, 'check.ts'), folder]));
      theirs.push(await lastLine<Peer>(python, ['-W', 'ignore', join(FOLDER, 'peer.py'), folder]));
    }
    const [our, their] = [middle(ours, (run) => run.seconds), middle(theirs, (run) => run.seconds)];
    const names = ['work', 'ours', 'Evidently', 'ratio', 'reach'];
    console.log(markdownTable([names, ...flights(values.rows, our, their), profiles()].map((row) => [...row])));
    console.log(
      `p-values, ours: ${JSON.stringify(our.pValues)}\np-values, Evidently: ${JSON.stringify(their.pValues)}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function flights(rows: string, our: Checked, their: Peer): readonly (readonly string[])[] {
  const work = `${Number(rows).toLocaleString('en')} x 5 Parquet, month against month`;
  return [
    [
      `${work}, both read, process start to report (${Math.round(our.megabytes)} MB)`,
      seconds(our.seconds),
      seconds(their.seconds),
      times(their.seconds / our.seconds),
      '>= 20x',
    ],
    [
      `${work}, with the registered profile of the reference; Evidently without its imports`,
      seconds(our.checkSeconds),
      seconds(their.withoutImports),
      times(their.withoutImports / our.checkSeconds),
      'stated',
    ],
  ];
}

/** Profiles of 500 columns against each other. */
function profiles(): readonly string[] {
  const random = seededRandom(1);
  const columns = (count: number): readonly ColumnProfile[] =>
    Array.from({ length: count }, (_, at) => {
      const values = Float64Array.from({ length: 20_000 }, () => random.normal());
      return profileColumn(`x${at}`, { kind: 'numeric', values }, { kind: 'numeric', resolution: FULL_RESOLUTION });
    });
  const [reference, current] = [columns(500), columns(500)];
  const pairs = reference.map((column, at) => ({ reference: column, past: [], current: current[at] }));
  const floors = Object.fromEntries(
    Object.entries(DRIFT_EFFECTS).map(([name, { defaultFloor }]) => [name, defaultFloor]),
  );
  const start = performance.now();
  compareColumns(pairs, {
    falseAlarmRate: 0.05,
    tests: { numeric: 'ks', categorical: 'chi-square' },
    measures: { numeric: 'ks', categorical: 'psi' },
    floors: floors as Parameters<typeof compareColumns>[1]['floors'],
    limits: 'none',
  });
  return [
    'profile against profile, 500 columns',
    `${Math.round(performance.now() - start)} ms`,
    'stated',
    '',
    '< 300 ms',
  ];
}
