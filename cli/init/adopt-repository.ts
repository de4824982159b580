import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseConfig } from '../../core/config/parse-config.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { unifiedDiff } from '../../core/domain/text/unified-diff.ts';
import { UserError } from '../../core/errors.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { type Adoption, decideAdoption } from './adoption.ts';
import { confirm } from './ask.ts';
import { describeFound, describeJudged, describeNext } from './describe-adoption.ts';
import { describePower } from './describe-power.ts';
import { renderWorkflows, type WorkflowValues, type WrittenFile } from './fill-workflows.ts';
import type { InitContext } from './init-context.ts';
import { type InitOptions, USAGE } from './init-options.ts';
import { judgeHere } from './judge-here.ts';
import { type ExistingModel, extendedConfig, modelsIn, newConfig } from './propose-config.ts';
import { proposeStore } from './propose-store.ts';
import { makeTable, readTable } from './read-table.ts';
import { type RepositoryFacts, readRepositoryFacts } from './repository-facts.ts';
import { refuseLinks, writeRepositoryFile } from './repository-files.ts';
import { findSharedWorkflows, type SharedWorkflows } from './shared-workflows.ts';

/** Chosen: a test set of this size is committed with the code. */
const MOST_COMMITTED_BYTES = 1_000_000;

/** Writes what a repository needs. @returns The exit code: 1 where something is asked for, and nothing was written. */
export async function adopt(options: InitOptions, { env, print }: InitContext): Promise<number> {
  const { repository, folder } = placeOf(options, env);
  await refuseLinks(repository, [CONFIG_FILE, '.gitignore']);
  const before = await readText(join(repository, CONFIG_FILE));
  const existing = before === undefined ? [] : modelsIn(before);
  const facts = await factsOf(repository, folder, options.force ? [] : existing.map(({ artifact }) => artifact));
  const table =
    (await readTable(repository, facts, options)) ??
    (await makeTable(repository, facts.repository, options, { env, print }));
  const github = facts.repository.git.github;
  const model = options.model ?? facts.repository.name;
  const stores = existing.flatMap((one) => (one.name === model || one.store === undefined ? [] : [one.store]));
  const store =
    options.store ??
    existing.find(({ name }) => name === model)?.store ??
    proposeStore({
      model,
      remoteUrl: facts.repository.dvc.remoteUrl,
      github,
      existing: stores,
    });
  const isThere = (path: string) => existsSync(join(repository, path));
  const decision = decideAdoption({
    repository: facts.repository,
    table,
    folder: facts.folder,
    options,
    store,
    otherPredicts: existing.filter(({ name }) => name !== model).map(({ predict }) => predict),
    isThere,
  });
  if (decision.kind === 'questions') {
    print(
      `Found in ${repository}:\n${describeFound(facts.repository, undefined)}\n\nThese values were not found; please set them:`,
    );
    for (const question of decision.questions) print(`  ${question}`);
    return 1;
  }
  const { adoption } = decision;
  const place = existing.findIndex(({ name }) => name === adoption.model);
  if (place >= 0 && !options.force) {
    throw new UserError(
      'INPUT_INVALID',
      `${CONFIG_FILE} has the model ${adoption.model} already, so no file was written`,
      {
        fix: 'Use --model for another name, or --force to write this model again.',
      },
    );
  }
  const others = existing.filter(({ name }) => name !== adoption.model);
  const writing = {
    repository,
    // A file without another model is written again.
    before: others.length === 0 ? undefined : before,
    facts: facts.repository,
    adoption,
    others,
    isAdditional: others.length > 0 && place !== 0,
  };
  return write(writing, options, { env, print });
}

function placeOf(
  { path }: InitOptions,
  env: NodeJS.ProcessEnv,
): { readonly repository: string; readonly folder: string } {
  const given = resolve(env.INIT_CWD ?? process.cwd(), path ?? '.');
  const root = existsSync(given) ? topLevel(given) : undefined;
  if (root === undefined) throw new UserError('INPUT_INVALID', `${given} is not a Git repository`, { fix: USAGE });
  if (path === undefined && root === resolve(PROJECT_ROOT)) {
    throw new UserError('INPUT_INVALID', 'no repository is named, and this one is Tidegate itself', { fix: USAGE });
  }
  return { repository: root, folder: relative(root, given).replaceAll('\\', '/') };
}

function topLevel(folder: string): string | undefined {
  try {
    const text = execFileSync('git', ['-C', folder, 'rev-parse', '--show-prefix'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return resolve(
      folder,
      ...text
        .split('/')
        .filter((part) => part !== '')
        .map(() => '..'),
    );
  } catch {
    return undefined;
  }
}

/** Facts of the folder that was named; else of the first one with a model that is not in tidegate.yaml yet. */
async function factsOf(
  repository: string,
  folder: string,
  adopted: readonly string[],
): Promise<{ readonly repository: RepositoryFacts; readonly folder: string }> {
  const facts = await readRepositoryFacts(repository, folder);
  const next = facts.modelFolders.find((one) => !adopted.some((artifact) => artifact.startsWith(`${one}/`)));
  if (folder !== '' || next === undefined) return { repository: facts, folder };
  return { repository: await readRepositoryFacts(repository, next), folder: next };
}

interface Writing {
  readonly repository: string;
  /** tidegate.yaml as it is; undefined: there is none, or it is replaced. */
  readonly before: string | undefined;
  readonly facts: RepositoryFacts;
  readonly adoption: Adoption;
  /** The other models of tidegate.yaml. */
  readonly others: readonly ExistingModel[];
  readonly isAdditional: boolean;
}

async function write(writing: Writing, options: InitOptions, { env, print }: InitContext): Promise<number> {
  const { repository, facts, adoption } = writing;
  print(`Found in ${repository}:\n${describeFound(facts, adoption)}\n`);
  const shared = await sharedWorkflows(writing);
  const planned = await plannedFiles(writing, { options, shared });
  await refuseLinks(repository, [...planned.map(({ path }) => path), ...adoption.patches.map(({ file }) => file)]);
  refuseExisting(repository, { planned, shared, isForced: options.force });
  await showChanges(repository, planned, adoption, print);
  for (const note of [...adoption.notes, ...shared.notes]) print(`- ${note}`);
  if (options.dryRun) {
    print('\nNothing was written (--dry-run).');
    return 0;
  }
  const patched = adoption.patches.length === 0 || options.yes || (await confirm('Change the code as shown?', false));
  for (const { path, text } of planned) await writeRepositoryFile(repository, { path, text });
  if (patched)
    for (const { file, after } of adoption.patches) await writeRepositoryFile(repository, { path: file, text: after });
  print(
    `\nWrote ${[...planned.map(({ path }) => path), ...(patched ? adoption.patches.map(({ file }) => file) : [])].join(', ')}.`,
  );
  if (!patched)
    print(
      'The code was not changed. Change it as shown, or run this again with --yes: without that the first pull request fails.',
    );
  const code = patched && options.judge ? await judge(writing, options, { env, print }) : 0;
  print(`\n${describePower(adoption.testSet, adoption.facts)}`);
  print(`\n${describeNext(facts, adoption, { watch: options.current !== undefined })}`);
  return code;
}

/** The workflows that all models share, where there is a model already. */
async function sharedWorkflows({ repository, facts, adoption, others }: Writing): Promise<SharedWorkflows> {
  const of = { branch: facts.git.defaultBranch, others, model: adoption.model, environment: facts.environment };
  return findSharedWorkflows((path) => readText(join(repository, path)), of);
}

async function plannedFiles(
  { repository, before, facts, adoption, others, isAdditional }: Writing,
  { options, shared }: { readonly options: InitOptions; readonly shared: SharedWorkflows },
): Promise<readonly WrittenFile[]> {
  const update = facts.dvc.isUsed ? options.update : undefined;
  const watch = options.current !== undefined;
  const config = { current: options.current, update, isAdditional };
  const text = before === undefined ? newConfig(adoption, config) : extendedConfig(before, adoption, config);
  parseConfig(text);
  const stores = [adoption.store, ...others.flatMap(({ store }) => store ?? [])];
  const workflow: WorkflowValues = {
    model: adoption.model,
    branch: facts.git.defaultBranch,
    update: watch ? update : undefined,
    image: adoption.targets.some(({ image }) => image !== undefined) || others.some(({ hasImage }) => hasImage),
    watch,
    environment: facts.environment,
    models: others.length + 1,
    isAdditional,
    setup: shared.setup,
    store: stores.find((store) => store.startsWith('oci://ghcr.io/')) ?? adoption.store,
  };
  const ignored = await ignoredFile(repository, adoption);
  return [
    { path: CONFIG_FILE, text },
    ...(await renderWorkflows(workflow)),
    ...adoption.files,
    ...(ignored === undefined ? [] : [ignored]),
  ];
}

/** The model is what training writes: it does not belong in Git. */
async function ignoredFile(repository: string, { artifact }: Adoption): Promise<WrittenFile | undefined> {
  try {
    execFileSync('git', ['-C', repository, 'check-ignore', '--quiet', artifact], { stdio: 'ignore' });
    return undefined;
  } catch {
    // 1: it is not ignored.
  }
  const tracked = execFileSync('git', ['-C', repository, 'ls-files', artifact], { encoding: 'utf8' }).trim() !== '';
  if (tracked) return undefined;
  const text = (await readText(join(repository, '.gitignore'))) ?? '';
  const line = `/${artifact}`;
  return { path: '.gitignore', text: `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n` };
}

function refuseExisting(
  repository: string,
  {
    planned,
    shared,
    isForced,
  }: { readonly planned: readonly WrittenFile[]; readonly shared: SharedWorkflows; readonly isForced: boolean },
): void {
  const free = [CONFIG_FILE, '.gitignore', ...shared.asWritten];
  const isOther = ({ path }: WrittenFile) => !free.includes(path);
  const existing = planned.filter((file) => isOther(file) && existsSync(join(repository, file.path)));
  if (existing.length === 0 || isForced) return;
  throw new UserError(
    'INPUT_INVALID',
    `${existing.map(({ path }) => path).join(', ')} already exists, so no file was written`,
    {
      fix: 'Remove it, or use --force to replace it.',
    },
  );
}

async function showChanges(
  repository: string,
  planned: readonly WrittenFile[],
  { patches }: Adoption,
  print: (text: string) => void,
): Promise<void> {
  for (const { path, text } of planned) {
    const before = await readText(join(repository, path));
    if (before === text) continue;
    if (path.startsWith('.github/') && before === undefined)
      print(`new file ${path} (${text.split('\n').length - 1} lines)`);
    else print(unifiedDiff({ file: path, before: before ?? '', after: text }));
  }
  for (const { file, before, after } of patches) print(unifiedDiff({ file, before, after }));
}

async function readText(path: string): Promise<string | undefined> {
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}

/** Judges on this machine where a model and a test set are there, or where training may make them. */
async function judge(
  { repository, facts, adoption }: Writing,
  options: InitOptions,
  { env, print }: InitContext,
): Promise<number> {
  if (!adoption.isComplete) {
    print('\nNothing was judged: the program that scores models is not complete, as said above.');
    return 1;
  }
  const isThere = (path: string) => existsSync(join(repository, path));
  const isReady = isThere(adoption.artifact) && isThere(adoption.testSet) && adoption.patches.length === 0;
  const train =
    !isReady && (options.yes || (await confirm('Train now, to see what the first pull request will show?', false)));
  if (!isReady && !train) {
    print('\nNothing was judged: there is no model yet. With --yes it is trained and judged here first.');
    return 0;
  }
  print(`\n${train ? 'Training and judging' : 'Judging'} a copy of the repository, as the first pull request will …`);
  const judged = await judgeHere({
    repository,
    adoption,
    dvcOuts: [...facts.dvc.outs, ...facts.dvc.stages.flatMap(({ outs }) => outs)],
    train,
    env,
  });
  if (judged.kind === 'not-here') {
    print(
      `Nothing was judged: ${judged.program} is not installed on this machine. The workflows install it. To see what the first pull request will show, install it and run this again with --force.`,
    );
    return 0;
  }
  if (judged.kind === 'failed') {
    print(
      `${judged.step === 'train' ? 'Training' : 'Judging'} failed, and so will the first pull request:\n${lastLines(judged.log)}`,
    );
    return 1;
  }
  print(`${describeJudged(judged.evaluation)} It took ${judged.seconds.toFixed(0)} s.`);
  if (judged.evaluation.verdict !== 'pass') print(judged.summary);
  if (judged.testSet !== undefined && judged.testSet.byteLength <= MOST_COMMITTED_BYTES && !isThere(adoption.testSet)) {
    await writeRepositoryFile(repository, { path: adoption.testSet, text: judged.testSet });
    print(`Wrote ${adoption.testSet}: commit it, so that what models are judged on is what the commit names.`);
  }
  return judged.evaluation.verdict === 'pass' ? 0 : 1;
}

function lastLines(log: string): string {
  return log
    .trimEnd()
    .split('\n')
    .slice(-25)
    .map((line) => `  ${line}`)
    .join('\n');
}
