import { isWithin } from '../../domain/data/repository-path.ts';
import type { TrackedOutput } from '../../domain/data/tracked-output.ts';
import { recordedDifference } from '../../domain/train/recorded-difference.ts';
import { inputChange } from '../../domain/train/stage-change.ts';
import type { LockedPath } from '../../domain/train/stage-lock.ts';
import { UserError } from '../../errors.ts';
import { recordPath } from '../data/record-data.ts';
import { readStageState, type StatePorts } from '../train/stage-state.ts';
import type { RecordedRun } from './recorded-run.ts';

/** Entries that a training recorded, and the artifact that it uploaded. */
export interface RecordedTraining {
  readonly runs: readonly RecordedRun[];
  /** Path of the artifact, relative to the root. */
  readonly artifact: string;
  /** Name that the bytes of the artifact have as an object. */
  readonly artifactName: string;
  /** Of the commit: all that DVC tracks. */
  readonly outputs: readonly TrackedOutput[];
}

/** Dependencies of comparing. */
export interface ConfirmPorts extends StatePorts {
  /** 32 hex digits. */
  readonly md5OfText: (text: string) => string;
}

/**
 * Compares what a training recorded with the commit and with the artifact: the job that trained runs any code.
 *
 * @throws {UserError} INPUTS_MISMATCH where an entry has another command, dependency or parameter than the commit;
 *   ARTIFACT_MISMATCH where no entry has the MD5 of the artifact.
 */
export async function confirmRecorded(training: RecordedTraining, ports: ConfirmPorts): Promise<void> {
  for (const { stage, entry } of training.runs) {
    const change =
      recordedDifference(stage, entry.lock) ??
      changedFile({ stage, entry }, ports) ??
      (await changedInput({ stage, entry }, training, ports));
    if (change === undefined) continue;
    throw new UserError('INPUTS_MISMATCH', `the record of stage ${stage.address} is not of this commit: ${change}`, {
      fix: 'Do not change files that Git or DVC tracks in a step before train.',
    });
  }
  const { artifact, artifactName } = training;
  const made = training.runs.flatMap(({ stage, entry }) =>
    stage.outs.filter(({ path }) => path === artifact).map(({ written }) => ({ written, entry })),
  );
  const names = made.map(({ written, entry }) => entry.lock.outs.find(({ path }) => path === written)?.md5);
  if (names.includes(artifactName)) return;
  throw new UserError(
    'ARTIFACT_MISMATCH',
    `the training recorded ${names[0] ?? 'no MD5'} for ${artifact}, but the artifact that it uploaded is ${artifactName}`,
    { fix: 'Do not change the artifact after its stage has run.' },
  );
}

/** An output for Git that is not the one that its stage made. */
function changedFile({ stage, entry }: RecordedRun, { md5OfText }: ConfirmPorts): string | undefined {
  const wrong = entry.files.find(({ path, text }) => {
    const out = stage.outs.find(({ written }) => written === path);
    const recorded = entry.lock.outs.find((one) => one.path === path)?.md5;
    return out === undefined || out.isCached || recorded !== md5OfText(text);
  });
  return wrong === undefined ? undefined : `its output ${wrong.path} is not the recorded one`;
}

async function changedInput(
  { stage, entry }: RecordedRun,
  training: RecordedTraining,
  ports: StatePorts,
): Promise<string | undefined> {
  const { lock } = entry;
  if (stage.isFrozen || stage.deps.length + stage.params.length + stage.outs.length === 0) return undefined;
  const deps = new Map<string, LockedPath | undefined>();
  for (const { written, path } of stage.deps) {
    const recorded = lock.deps.find((dep) => dep.path === written);
    const md5 = await committedName(path, training, ports);
    deps.set(written, recorded && { ...recorded, md5: md5 ?? recorded.md5 });
  }
  const own = stage.params.filter(({ path }) => madeBy(path, training) === undefined);
  const { params } = await readStageState({ ...stage, deps: [], outs: [], params: own }, ports);
  const state = { deps, params: new Map([...lock.params, ...params]), outs: new Map() };
  return inputChange({ ...stage, isAlwaysChanged: false }, lock, state);
}

/**
 * The object that a commit names at a path: of another recorded stage, of a pointer of DVC, or of files of Git.
 *
 * @returns Undefined where the commit alone does not say: a part of a folder of DVC's, or what nothing tracks.
 */
async function committedName(path: string, training: RecordedTraining, ports: StatePorts): Promise<string | undefined> {
  const made = madeBy(path, training);
  if (made !== undefined) return made.path === path ? made.md5 : undefined;
  const near = training.outputs.filter((one) => isWithin(one.path, path) || isWithin(path, one.path));
  if (near.length === 0) return (await recordPath(path, ports))?.md5;
  return near.find((one) => one.path === path)?.md5;
}

function madeBy(path: string, { runs }: RecordedTraining) {
  const outs = runs.flatMap(({ stage, entry }) =>
    stage.outs.map((out) => ({ path: out.path, md5: entry.lock.outs.find((one) => one.path === out.written)?.md5 })),
  );
  return outs.find((out) => isWithin(out.path, path) || isWithin(path, out.path));
}
