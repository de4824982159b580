import { dvcError } from '../../domain/data/dvc-problem.ts';
import { isPlainMap, type PlainMap } from '../../domain/data/plain-value.ts';
import { inFolder } from '../../domain/data/repository-path.ts';
import { selectParameters } from '../../domain/train/parameters.ts';
import { DEFAULT_PARAMS, type Stage, type StageParams } from '../../domain/train/pipeline.ts';
import type { StageState } from '../../domain/train/stage-change.ts';
import type { StagePath } from '../../domain/train/stage-entries.ts';
import type { LockedPath } from '../../domain/train/stage-lock.ts';
import { UserError } from '../../errors.ts';
import type { PlainFiles } from '../../ports/data/plain-files.ts';
import { type RecordPorts, recordPath } from '../data/record-data.ts';

/** Dependencies of reading a stage's state. */
export interface StatePorts extends RecordPorts {
  readonly files: PlainFiles;
}

/**
 * Hashes all that a stage reads and makes, as it is now.
 *
 * @throws {UserError} DVC_INVALID for a parameter that is not in its file: no later change of it would be noticed;
 *   DATA_NOT_FOUND where the file is absent.
 */
export async function readStageState(stage: Stage, ports: StatePorts): Promise<StageState> {
  const params = new Map<string, PlainMap>();
  for (const one of stage.params) {
    const value = await ports.files.read(one.path);
    if (value === undefined) throw withoutFile(stage, one.written);
    params.set(one.written, selectParameters(value, one));
  }
  for (const { written, keys = [] } of stage.params) {
    const missing = keys.filter((key) => params.get(written)?.has(key) !== true);
    if (missing.length > 0) throw withoutParameters(stage, written, missing);
  }
  return { deps: await readPaths(stage.deps, ports), params, outs: await readPaths(stage.outs, ports) };
}

function withoutFile({ address, file }: Stage, written: string): UserError {
  return new UserError('DATA_NOT_FOUND', `stage ${address} takes parameters of ${written}, which does not exist`, {
    fix: 'Add the file, or correct params of the stage.',
    place: { file },
  });
}

function withoutParameters({ address, file }: Stage, written: string, missing: readonly string[]): UserError {
  return dvcError('DVC_INVALID', file, {
    message: `stage ${address} takes ${missing.join(', ')} of ${written}, where ${missing.length === 1 ? 'it is' : 'they are'} missing`,
    fix: `Add ${missing[0]} to ${written}, or correct params of the stage.`,
  });
}

/** The parameters that stages depend on, by the path of their file, then by dotted key. */
export async function readParameters(
  stages: readonly Stage[],
  files: Pick<PlainFiles, 'read'>,
): Promise<ReadonlyMap<string, PlainMap>> {
  const found = new Map<string, PlainMap>();
  for (const one of stages.flatMap((stage) => stage.params)) {
    const selected = await readSelected(one, files);
    found.set(one.path, new Map([...(found.get(one.path) ?? []), ...selected]));
  }
  return found;
}

async function readSelected(params: StageParams, files: Pick<PlainFiles, 'read'>): Promise<PlainMap> {
  return selectParameters((await files.read(params.path)) ?? null, params);
}

/**
 * The parameters of a command: a whole file, by default params.yaml; none where it is not there.
 *
 * @param folder Where the command runs, relative to the root.
 */
export async function commandParameters(
  file: string | undefined,
  folder: string,
  files: Pick<PlainFiles, 'read'>,
): Promise<ReadonlyMap<string, PlainMap>> {
  const name = inFolder(folder, file ?? DEFAULT_PARAMS);
  const value = await files.read(name);
  return isPlainMap(value) ? new Map([[name, value]]) : new Map();
}

async function readPaths(paths: readonly StagePath[], ports: RecordPorts) {
  const found = new Map<string, LockedPath | undefined>();
  for (const { written, path } of paths) {
    const record = await recordPath(path, ports);
    found.set(written, record === undefined ? undefined : { path: written, ...record });
  }
  return found;
}
