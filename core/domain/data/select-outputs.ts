import { UserError } from '../../errors.ts';
import { CONFIG_FILE } from '../policy/config-file.ts';
import { globMatcher } from '../text/glob-matcher.ts';
import { nearest } from '../text/nearest.ts';
import type { Stage } from '../train/pipeline.ts';
import { leafDependencies } from '../train/run-inputs.ts';
import { isOfGroup, stageAddress, stageNameFrom } from '../train/stage-address.ts';
import { lockFileOf } from '../train/stage-lock.ts';
import { upstreamStages } from '../train/stage-order.ts';
import type { DataProject } from './data-project.ts';
import { isWithin, joinRepositoryPath, pathFrom } from './repository-path.ts';
import { FOLDER_SUFFIX, type TrackedOutput } from './tracked-output.ts';

/** Characters that make a part of a path a pattern. */
const WILD = /[*?[{]/;

/** An output and the parts of it that are wanted: `''` for all of it, or paths of its members or sub-folders. */
export interface WantedOutput {
  readonly output: TrackedOutput;
  readonly parts: readonly string[];
}

/** Inputs of a model: the stages that train it, or nothing where a command does, and its datasets. */
export interface ModelReads {
  /** Names of `train.stages`. */
  readonly stages: readonly string[];
  /** Paths or globs of datasets; those that are not a path of the repository (s3://) are passed over. */
  readonly datasets: readonly string[];
  /** The folder that names and paths start from, relative to the root; default: the root. */
  readonly folder?: string;
}

/**
 * The outputs that given targets name: a path (of an output, a part of one, or a folder above some), a `.dvc` file,
 * a stage, a dvc.yaml, or a pattern of such names.
 *
 * @param folder The folder in which they are named, relative to the root; `''` is the root.
 * @throws {UserError} INPUT_INVALID for a target that names nothing.
 */
export function selectTargets(project: DataProject, targets: readonly string[], folder = ''): readonly WantedOutput[] {
  return merge(
    targets.flatMap((target) => {
      const found = targetOutputs(project, target, folder);
      if (found.length > 0) return found;
      const near = nearest(target, [
        ...project.outputs.map(({ path }) => pathFrom(folder, path)),
        ...project.stages.map(({ address }) => stageNameFrom(folder, address)),
      ]);
      throw new UserError('INPUT_INVALID', `target "${target}" is neither data that DVC tracks nor a stage`, {
        fix:
          near === undefined
            ? "Name a path of 'dvc list . --dvc-only --recursive', a .dvc file, or a stage of 'dvc stage list'."
            : `Did you mean "${near}"?`,
      });
    }),
  );
}

/**
 * Files that a training run and an evaluation read, without what stages that will run make themselves: the dependencies of
 * the stages (and of those before them) and the datasets. A repository without the stages or paths gives less.
 */
export function selectModelReads(project: DataProject, reads: ModelReads): readonly WantedOutput[] {
  const stages = upstreamStages(project, reads.stages, reads.folder);
  const paths = leafDependencies(stages);
  const wanted = [...paths.flatMap((path) => pathOutputs(project, path)), ...datasetOutputs(project, reads)];
  return merge(withoutMade(wanted, stages));
}

/** Files that only an evaluation reads: the datasets, without outputs of training stages. */
export function selectJudgedReads(project: DataProject, reads: ModelReads): readonly WantedOutput[] {
  return merge(withoutMade(datasetOutputs(project, reads), upstreamStages(project, reads.stages, reads.folder)));
}

/** Everything that DVC keeps. */
export function selectAll(project: DataProject): readonly WantedOutput[] {
  return project.outputs.filter((output) => output.isCached).map((output) => ({ output, parts: [''] }));
}

function targetOutputs(project: DataProject, target: string, folder: string): readonly WantedOutput[] {
  if (/[*?[]/.test(target)) {
    const matches = globMatcher(target);
    const found = project.outputs.filter(({ isCached, path, declaredIn, stage }) => {
      const names = [pathFrom(folder, path), pathFrom(folder, declaredIn)];
      if (stage !== undefined) names.push(stageNameFrom(folder, stage));
      return isCached && names.some(matches);
    });
    // Otherwise the name may hold these characters itself.
    if (found.length > 0) return found.map((output) => ({ output, parts: [''] }));
  }
  const address = stageAddress(folder, target);
  const isOf = (stage: string | undefined) => stage !== undefined && address !== undefined && isOfGroup(stage, address);
  const byStage = project.outputs.filter(({ stage, isCached }) => isCached && isOf(stage));
  if (byStage.length > 0) return byStage.map((output) => ({ output, parts: [''] }));
  return pathOutputs(project, joinRepositoryPath(folder, target, 'targets'));
}

/** The outputs at, in or above a path of the repository, or those that a file of DVC's at this path declares. */
function pathOutputs(project: DataProject, path: string): readonly WantedOutput[] {
  const file = path === 'dvc.yaml' || path.endsWith('/dvc.yaml') ? lockFileOf({ file: path }) : path;
  return project.outputs.flatMap((output): WantedOutput[] => {
    if (!output.isCached) return [];
    if (output.declaredIn === file || isWithin(output.path, path)) return [{ output, parts: [''] }];
    return isWithin(path, output.path) ? [{ output, parts: [path.slice(output.path.length + 1)] }] : [];
  });
}

function withoutMade(wanted: readonly WantedOutput[], stages: readonly Stage[]): readonly WantedOutput[] {
  const made = new Set(stages.filter(({ isFrozen }) => !isFrozen).map((stage) => stage.address));
  return wanted.filter(({ output }) => output.isCached && !(output.stage !== undefined && made.has(output.stage)));
}

function datasetOutputs(project: DataProject, { datasets, folder: start = '' }: ModelReads): readonly WantedOutput[] {
  return datasets.filter(isLocalPath).flatMap((dataset) => {
    const path = joinRepositoryPath(start, dataset, CONFIG_FILE);
    const wild = path.split('/').findIndex((part) => WILD.test(part));
    if (wild < 0) return pathOutputs(project, path);
    const folder = path.split('/').slice(0, wild).join('/');
    const matches = globMatcher(path);
    const below = folder === '' ? selectAll(project) : pathOutputs(project, folder);
    return below.filter(({ output }) =>
      output.md5?.endsWith(FOLDER_SUFFIX) === true
        ? isWithin(folder, output.path) || mayMatchBelow(path, output.path)
        : matches(output.path),
    );
  });
}

/** True if a pattern may match a file in a folder. */
function mayMatchBelow(pattern: string, folder: string): boolean {
  const wanted = pattern.split('/');
  for (const [depth, name] of folder.split('/').entries()) {
    const part = wanted[depth];
    if (part === '**') return true;
    if (part === undefined || depth === wanted.length - 1 || !globMatcher(part)(name)) return false;
  }
  return true;
}

function merge(wanted: readonly WantedOutput[]): readonly WantedOutput[] {
  const parts = new Map<TrackedOutput, Set<string>>();
  for (const { output, parts: some } of wanted) {
    parts.set(output, new Set([...(parts.get(output) ?? []), ...some]));
  }
  return [...parts].map(([output, set]) => ({ output, parts: set.has('') ? [''] : [...set] }));
}

function isLocalPath(path: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//.test(path) && !path.startsWith('/');
}
