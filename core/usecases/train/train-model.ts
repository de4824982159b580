import type { DataProject } from '../../domain/data/data-project.ts';
import { inFolder, pathFrom } from '../../domain/data/repository-path.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import { flattenMetrics, flattenParameters, type ParameterOverride } from '../../domain/train/parameters.ts';
import { DEFAULT_PARAMS } from '../../domain/train/pipeline.ts';
import { formatRunInputs, type RunInput } from '../../domain/train/run-inputs.ts';
import { stageNameFrom } from '../../domain/train/stage-address.ts';
import { upstreamStages } from '../../domain/train/stage-order.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { RunReport } from '../../reports/run-report.ts';
import { collectRunInputs, type InputPorts, type RunInputs } from './collect-run-inputs.ts';
import { readEnvironment } from './read-environment.ts';
import { type RestorePorts, restoreRun } from './restore-run.ts';
import { missingResult, type ResultPorts, refuseStale, stampResults } from './result-files.ts';
import { runCommand } from './run-command.ts';
import { runStages, type StagePorts, type StageRun } from './run-stages.ts';
import type { TrainingWork } from './training-work.ts';

/** Model to train, and the options. */
export interface TrainRequest {
  /** Path of the artifact, relative to the folder; undefined where no one says what the stages make. */
  readonly artifact: string | undefined;
  readonly work:
    | { readonly kind: 'stages'; readonly names: readonly string[] }
    | Omit<Extract<TrainingWork, { kind: 'command' }>, 'params'>;
  /** The parameters file; undefined for params.yaml where there is one. */
  readonly params: string | undefined;
  readonly overrides: readonly ParameterOverride[];
  /** The folder that holds tidegate.yaml, relative to the root; `''` is the root. Names and paths start from it. */
  readonly folder: string;
  /** Files that the judge reads besides the artifact, relative to the folder or with patterns. Default: none. */
  readonly results?: readonly string[];
  /** Run everything, whatever is up to date or stored. */
  readonly force: boolean;
}

/** Dependencies of training. */
export interface TrainPorts extends StagePorts, InputPorts, ResultPorts {
  readonly workspace: StagePorts['workspace'] & InputPorts['workspace'] & ResultPorts['workspace'];
  /** Reads all of DVC's files of the workspace as they are now; throws {UserError} at the file that is wrong. */
  readonly readProject: () => Promise<DataProject>;
  /** Files below these paths that neither Git nor DVC has, but for the artifact. */
  readonly untracked?: (paths: readonly string[]) => Promise<readonly string[]>;
  /** Undefined: there is no store to look for an earlier run. */
  readonly restore: RestorePorts | undefined;
}

/** The fields of a run report that training decides. */
export type RunFacts = Pick<
  RunReport,
  'inputsDigest' | 'stages' | 'command' | 'params' | 'metrics' | 'inputs' | 'environment'
>;

/** Result of training. */
export interface TrainResult {
  /** False: everything was up to date or restored. */
  readonly ran: boolean;
  /** The artifact is of an earlier run: dvc.lock does not speak of it. */
  readonly isRestored: boolean;
  readonly facts: RunFacts;
  /** Undefined where the request names none. */
  readonly artifact: RunReport['artifact'] | undefined;
}

/**
 * Makes the model's artifact: restored from an earlier run of the same inputs, or by the stages that are out of date,
 * or by the command.
 *
 * @throws {UserError} COMMAND_FAILED, DATA_NOT_FOUND (an input, the artifact, or a file of results that the command did not
 *   write), and what reading dvc.yaml throws.
 */
export async function trainModel(request: TrainRequest, ports: TrainPorts): Promise<TrainResult> {
  for (const override of request.overrides) {
    const file = override.file ?? request.params ?? DEFAULT_PARAMS;
    await ports.files.set(inFolder(request.folder, file), [override]);
  }
  const project = await ports.readProject();
  const { folder } = request;
  const work: TrainingWork =
    request.work.kind === 'command'
      ? { ...request.work, params: request.params }
      : { kind: 'stages', stages: upstreamStages(project, request.work.names, folder) };
  const inputs = await collectRunInputs({ project, work, folder }, ports);
  const inputsDigest = ports.hasher.hashText(formatRunInputs(inputs.identity));
  const earlier = request.force ? undefined : await findEarlier(request, inputsDigest, ports);
  const stages = earlier === undefined ? await runWork(project, work, request, ports) : restoredStages(work, folder);
  const artifact = await hashArtifact(request, ports);
  const lockfiles = inputs.lockfiles.map((file) => seenFrom(folder, file));
  const environment = earlier?.environment ?? (await readEnvironment(lockfiles, ports.commands));
  return {
    ran: stages.some((stage) => stage.ran),
    isRestored: earlier !== undefined,
    facts: {
      inputsDigest,
      stages: stages.map((stage) => ({ ...stage })),
      command: work.kind === 'command' ? work.line : null,
      params: reportParameters(inputs, folder),
      metrics: earlier?.metrics ?? (await readMetrics(work, folder, ports)),
      inputs: inputs.inputs.map((input) => ({ ...seenFrom(folder, input) })),
      environment,
    },
    artifact,
  };
}

/** With the path that the folder's own files use. */
function seenFrom(folder: string, input: RunInput): RunInput {
  return { ...input, path: pathFrom(folder, input.path) };
}

/** The digest of inputs is of what a commit names: it says nothing of other files in a folder of `train.deps`. */
async function untrackedInput({ work, folder }: TrainRequest, ports: TrainPorts): Promise<string | undefined> {
  if (work.kind !== 'command' || work.deps === undefined) return undefined;
  const [first] = (await ports.untracked?.(work.deps.map((path) => inFolder(folder, path)))) ?? [];
  return first;
}

async function findEarlier(request: TrainRequest, inputsDigest: string, ports: TrainPorts) {
  if (ports.restore === undefined || request.artifact === undefined) return undefined;
  const missing = await missingResult(request, ports);
  if (missing !== undefined) {
    ports.note(`Training: the judge reads ${missing}, which only a training writes`);
    return undefined;
  }
  const unknown = await untrackedInput(request, ports);
  if (unknown !== undefined) {
    ports.note(
      `Training: train.deps has ${unknown}, which neither Git nor DVC tracks, so that no earlier run is the same`,
    );
    return undefined;
  }
  try {
    const location = `${ports.root}/${inFolder(request.folder, request.artifact)}`;
    const { run, refused } = await restoreRun({ inputsDigest, location }, ports.restore);
    if (run !== undefined) {
      ports.note(`Restored ${request.artifact} (${run.artifact.digest}) from ${ports.restore.store.uri}`);
    } else if (refused > 0) {
      ports.note(
        `The store has ${refused} runs with these inputs, but no trusted version was made from them: training`,
      );
    }
    return run;
  } catch (error) {
    // A job without credentials for the store (a fork's pull request) can still train.
    if (!(error instanceof ServiceError)) throw error;
    ports.note(`Cannot search for an earlier run: ${error.message}`);
    return undefined;
  }
}

async function runWork(
  project: DataProject,
  work: TrainingWork,
  request: TrainRequest,
  ports: TrainPorts,
): Promise<readonly StageRun[]> {
  if (work.kind === 'stages') return runStages(project, { ...request, stages: work.stages }, ports);
  const startedAt = ports.nowMs();
  const command = { line: work.line, folder: request.folder, variables: {} };
  const before = await stampResults(request, ports);
  await ports.group(work.line, () => runCommand(command, CONFIG_FILE, ports.commands));
  await refuseStale(before, request, ports);
  return [{ name: 'command', ran: true, seconds: (ports.nowMs() - startedAt) / 1000 }];
}

function restoredStages(work: TrainingWork, folder: string): readonly StageRun[] {
  const names = work.kind === 'stages' ? work.stages.map((stage) => stageNameFrom(folder, stage.address)) : ['command'];
  return names.map((name) => ({ name, ran: false, seconds: null }));
}

async function hashArtifact(
  { artifact, folder }: TrainRequest,
  ports: TrainPorts,
): Promise<RunReport['artifact'] | undefined> {
  if (artifact === undefined) return undefined;
  const path = inFolder(folder, artifact);
  if (await ports.workspace.exists(path)) {
    const { digest, sizeBytes } = await ports.hasher.hash(`${ports.root}/${path}`);
    return { path: artifact, digest, sizeBytes };
  }
  throw new UserError('DATA_NOT_FOUND', `training ended, but the artifact ${artifact} does not exist`, {
    fix: 'Correct artifact in tidegate.yaml, or write this file in the training code.',
    place: { file: CONFIG_FILE },
  });
}

function reportParameters({ params }: RunInputs, folder: string): RunFacts['params'] {
  const entries = [...params].flatMap(([path, keys]) => {
    const file = pathFrom(folder, path);
    return Object.entries(flattenParameters(keys, file === DEFAULT_PARAMS ? '' : `${file}:`));
  });
  return Object.fromEntries(entries);
}

async function readMetrics(work: TrainingWork, folder: string, ports: TrainPorts): Promise<RunFacts['metrics']> {
  const declared = work.kind === 'stages' ? work.stages.flatMap((stage) => stage.outs) : [];
  const files =
    work.kind === 'stages'
      ? declared.filter((out) => out.isMetric).map((out) => out.path)
      : [inFolder(folder, 'metrics.json')];
  const metrics: Record<string, number | null> = {};
  for (const file of files) {
    for (const [key, value] of Object.entries(flattenMetrics((await ports.files.read(file)) ?? null))) {
      metrics[key in metrics ? `${pathFrom(folder, file)}:${key}` : key] = value;
    }
  }
  return metrics;
}
