import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAbsent } from '../../core/adapters/files/absent.ts';
import type { DataProject } from '../../core/domain/data/data-project.ts';
import { inFolder } from '../../core/domain/data/repository-path.ts';
import { CONFIG_FILE } from '../../core/domain/policy/config-file.ts';
import { RELEASE_EVENTS } from '../../core/domain/registry/release-run.ts';
import type { Stage } from '../../core/domain/train/pipeline.ts';
import { recordStage } from '../../core/domain/train/recorded-stage.ts';
import { lockFileOf } from '../../core/domain/train/stage-lock.ts';
import { upstreamStages } from '../../core/domain/train/stage-order.ts';
import { UserError } from '../../core/errors.ts';
import type { DataCache } from '../../core/ports/data/data-cache.ts';
import { type RecordedStages, recordedStagesSchema } from '../../core/reports/recorded-stages.ts';
import type { ActionContext } from '../action-context.ts';
import type { LoadedModel } from '../load-model.ts';
import { lockInRepository, packObjects } from '../recorded-objects.ts';

/** The project of DVC whose stages are recorded. */
export interface RecordingPorts {
  /** Absolute: the root of DVC's project. */
  readonly root: string;
  /** The working directory, relative to the root. */
  readonly folder: string;
  readonly readProject: () => Promise<DataProject>;
  readonly cache: DataCache;
}

/** Entries of dvc.lock, and the objects that they name. */
export interface Recording {
  readonly recorded: RecordedStages;
  readonly objects: readonly string[];
  /** That of the artifact. */
  readonly artifact: string;
}

/**
 * Refuses a model whose training cannot be recorded, before it is trained.
 *
 * @throws {UserError} CONFIG_INVALID where the artifact is not an output of the stages that DVC keeps.
 */
export async function expectRecordable({ name, model, placeOf }: LoadedModel, ports: RecordingPorts): Promise<void> {
  if (model.train?.record !== true || model.train.stages === undefined) return;
  const stages = upstreamStages(await ports.readProject(), model.train.stages, ports.folder);
  if (artifactOutput(stages, model.artifact, ports.folder) !== undefined) return;
  throw new UserError(
    'CONFIG_INVALID',
    `train.record needs the artifact ${model.artifact} to be an output of its stages that DVC keeps and pushes`,
    {
      fix: 'Name it in outs of a stage, without cache: false and push: false; or set artifact to the output; or remove train.record.',
      place: placeOf(['models', name, 'train', 'record']) ?? { file: CONFIG_FILE },
    },
  );
}

/**
 * The entries of dvc.lock that a release training made, for the version that is registered of it.
 *
 * @param isOfCommit False where inputs of the action changed what ran, and where the artifact was restored: dvc.lock does not
 *   speak of it.
 * @returns Undefined where nothing is recorded: in pull requests, where no version is registered.
 */
export async function recordTraining(
  context: Pick<ActionContext, 'env' | 'log'>,
  { model }: LoadedModel,
  { isOfCommit, ...ports }: RecordingPorts & { readonly isOfCommit: boolean },
): Promise<Recording | undefined> {
  if (model.train?.record !== true || model.train.stages === undefined || !isOfCommit) return undefined;
  if (!RELEASE_EVENTS.includes(context.env.GITHUB_EVENT_NAME ?? '')) return undefined;
  const project = await ports.readProject();
  const stages = upstreamStages(project, model.train.stages, ports.folder);
  const recorded: RecordedStages[number][] = [];
  for (const stage of stages) {
    const file = lockFileOf(stage);
    const { entry } = recordStage(file, stage.name, project.locks.get(file) ?? new Map());
    const files = await gitOutputs(stage, ports.root);
    recorded.push({
      ...{ file: lockInRepository(context, ports.root, file), stage: stage.name, entry },
      ...(files.length > 0 && { files }),
    });
  }
  const fitting = withinLimits(recorded);
  if (fitting === undefined) {
    context.log.warning({
      message: `dvc.lock does not come back: the entries of its ${stages.length} stages are larger than a version carries`,
      fix: 'Name fewer parameters and outputs in these stages, or remove train.record.',
    });
    return undefined;
  }
  const addresses = new Set(stages.map(({ address }) => address));
  const outputs = project.outputs.filter((out) => out.stage !== undefined && addresses.has(out.stage));
  const pushed = outputs.filter(({ isCached, isPushed }) => isCached && isPushed);
  const artifact = pushed.find(({ path }) => path === inFolder(ports.folder, model.artifact))?.md5;
  if (artifact === undefined) throw new RangeError(`dvc.lock has no MD5 of ${model.artifact}`);
  return { recorded: fitting, objects: pushed.flatMap(({ md5 }) => md5 ?? []), artifact };
}

/** Adds the objects to what is handed over; to be called when the model is packed. */
export async function packRecording(
  context: Pick<ActionContext, 'env'>,
  model: string,
  { objects, artifact, cache }: Pick<Recording, 'objects' | 'artifact'> & { readonly cache: DataCache },
): Promise<void> {
  await packObjects(context, model, { names: objects, artifact, cache });
}

/** Without the files where these are too much; undefined where the entries are. */
function withinLimits(recorded: RecordedStages): RecordedStages | undefined {
  const entries = recorded.map(({ file, stage, entry }) => ({ file, stage, entry }));
  return [recorded, entries].find((one) => recordedStagesSchema.safeParse(one).success);
}

/** Chosen: metrics and parameters have a few hundred bytes; what is larger than that does not come back by itself. */
const MAX_FILE_BYTES = 16_384;

/** Small texts that DVC does not keep: Git has them. */
async function gitOutputs({ outs }: Stage, root: string) {
  const files: { path: string; text: string }[] = [];
  for (const { written, path, isCached } of outs) {
    if (isCached) continue;
    const location = join(root, path);
    const found = await stat(location).catch(unlessAbsent);
    if (found?.isFile() !== true || found.size > MAX_FILE_BYTES) continue;
    const bytes = await readFile(location);
    if (isUtf8(bytes)) files.push({ path: written, text: bytes.toString('utf8') });
  }
  return files;
}

function artifactOutput(stages: readonly Stage[], artifact: string, folder: string) {
  const path = inFolder(folder, artifact);
  return stages.flatMap(({ outs }) => outs).find((out) => out.path === path && out.isCached && out.isPushed);
}
