import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { patchSplit } from './code-patches.ts';
import { type DatasetFacts, type KnownColumns, readDatasetFacts } from './dataset-facts.ts';
import { copyFiles, teamEnvironment } from './judge-here.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** The label of a table that code makes of features and labels without names. */
const USUAL_LABEL = 'target';

/** Subject of a run of training for its test set. */
export interface TrainingForTable {
  readonly repository: string;
  readonly facts: RepositoryFacts;
  readonly known: KnownColumns;
  readonly env: NodeJS.ProcessEnv;
}

/** True if the data are loaded by code, from no table here, and split in a way that can be written to a file. */
export function canMakeTable({ code, program }: RepositoryFacts): boolean {
  return (
    program?.file !== undefined &&
    code.splits.some((split) => patchSplit(split, { to: 'test.csv', label: USUAL_LABEL }) !== undefined)
  );
}

/**
 * Facts of the test set of code that loads its data from elsewhere: training is run in a copy, with its test part written.
 *
 * @returns Undefined where training fails or writes no test part.
 */
export async function tableByTraining({
  repository,
  facts,
  known,
  env,
}: TrainingForTable): Promise<DatasetFacts | undefined> {
  const label = known.label ?? known.labels?.[0] ?? USUAL_LABEL;
  const patches = facts.code.splits.map((split) => patchSplit(split, { to: 'test.csv', label }));
  const patch = patches.find((one) => one !== undefined);
  if (patch === undefined || facts.program === undefined) return undefined;
  const copy = await mkdtemp(join(tmpdir(), 'tidegate-init-'));
  try {
    await copyFiles(repository, facts.dvc.outs, copy);
    await writeFile(join(copy, patch.file), patch.after);
    for (const { path } of facts.code.models) await mkdir(dirname(join(copy, path)), { recursive: true });
    const code = await run(facts.program.command, copy, teamEnvironment(repository, env));
    if (code !== 0) return undefined;
    return await readDatasetFacts(join(copy, facts.program.folder, 'test.csv'), { ...known, label });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function run(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] })
      .on('error', reject)
      .on('close', (code) => resolve(code ?? 1));
  });
}
