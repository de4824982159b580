import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig } from '../core/config/parse-config.ts';
import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import { UserError } from '../core/errors.ts';
import { type DatasetFacts, readDatasetFacts } from './init/dataset-facts.ts';
import { describePower } from './init/describe-power.ts';
import { fillWorkflows, workflowFiles } from './init/fill-workflows.ts';
import { type InitOptions, proposeConfig } from './init/propose-config.ts';
import { type RepositoryFacts, readRepositoryFacts } from './init/repository-facts.ts';

const USAGE = `npm run init -- <repository> [--model NAME] [--artifact PATH] [--stage NAME | --command COMMAND]
  [--dataset PATH] [--label COLUMN] [--store URL] [--current GLOB] [--update COMMAND] [--force]`;

const text = { type: 'string' } as const;
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: text,
    artifact: text,
    stage: text,
    command: text,
    dataset: text,
    label: text,
    store: text,
    current: text,
    update: text,
    force: { type: 'boolean', default: false },
  },
});
try {
  await init(positionals[0], options);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  for (const { message, fix } of error.problems) console.error(`${message}. ${fix}`);
  process.exitCode = 1;
}

/** Writes tidegate.yaml and the workflows into a repository; what is there already is left alone. */
async function init(path: string | undefined, given: InitOptions & { readonly force: boolean }): Promise<void> {
  const repository = resolve(process.env.INIT_CWD ?? process.cwd(), path ?? '');
  if (path === undefined || !existsSync(join(repository, '.git'))) {
    throw new UserError('INPUT_INVALID', `${path ?? 'nothing'} is not a Git repository`, { fix: `Usage: ${USAGE}` });
  }
  const facts = await readRepositoryFacts(repository);
  const testSet = given.dataset ?? facts.datasets[0];
  const dataset = await readTestSet(repository, testSet, given.label);
  const proposed = proposeConfig({ repository: facts, dataset, options: given });
  if (proposed.kind === 'questions') {
    console.log(`Found in ${repository}:\n${found(facts, testSet)}\n\nThese values were not found; please set them:`);
    for (const question of proposed.questions) console.log(`  ${question}`);
    process.exitCode = 1;
    return;
  }
  parseConfig(proposed.text);
  const watch = given.current !== undefined;
  const workflow = {
    model: proposed.model,
    branch: facts.defaultBranch,
    update: watch ? given.update : undefined,
    image: proposed.image,
    store: proposed.store,
    watch,
  };
  refuseExisting(repository, [CONFIG_FILE, ...workflowFiles(workflow)], given.force);
  await writeFile(join(repository, CONFIG_FILE), proposed.text);
  const written = [CONFIG_FILE, ...(await fillWorkflows(repository, workflow))];
  console.log(`Wrote ${written.join(', ')}.`);
  if (dataset !== undefined && testSet !== undefined) console.log(`\n${describePower(testSet, dataset)}`);
  console.log(`\n${nextSteps(facts, { watch, store: proposed.store })}`);
}

/** The facts of a test set, or undefined where it is not in the work tree (DVC keeps it) and so cannot be read. */
async function readTestSet(
  repository: string,
  testSet: string | undefined,
  label: string | undefined,
): Promise<DatasetFacts | undefined> {
  if (testSet === undefined) return undefined;
  const path = join(repository, testSet);
  if (!existsSync(path) && !/[*?]/.test(path)) {
    throw new UserError('DATA_NOT_FOUND', `${testSet} is not in the work tree, so its label cannot be read`, {
      fix: `Download it with 'dvc pull ${testSet}', or name another with --dataset.`,
    });
  }
  return readDatasetFacts(path, label);
}

function refuseExisting(repository: string, files: readonly string[], force: boolean): void {
  const existing = files.filter((file) => existsSync(join(repository, file)));
  if (existing.length === 0 || force) return;
  throw new UserError('INPUT_INVALID', `${existing.join(', ')} already exists, so no file was written`, {
    fix: 'Remove it, or use --force to replace it.',
  });
}

function found({ stage, dvcRemoteUrl, targets }: RepositoryFacts, testSet: string | undefined): string {
  const lines = [
    `  model: ${stage === undefined ? 'no stage of dvc.yaml writes one' : `${stage.artifact}, by the stage ${stage.name}`}`,
    `  test set: ${testSet ?? 'no file has the name of a test set'}`,
    `  DVC remote: ${dvcRemoteUrl ?? 'none'}`,
    `  manifests: ${targets.map(({ file }) => file).join(', ') || 'none in a folder with the name of an environment'}`,
  ];
  return lines.join('\n');
}

function nextSteps(
  facts: RepositoryFacts,
  { watch, store }: { readonly watch: boolean; readonly store: string },
): string {
  const { requirements, targets } = facts;
  const steps = [
    'Read tidegate.yaml, above all the rules of the gate, and commit the files on a branch.',
    ...secretsSteps(facts, { watch, store }),
    requirements ? undefined : 'Write requirements.txt, which the workflows install, or change that step.',
    watch ? undefined : 'To check for drift, run this again with --current and the path of the logged inputs.',
    targets.length > 0 ? undefined : 'To deploy, add environments to tidegate.yaml, with the manifests of each.',
    'Require the check "tidegate" in the branch protection of the default branch.',
    'Run npm run doctor -- <owner>/<repository>: it lists what is still missing on GitHub.',
  ];
  return `Next:\n${steps
    .filter((step) => step !== undefined)
    .map((step, index) => `  ${index + 1}. ${step}`)
    .join('\n')}`;
}

/** The keys that jobs need. A store at ghcr.io needs none: the token of the workflow reads and writes there. */
function secretsSteps(
  { dvcRemoteUrl, defaultBranch }: RepositoryFacts,
  { watch, store }: { readonly watch: boolean; readonly store: string },
): readonly string[] {
  const isPackage = store.startsWith('oci://ghcr.io/');
  const reads = !isPackage || dvcRemoteUrl?.startsWith('s3://') === true || watch;
  const writes = isPackage ? '' : ', with the secrets TIDEGATE_WRITE_* (the store)';
  const data = watch ? '; and tidegate-data with TIDEGATE_DATA_* (the data)' : '';
  return [
    `${reads ? 'Add the secrets TIDEGATE_READ_* (read only) to the repository. ' : ''}Create the environment tidegate-release for ${defaultBranch} alone${writes}${data}. docs/guide/first-model.md has the commands.`,
    ...(isPackage
      ? [`Versions go to ${store} with the token of the workflow: the store needs no bucket and no secret.`]
      : []),
  ];
}
