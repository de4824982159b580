import type { DataProject } from '../domain/data/data-project.ts';
import { isPlainMap, type PlainMap } from '../domain/data/plain-value.ts';
import { isWithin } from '../domain/data/repository-path.ts';
import { formatDigestLines } from '../domain/model/artifact-digest.ts';
import { DEFAULT_PARAMS, type Stage } from '../domain/train/pipeline.ts';
import { LOCKFILES, leafDependencies, type RunInput, type RunInputs } from '../domain/train/run-inputs.ts';
import { UserError } from '../errors.ts';
import type { ArtifactHasher } from '../ports/artifact-hasher.ts';
import type { DataWorkspace } from '../ports/data-workspace.ts';
import type { PlainFiles } from '../ports/plain-files.ts';
import type { SourceTree } from '../ports/source-tree.ts';
import { readParameters } from './stage-state.ts';

/** What makes the model: stages in running order, or a command. */
export type TrainingWork =
  | { readonly kind: 'stages'; readonly stages: readonly Stage[] }
  | {
      readonly kind: 'command';
      readonly line: string;
      /** The parameters file, where tidegate.yaml names one. */
      readonly params: string | undefined;
      /** Files and folders that decide nothing about the model: its own, manifests, workflows. */
      readonly ignored: readonly string[];
    };

/** What collecting needs. */
export interface InputPorts {
  readonly hasher: ArtifactHasher;
  readonly workspace: DataWorkspace;
  readonly files: PlainFiles;
  readonly sources: SourceTree;
  /** Absolute path of the repository. */
  readonly root: string;
}

/**
 * Everything that decides what training makes. Stages say what they read; a command may read anything, so all files of
 * the repository count there.
 *
 * @throws {UserError} DATA_NOT_FOUND for an input of a stage that is not there.
 */
export async function collectRunInputs(
  project: DataProject,
  work: TrainingWork,
  ports: InputPorts,
): Promise<RunInputs> {
  const lockfiles: RunInput[] = [];
  for (const path of LOCKFILES)
    if (await ports.workspace.exists(path)) lockfiles.push(await hashInput(path, project, ports));
  if (work.kind === 'stages') {
    const inputs: RunInput[] = [];
    for (const path of leafDependencies(work.stages)) {
      await requireInput(path, work.stages, ports);
      inputs.push(await hashInput(path, project, ports));
    }
    const params = await readParameters(work.stages, ports.files);
    return { commands: work.stages.map((stage) => stage.command), inputs, params, lockfiles };
  }
  const inputs: RunInput[] = [];
  for (const { path, stage } of project.outputs) {
    if (stage === undefined && (await ports.workspace.exists(path))) inputs.push(await hashInput(path, project, ports));
  }
  const sources = await hashSources(work.ignored, ports);
  const params = await commandParameters(work.params, ports.files);
  return { commands: [work.line], inputs: sources === undefined ? inputs : [...inputs, sources], params, lockfiles };
}

async function commandParameters(file: string | undefined, files: PlainFiles): Promise<ReadonlyMap<string, PlainMap>> {
  const name = file ?? DEFAULT_PARAMS;
  const value = await files.read(name);
  return isPlainMap(value) ? new Map([[name, value]]) : new Map();
}

async function hashInput(path: string, project: DataProject, ports: InputPorts): Promise<RunInput> {
  const { digest } = await ports.hasher.hash(`${ports.root}/${path}`);
  const md5 = project.outputs.find((output) => output.path === path)?.md5;
  return { path, digest, ...(md5 === undefined ? {} : { dvcMd5: md5 }) };
}

async function hashSources(ignored: readonly string[], ports: InputPorts): Promise<RunInput | undefined> {
  const all = await ports.sources.files();
  if (all === undefined) return undefined;
  const files: { path: string; digest: string }[] = [];
  for (const path of all.filter((file) => !ignored.some((folder) => isWithin(file, folder)))) {
    files.push({ path, digest: (await ports.hasher.hash(`${ports.root}/${path}`)).digest });
  }
  return { path: '.', digest: ports.hasher.hashText(formatDigestLines(files)) };
}

async function requireInput(path: string, stages: readonly Stage[], ports: InputPorts): Promise<void> {
  if (await ports.workspace.exists(path)) return;
  const stage = stages.find((one) => one.deps.some((dep) => dep.path === path));
  throw new UserError('DATA_NOT_FOUND', `stage ${stage?.address} needs ${path}, which does not exist`, {
    fix: 'Pull it first (the action data-pull), or correct the deps of the stage.',
    place: { file: stage?.file ?? 'dvc.yaml' },
  });
}
