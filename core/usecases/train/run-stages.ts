import type { DataProject } from '../../domain/data/data-project.ts';
import type { PlainMap, PlainValue } from '../../domain/data/plain-value.ts';
import { stageLockValue } from '../../domain/train/lock-text.ts';
import type { Stage } from '../../domain/train/pipeline.ts';
import { stageNameFrom } from '../../domain/train/stage-address.ts';
import { changedOutputs, commandLines, inputChange } from '../../domain/train/stage-change.ts';
import { type LockedPath, lockFileOf, parseStageLock, type StageLock } from '../../domain/train/stage-lock.ts';
import type { StageOutput } from '../../domain/train/stage-outputs.ts';
import { UserError } from '../../errors.ts';
import type { DataWorkspace } from '../../ports/data/data-workspace.ts';
import type { CommandRunner } from '../../ports/train/command-runner.ts';
import { commitPath, recordPath } from '../data/record-data.ts';
import { type RestoreOutputPorts, restoreOutput } from '../data/restore-output.ts';
import { runCommand } from './run-command.ts';
import { readStageState, type StatePorts } from './stage-state.ts';

/** Dependencies of running stages. */
export interface StagePorts extends StatePorts {
  readonly workspace: StatePorts['workspace'] & RestoreOutputPorts['workspace'] & Pick<DataWorkspace, 'remove'>;
  readonly commands: CommandRunner;
  /** Makes Git ignore a path, by a line in the `.gitignore` next to it, unless it does already or there is no Git. */
  readonly ignore: (path: string) => Promise<void>;
  /** Absolute: what all paths are relative to, and DVC_ROOT. */
  readonly root: string;
  /** Milliseconds from any start; only differences count. */
  readonly nowMs: () => number;
  readonly note: (line: string) => void;
  /** Folds what `work` shows under a title. */
  readonly group: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/** Result of a stage. */
export interface StageRun {
  readonly name: string;
  readonly ran: boolean;
  /** null when it did not run. */
  readonly seconds: number | null;
}

/**
 * Brings stages up to date in the given order, as `dvc repro` does: one whose command, dependencies and parameters are
 * those of dvc.lock does not run (absent outputs come from the cache), any other does. A frozen stage never runs: what is
 * there of it is recorded. dvc.lock is written after each.
 *
 * @param request Its stages are in an order in which they can run, its folder is the one in which they are named.
 * @throws {UserError} COMMAND_FAILED, or DATA_NOT_FOUND for a dependency or output that is not there.
 */
export async function runStages(
  project: DataProject,
  request: { readonly stages: readonly Stage[]; readonly force: boolean; readonly folder: string },
  ports: StagePorts,
): Promise<readonly StageRun[]> {
  const locks = new Map(project.locks);
  const runs: StageRun[] = [];
  for (const stage of request.stages) {
    const locked = locks.get(lockFileOf(stage)) ?? new Map<string, PlainValue>();
    const name = stageNameFrom(request.folder, stage.address);
    const reason = await reasonToRun(stage, locked, request.force, ports);
    if (reason === undefined) {
      ports.note(`Stage ${name} is up to date`);
      runs.push({ name, ran: false, seconds: null });
      continue;
    }
    if (stage.isFrozen) {
      locks.set(lockFileOf(stage), await writeStageLock(stage, locked, ports));
      ports.note(`Stage ${name} is frozen: dvc.lock has its outputs as they are now`);
      runs.push({ name, ran: false, seconds: null });
      continue;
    }
    const startedAt = ports.nowMs();
    await ports.group(`Stage ${name}: ${reason}`, () => runStage(stage, name, ports));
    const seconds = (ports.nowMs() - startedAt) / 1000;
    locks.set(lockFileOf(stage), await writeStageLock(stage, locked, ports));
    ports.note(`Stage ${name} ran in ${seconds.toFixed(1)} s`);
    runs.push({ name, ran: true, seconds });
  }
  return runs;
}

async function reasonToRun(
  stage: Stage,
  locked: PlainMap,
  force: boolean,
  ports: StagePorts,
): Promise<string | undefined> {
  if (force) return 'force is set';
  const lock = parseStageLock(locked, stage.name, lockFileOf(stage));
  const state = await readStageState(stage.isFrozen ? { ...stage, deps: [], params: [] } : stage, ports);
  const change = inputChange(stage, lock, state);
  if (change !== undefined || lock === undefined) return change;
  for (const written of changedOutputs(stage, lock, state)) {
    const out = stage.outs.find((candidate) => candidate.written === written);
    const record = lock.outs.find((candidate) => candidate.path === written);
    const isRestored =
      !stage.isFrozen &&
      out?.isCached === true &&
      record !== undefined &&
      (await restoreOutput(out.path, record, ports));
    if (!isRestored) return `its output ${written} changed or is missing`;
  }
  return undefined;
}

async function runStage(stage: Stage, name: string, ports: StagePorts): Promise<void> {
  for (const dep of stage.deps) {
    if (!(await ports.workspace.exists(dep.path))) throw absent(stage, dep.path, 'needs');
  }
  if (stage.folder !== '' && !(await ports.workspace.exists(stage.folder))) {
    throw new UserError('DATA_NOT_FOUND', `stage ${stage.address} runs in ${stage.folder}, which does not exist`, {
      fix: 'Add the folder to the repository, or correct wdir of the stage.',
      place: { file: stage.file },
    });
  }
  for (const out of stage.outs) if (!out.isPersisted) await ports.workspace.remove(out.path);
  const variables = { DVC_ROOT: ports.root, DVC_STAGE: name };
  for (const line of commandLines(stage.command)) {
    await runCommand({ line, shell: 'user', folder: stage.folder, variables }, stage.file, ports.commands);
  }
}

async function writeStageLock(stage: Stage, locked: PlainMap, ports: StagePorts): Promise<PlainMap> {
  const state = await readStageState({ ...stage, outs: [] }, ports);
  const deps = stage.deps.map(({ written, path }) => state.deps.get(written) ?? fail(absent(stage, path, 'needs')));
  const outs: LockedPath[] = [];
  for (const out of stage.outs) outs.push(await commitOutput(stage, out, ports));
  const lock: StageLock = { command: stage.command, deps, params: state.params, outs };
  const stages = new Map([...locked, [stage.name, stageLockValue(lock)]]);
  await ports.files.writeLock(lockFileOf(stage), stages);
  return stages;
}

async function commitOutput(stage: Stage, out: StageOutput, ports: StagePorts): Promise<LockedPath> {
  const record = await (out.isCached ? commitPath(out.path, ports) : recordPath(out.path, ports));
  if (record === undefined) throw absent(stage, out.path, 'did not make');
  if (out.isCached) await ports.ignore(out.path);
  return { path: out.written, ...record };
}

function absent(stage: Stage, path: string, verb: 'needs' | 'did not make'): UserError {
  const fix = verb === 'needs' ? 'Pull it first (the action data-pull), or create it.' : 'Correct its cmd or its outs.';
  return new UserError('DATA_NOT_FOUND', `stage ${stage.address} ${verb} ${path}, which does not exist`, {
    fix,
    place: { file: stage.file },
  });
}

function fail(error: UserError): never {
  throw error;
}
