import { UserError } from '../../errors.ts';
import { globMatcher } from '../text/glob-matcher.ts';
import { nearest } from '../text/nearest.ts';
import { upstreamStages } from '../train/stage-order.ts';
import type { DataProject } from './data-project.ts';
import { isWithin, joinRepositoryPath } from './repository-path.ts';
import type { TrackedOutput } from './tracked-output.ts';

/** An output and the parts of it that are wanted: `''` for all of it, or paths of its members or sub-folders. */
export interface WantedOutput {
  readonly output: TrackedOutput;
  readonly parts: readonly string[];
}

/** What a model reads: the stages that train it, or nothing where a command does, and its datasets. */
export interface ModelReads {
  /** Names of `train.stages`. */
  readonly stages: readonly string[];
  /** Paths of datasets; those that are no path of the repository (s3://, globs) are passed over. */
  readonly datasets: readonly string[];
}

/**
 * The outputs that given targets name: a path (of an output, a part of one, or a folder above some), a `.dvc` file,
 * a stage, or a pattern of such names.
 *
 * @throws {UserError} INPUT_INVALID for a target that names nothing.
 */
export function selectTargets(project: DataProject, targets: readonly string[]): readonly WantedOutput[] {
  return merge(
    targets.flatMap((target) => {
      const found = targetOutputs(project, target);
      if (found.length > 0) return found;
      const near = nearest(target, [
        ...project.outputs.map(({ path }) => path),
        ...project.stages.map((s) => s.address),
      ]);
      throw new UserError('INPUT_INVALID', `target "${target}" is neither data that DVC tracks nor a stage`, {
        fix: near === undefined ? "Name a path, a .dvc file or a stage of 'dvc list'." : `Did you mean "${near}"?`,
      });
    }),
  );
}

/**
 * What a training run and an evaluation read, without what stages that will run make themselves: the dependencies of
 * the stages (and of those before them) and the datasets. A repository without the stages or paths gives less.
 */
export function selectModelReads(project: DataProject, reads: ModelReads): readonly WantedOutput[] {
  const stages = upstreamStages(project, reads.stages);
  const made = new Set(stages.map((stage) => stage.address));
  const paths = [
    ...stages.flatMap((stage) => stage.deps.map((dep) => dep.path)),
    ...reads.datasets.filter(isLocalPath),
  ];
  const wanted = paths.flatMap((path) => targetOutputs(project, path));
  return merge(
    wanted.filter(({ output }) => output.isCached && !(output.stage !== undefined && made.has(output.stage))),
  );
}

/** Everything that DVC keeps. */
export function selectAll(project: DataProject): readonly WantedOutput[] {
  return project.outputs.filter((output) => output.isCached).map((output) => ({ output, parts: [''] }));
}

function targetOutputs(project: DataProject, target: string): readonly WantedOutput[] {
  if (/[*?[]/.test(target)) {
    const matches = globMatcher(target);
    const found = project.outputs.filter(({ isCached, path, declaredIn, stage }) => {
      return isCached && [path, declaredIn, stage].some((name) => name !== undefined && matches(name));
    });
    // Otherwise the name may hold these characters itself.
    if (found.length > 0) return found.map((output) => ({ output, parts: [''] }));
  }
  const byStage = project.outputs.filter((output) => output.stage === target && output.isCached);
  if (byStage.length > 0) return byStage.map((output) => ({ output, parts: [''] }));
  const path = joinRepositoryPath('', target, 'targets');
  return project.outputs.flatMap((output): WantedOutput[] => {
    if (!output.isCached) return [];
    if (output.declaredIn === path || isWithin(output.path, path)) return [{ output, parts: [''] }];
    return isWithin(path, output.path) ? [{ output, parts: [path.slice(output.path.length + 1)] }] : [];
  });
}

function merge(wanted: readonly WantedOutput[]): readonly WantedOutput[] {
  const parts = new Map<TrackedOutput, Set<string>>();
  for (const { output, parts: some } of wanted) {
    parts.set(output, new Set([...(parts.get(output) ?? []), ...some]));
  }
  return [...parts].map(([output, set]) => ({ output, parts: set.has('') ? [''] : [...set] }));
}

function isLocalPath(path: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//.test(path) && !/[*?[]/.test(path) && !path.startsWith('/');
}
