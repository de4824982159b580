import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ShellCommandRunner } from '../../core/adapters/commands/shell-command-runner.ts';
import { isThere } from '../../core/adapters/files/absent.ts';
import { openCommitFolder } from '../../core/adapters/git/commit-folder.ts';
import { parseConfig } from '../../core/config/parse-config.ts';
import type { ModelConfig } from '../../core/config/tidegate-config.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import type { Scoring } from '../../core/domain/train/predict-command.ts';
import { type PythonEnvironment, pythonEnvironmentOf } from '../../core/domain/train/python-environment.ts';
import { UserError } from '../../core/errors.ts';
import type { CommitCode, OwnPackages } from '../../core/usecases/train/predict-contenders.ts';
import type { ActionContext } from '../action-context.ts';
import type { LoadedModel } from '../load-model.ts';
import { reportFolder } from '../report-files.ts';

/** Commit of a champion, and how a model's entry says that it is scored. */
export interface ChampionCode {
  readonly commit: string;
  readonly scoringOf: (loaded: Pick<LoadedModel, 'name' | 'model'>) => Promise<Scoring | undefined>;
}

/** The code of a champion's commit in a folder of its own, with the configuration that it had there. */
export async function openChampionCode(
  context: ActionContext,
  { name, model }: LoadedModel,
  { commit, scoringOf }: ChampionCode,
): Promise<CommitCode> {
  const { env, workingDirectory, log, isRunner } = context;
  const into = join(reportFolder(env, name), 'champion-code');
  const { top, folder, close } = await openCommitFolder({ directory: workingDirectory, env }, commit, into);
  try {
    const directory = join(top, folder);
    const files = isThere(directory) ? await readdir(directory) : [];
    const environment = pythonEnvironmentOf(files);
    return {
      commands: new ShellCommandRunner({
        root: top,
        directory,
        env: movedTo(top, context),
        isRunner,
        write: (chunk) => process.stdout.write(chunk),
        note: (line) => log.info(line),
        summary: () => {},
      }),
      folder,
      scoring: await ownScoring(directory, { name, model }, scoringOf),
      python: environment?.python ?? 'python',
      own: environment === undefined ? undefined : await ownPackages(environment, { directory, workingDirectory, env }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Undefined where its tidegate.yaml does not have the model, or is of another time: the present one then says it. */
async function ownScoring(
  directory: string,
  present: Pick<LoadedModel, 'name' | 'model'>,
  scoringOf: ChampionCode['scoringOf'],
): Promise<Scoring | undefined> {
  const file = join(directory, CONFIG_FILE);
  if (!isThere(file)) return undefined;
  try {
    const model = parseConfig(await readFile(file, 'utf8')).config.models[present.name];
    if (model === undefined) return undefined;
    expectSameOutcome(model, present.model);
    return await scoringOf({ name: present.name, model });
  } catch (error) {
    if (error instanceof UserError && error.code === OTHER_OUTCOME) throw error;
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const OTHER_OUTCOME = 'CONFIG_MODIFIED';

/** Its command writes scores of the label and the classes that it had then. */
function expectSameOutcome(then: ModelConfig, now: ModelConfig): void {
  const of = (model: ModelConfig) =>
    JSON.stringify(model.task === 'custom' ? [model.task] : [model.task, model.data.label, model.evaluate.classes]);
  if (of(then) === of(now)) return;
  throw new UserError(OTHER_OUTCOME, 'task, label or classes in its tidegate.yaml are not those of today', {
    fix: 'Register a version with the new ones first: name champion: none, or let the rule warn.',
  });
}

/** The environment with the code of the commit in place of that of the check-out, where a variable leads to it. */
function movedTo(top: string, { env, workingDirectory }: ActionContext): ActionContext['env'] {
  const workspace = env.GITHUB_WORKSPACE ?? workingDirectory;
  const path = env.PYTHONPATH;
  return path === undefined ? env : { ...env, PYTHONPATH: path.replaceAll(workspace, top) };
}

interface Folders {
  readonly directory: string;
  readonly workingDirectory: string;
  readonly env: ActionContext['env'];
}

async function ownPackages(
  { lockFile, install, programs }: PythonEnvironment,
  { directory, workingDirectory, env }: Folders,
): Promise<OwnPackages | undefined> {
  const here = join(workingDirectory, lockFile);
  const isSame =
    isThere(here) && (await readFile(here, 'utf8')) === (await readFile(join(directory, lockFile), 'utf8'));
  return isSame ? undefined : { install, path: [join(directory, programs), env.PATH ?? ''].join(delimiter) };
}
