import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { confirm } from './ask.ts';
import { type DatasetFacts, type KnownColumns, readDatasetFacts } from './dataset-facts.ts';
import type { InitContext } from './init-context.ts';
import type { InitOptions } from './init-options.ts';
import { type RepositoryFacts, TABLE_FILE } from './repository-facts.ts';
import { canMakeTable, tableByTraining } from './table-by-training.ts';

/** A share that people hold out, where the code does not say it. */
const USUAL_TEST_SHARE = 0.25;

/** Facts of the test set; where there is none yet, of the table that training reads, as if its test part were it. */
export async function readTable(
  repository: string,
  { repository: facts }: { readonly repository: RepositoryFacts },
  options: InitOptions,
): Promise<DatasetFacts | undefined> {
  const { code, testSets } = facts;
  const known = knownColumns(facts, options);
  const testSet = options.test ?? testSets[0];
  const isThere = (path: string) => existsSync(join(repository, path)) || /[*?]/.test(path);
  if (testSet !== undefined && isThere(testSet)) return readDatasetFacts(join(repository, testSet), known);
  if (options.test !== undefined) {
    const fix = facts.dvc.isUsed
      ? `Download it with 'dvc pull ${options.test}', or name another with --test.`
      : 'Check the path, or name another with --test.';
    throw new UserError('DATA_NOT_FOUND', `${options.test} is not in the work tree, so its label cannot be read`, {
      fix,
    });
  }
  const tables = [...code.reads, ...facts.dvc.stages.flatMap(({ deps }) => deps), ...facts.tables].filter(
    (path) => isThere(path) && TABLE_FILE.test(path),
  );
  const source = tables.find((path) => facts.git.files.includes(path)) ?? tables[0];
  const read = source === undefined ? undefined : await readDatasetFacts(join(repository, source), known);
  if (read === undefined) return undefined;
  const share = code.splits[0]?.testShare ?? USUAL_TEST_SHARE;
  const part = (rows: number) => Math.round(rows * share);
  return {
    ...read,
    rows: part(read.rows),
    classes: read.classes.map(({ value, rows }) => ({ value, rows: part(rows) })),
  };
}

function knownColumns({ code }: RepositoryFacts, options: InitOptions): KnownColumns {
  return {
    label: options.label,
    labels: code.labels,
    times: code.times,
    task: options.task,
    taskOfCode: code.task,
    features: code.features,
  };
}

/** Facts of data that are in no table here: by one run of training, if a person says yes. */
export async function makeTable(
  repository: string,
  facts: RepositoryFacts,
  options: InitOptions,
  { env, print }: InitContext,
): Promise<DatasetFacts | undefined> {
  if (options.test !== undefined || !canMakeTable(facts)) return undefined;
  const question = `The code loads its data from no table here. Run '${facts.program?.command}' in a copy, to see them?`;
  if (!(options.yes || (await confirm(question, false)))) return undefined;
  print(`Training a copy of the repository, to see its data …`);
  const table = await tableByTraining({ repository, facts, known: knownColumns(facts, options), env });
  if (table === undefined) print('Training failed, so its data are not known.');
  return table;
}
