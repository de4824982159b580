import { ShellCommandRunner } from '../../core/adapters/commands/shell-command-runner.ts';
import { PlainFileFolder } from '../../core/adapters/dvc/plain-file-folder.ts';
import { fileStamp } from '../../core/adapters/files/file-stamp.ts';
import { replaceByArtifact } from '../../core/adapters/files/replace-by-artifact.ts';
import { askGit, type GitPlace } from '../../core/adapters/git/ask-git.ts';
import { GitIgnoreFiles } from '../../core/adapters/git/git-ignore-files.ts';
import { GitSourceTree } from '../../core/adapters/git/git-source-tree.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import { isWithin, pathFrom } from '../../core/domain/data/repository-path.ts';
import { parseOverride } from '../../core/domain/train/parameters.ts';
import { stageAddress } from '../../core/domain/train/stage-address.ts';
import { UserError } from '../../core/errors.ts';
import type { TrainPorts, TrainRequest } from '../../core/usecases/train/train-model.ts';
import { WorkspaceRunSource } from '../../core/usecases/train/workspace-run-source.ts';
import type { ActionContext } from '../action-context.ts';
import { requireDvc } from '../find-dvc.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { judgedPaths } from '../made-files.ts';
import { type OpenData, openData } from '../open-data.ts';
import { openStore } from '../open-store.ts';
import { chooseWork } from '../training-work.ts';
import { beliefInRuns } from './belief-in-runs.ts';
import type { HandOverPorts } from './hand-over.ts';
import type { inputs } from './inputs.ts';
import type { Predicting } from './predict.ts';

/** Model to train, its dependencies, and the commands' step summary. */
export interface AssembledTraining {
  readonly request: TrainRequest;
  readonly ports: TrainPorts & HandOverPorts;
  /** Markdown, one a command that wrote any; filled while they run. */
  readonly commandSummaries: readonly string[];
  readonly predicting: Omit<Predicting, 'artifact'>;
}

/** Model to train, from config and inputs, with all dependencies. */
export async function assembleTraining(
  context: ActionContext,
  loaded: LoadedModel | undefined,
  values: InputValues<typeof inputs>,
): Promise<AssembledTraining> {
  const model = loaded?.model;
  const work = workOf(loaded, values);
  const data = await openData(context, { verifyCache: false });
  if (work.kind === 'stages') requireDvc(data);
  const request: TrainRequest = {
    artifact: model?.artifact ?? soleOutput(data, values.stages ?? []),
    work,
    params: model?.train?.params,
    overrides: (values.set ?? []).map(parseOverride),
    folder: data.folder,
    results: model === undefined ? [] : judgedPaths(model).results,
    force: values.force === true,
  };
  const commandSummaries: string[] = [];
  const commands = new ShellCommandRunner({
    root: data.root,
    directory: context.workingDirectory,
    env: context.env,
    isRunner: context.isRunner,
    write: (chunk) => process.stdout.write(chunk),
    note: (line) => context.log.info(line),
    summary: (markdown) => commandSummaries.push(markdown),
  });
  return {
    request,
    ports: { ...(await assemblePorts(context, data, { loaded, token: values['github-token'] })), commands },
    commandSummaries,
    predicting: { commands, root: data.root, token: values['github-token'] },
  };
}

function workOf(
  loaded: LoadedModel | undefined,
  { stages, command }: InputValues<typeof inputs>,
): TrainRequest['work'] {
  if (loaded !== undefined) return chooseWork(loaded, { stages, command });
  if (stages !== undefined && command === undefined) return { kind: 'stages', names: stages };
  const what = command === undefined ? 'no stages or command are set' : 'the input command needs a model';
  throw new UserError('CONFIG_NOT_FOUND', `${what}, and there is no tidegate.yaml`, {
    fix: 'Set the input stages, or add tidegate.yaml with artifact and train.',
  });
}

/** The one output of stages that is neither a metric nor in Git, relative to the working directory. */
function soleOutput({ project, folder }: OpenData, names: readonly string[]): string | undefined {
  const addresses = names.map((name) => stageAddress(folder, name));
  const stages = project.stages.filter(({ address }) => addresses.includes(address));
  const outs = stages.flatMap((stage) => stage.outs).filter(({ isCached, isMetric }) => isCached && !isMetric);
  const [first] = outs;
  return first === undefined || outs.length > 1 ? undefined : pathFrom(folder, first.path);
}

/** Files that Git would not commit and that no pointer of DVC names. */
async function untrackedFiles(
  place: GitPlace,
  paths: readonly string[],
  readProject: OpenData['readProject'],
): Promise<readonly string[]> {
  const listed = await askGit(place, ['ls-files', '-z', '--others', '--', ...paths]);
  const files = listed?.stdout.split('\0').filter((file) => file !== '' && !/(?:^|\/)__pycache__\//.test(file)) ?? [];
  const { outputs } = await readProject();
  return files.filter((file) => !outputs.some(({ path, isCached }) => isCached && isWithin(file, path)));
}

async function assemblePorts(
  context: ActionContext,
  { root, folder, readProject, cache, workspace }: OpenData,
  { loaded, token }: { readonly loaded: LoadedModel | undefined; readonly token: string | undefined },
): Promise<Omit<TrainPorts & HandOverPorts, 'commands'>> {
  const { env, workingDirectory, log } = context;
  const store = loaded?.model.register?.store;
  const opened = store === undefined ? undefined : await openStore(store, { env, baseFolder: workingDirectory, token });
  const ignores = new GitIgnoreFiles(root, env);
  const looking = {
    root,
    cache,
    workspace,
    files: new PlainFileFolder(root),
    hasher: new OnnxArtifactHasher(),
    sources: new GitSourceTree(root, env),
  };
  return {
    ...looking,
    folder,
    readProject,
    source: new WorkspaceRunSource(looking),
    ignore: (path: string) => ignores.ignore(path),
    untracked: (paths) => untrackedFiles({ directory: root, env }, paths, readProject),
    restore:
      opened === undefined || loaded === undefined
        ? undefined
        : {
            store: opened.objects,
            artifacts: opened.artifacts,
            replace: replaceByArtifact,
            hasher: looking.hasher,
            ...beliefInRuns(context, loaded, token),
          },
    stampOf: fileStamp,
    nowMs: () => performance.now(),
    note: (line) => log.info(line),
    group: (title, work) => log.group(title, work),
  };
}
