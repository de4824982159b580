import { PlainFileFolder } from '../../core/adapters/dvc/plain-file-folder.ts';
import { GitIgnoreFiles } from '../../core/adapters/git/git-ignore-files.ts';
import { GitSourceTree } from '../../core/adapters/git/git-source-tree.ts';
import { ArtifactFolderWriter } from '../../core/adapters/node/artifact-folder-writer.ts';
import { ShellCommandRunner } from '../../core/adapters/node/shell-command-runner.ts';
import { OnnxArtifactHasher } from '../../core/adapters/onnx/onnx-artifact-hasher.ts';
import { parseOverride } from '../../core/domain/train/parameters.ts';
import { UserError } from '../../core/errors.ts';
import type { TrainPorts, TrainRequest } from '../../core/usecases/train-model.ts';
import type { ActionContext } from '../action-context.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { openData } from '../open-data.ts';
import { openStore } from '../open-store.ts';
import type { inputs } from './inputs.ts';

/** Files of the repository that decide nothing about a model that a command trains. */
const NOT_SOURCES = ['tidegate.yaml', '.github', 'README.md', 'dvc.lock'];

/** What to train, what that takes, and what the commands write to their step summary. */
export interface AssembledTraining {
  readonly request: TrainRequest;
  readonly ports: TrainPorts;
  /** Markdown, one a command that wrote any; filled while they run. */
  readonly commandSummaries: readonly string[];
}

/** What to train, from config and inputs, and everything that takes. */
export async function assembleTraining(
  context: ActionContext,
  { model }: LoadedModel,
  values: InputValues<typeof inputs>,
): Promise<AssembledTraining> {
  const targets = model.environments.flatMap((environment) => environment.targets.map((target) => target.file));
  const request: TrainRequest = {
    artifact: model.artifact,
    work: chooseWork(model, values, [...NOT_SOURCES, ...targets, model.artifact]),
    params: model.train?.params,
    overrides: (values.set ?? []).map(parseOverride),
    force: values.force === true,
  };
  const commandSummaries: string[] = [];
  const commands = new ShellCommandRunner({
    root: context.workingDirectory,
    env: context.env,
    write: (chunk) => process.stdout.write(chunk),
    note: (line) => context.log.info(line),
    summary: (markdown) => commandSummaries.push(markdown),
  });
  return { request, ports: { ...(await assemblePorts(context, model)), commands }, commandSummaries };
}

function chooseWork(
  model: LoadedModel['model'],
  { stages, command }: Pick<InputValues<typeof inputs>, 'stages' | 'command'>,
  ignored: readonly string[],
): TrainRequest['work'] {
  if (stages !== undefined && command !== undefined) {
    throw new UserError('INPUT_INVALID', 'the inputs stages and command exclude each other', { fix: 'Remove one.' });
  }
  const names = stages ?? (command === undefined ? model.train?.stages : undefined);
  if (names !== undefined) return { kind: 'stages', names };
  const line = command ?? model.train?.command;
  if (line !== undefined) return { kind: 'command', line, ignored };
  throw new UserError('CONFIG_INVALID', 'nothing says how the model is trained', {
    fix: 'Add train with stages or command to tidegate.yaml, or set one of these inputs.',
    place: { file: 'tidegate.yaml' },
  });
}

async function assemblePorts(
  context: ActionContext,
  model: LoadedModel['model'],
): Promise<Omit<TrainPorts, 'commands'>> {
  const { env, workingDirectory: root, log } = context;
  const { reader, cache, workspace } = await openData(context, { verifyCache: false });
  const store = model.register?.store;
  return {
    root,
    reader,
    cache,
    workspace,
    files: new PlainFileFolder(root),
    hasher: new OnnxArtifactHasher(),
    sources: new GitSourceTree(root, env),
    ignores: new GitIgnoreFiles(root, env),
    restore:
      store === undefined
        ? undefined
        : { store: openStore(store, { env, baseFolder: root }), writer: new ArtifactFolderWriter() },
    nowMs: () => performance.now(),
    note: (line) => log.info(line),
    group: (title, work) => log.group(title, work),
  };
}
