import type { DataProject } from '../../domain/data/data-project.ts';
import type { PlainMap } from '../../domain/data/plain-value.ts';
import { inFolder } from '../../domain/data/repository-path.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import {
  type InputIdentity,
  leafDependencies,
  type RunIdentity,
  type RunInput,
} from '../../domain/train/run-inputs.ts';
import { UserError } from '../../errors.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import { type IdentifiedWork, identifyRun } from './identify-run.ts';
import type { RunSource } from './run-source.ts';
import { commandParameters, readParameters } from './stage-state.ts';
import type { TrainingWork } from './training-work.ts';

/** Dependencies of collecting. */
export interface InputPorts {
  readonly hasher: ArtifactHasher;
  readonly workspace: Pick<DataWorkspace, 'exists'>;
  /** The workspace. */
  readonly source: RunSource;
  /** Absolute: what all paths are relative to. */
  readonly root: string;
}

/** Inputs of a run of this workspace: by what names it, and by its bytes for people and later comparisons. */
export interface RunInputs {
  readonly identity: RunIdentity;
  readonly inputs: readonly RunInput[];
  /** By path of the file, then by dotted key. */
  readonly params: ReadonlyMap<string, PlainMap>;
  readonly lockfiles: readonly RunInput[];
}

/**
 * Everything that decides what training makes.
 *
 * @throws {UserError} DATA_NOT_FOUND for an input of a stage, or one that train.deps names, that is not there.
 */
export async function collectRunInputs(work: IdentifiedWork, ports: InputPorts): Promise<RunInputs> {
  if (work.work.kind === 'stages') await requireInputs(work.work, ports);
  else await requireDeps(work.work, work.folder, ports);
  const found = await identifyRun(work, ports);
  if (found.kind === 'unknown') throw new Error(`the workspace does not know ${found.path}`);
  const { identity } = found;
  const hashed = async (inputs: readonly InputIdentity[]) => {
    const all = await Promise.all(inputs.map((input) => hashInput(input, work.project, ports)));
    return all.filter((input) => input !== undefined);
  };
  return {
    identity,
    inputs: await hashed(identity.inputs),
    params: await parametersOf(work, ports),
    lockfiles: await hashed(identity.lockfiles),
  };
}

function parametersOf(
  { work, folder }: IdentifiedWork,
  { source }: InputPorts,
): Promise<ReadonlyMap<string, PlainMap>> {
  if (work.kind === 'stages')
    return readParameters(
      work.stages.filter(({ isFrozen }) => !isFrozen),
      source,
    );
  return commandParameters(work.params, folder, source);
}

/** Undefined for data that a command could read and that are not here. */
async function hashInput(
  { path, identity }: InputIdentity,
  { outputs }: Pick<DataProject, 'outputs'>,
  { hasher, workspace, root }: InputPorts,
): Promise<RunInput | undefined> {
  if (identity.startsWith('sha256:')) return { path, digest: identity };
  if (!(await workspace.exists(path))) return undefined;
  const { digest } = await hasher.hash(`${root}/${path}`);
  const md5 = outputs.find((output) => output.path === path)?.md5;
  return { path, digest, ...(md5 === undefined ? {} : { dvcMd5: md5 }) };
}

async function requireDeps(
  { deps = [] }: TrainingWork & { kind: 'command' },
  folder: string,
  { workspace }: InputPorts,
): Promise<void> {
  for (const path of deps) {
    if (await workspace.exists(inFolder(folder, path))) continue;
    throw new UserError('DATA_NOT_FOUND', `train.deps names ${path}, which does not exist`, {
      fix: 'Pull it first (the action data-pull), or correct train.deps in tidegate.yaml.',
      place: { file: CONFIG_FILE },
    });
  }
}

async function requireInputs({ stages }: TrainingWork & { kind: 'stages' }, { workspace }: InputPorts): Promise<void> {
  for (const path of leafDependencies(stages)) {
    if (await workspace.exists(path)) continue;
    const frozen = stages.find((one) => one.isFrozen && one.outs.some((out) => out.path === path));
    const stage = frozen ?? stages.find((one) => one.deps.some((dep) => dep.path === path));
    const what =
      frozen === undefined
        ? `stage ${stage?.address} needs ${path}, which does not exist`
        : `stage ${frozen.address} is frozen, and its output ${path} does not exist`;
    throw new UserError('DATA_NOT_FOUND', what, {
      fix: `Pull it first (the action data-pull), or correct the ${frozen === undefined ? 'deps' : 'outs'} of the stage.`,
      place: { file: stage?.file ?? 'dvc.yaml' },
    });
  }
}
