import { isPlainList, type PlainMap, PlainTuple, type PlainValue, plainEquals } from '../data/plain-value.ts';
import type { Stage } from './pipeline.ts';
import type { LockedPath, StageLock } from './stage-lock.ts';

/** Current state of a stage's paths and parameters. */
export interface StageState {
  /** By the path that dvc.yaml writes; undefined: not there. */
  readonly deps: ReadonlyMap<string, LockedPath | undefined>;
  readonly params: ReadonlyMap<string, PlainMap>;
  readonly outs: ReadonlyMap<string, LockedPath | undefined>;
}

/**
 * Why a stage has to run: the first reason, or undefined when it is up to date or only its outputs are absent. What a frozen
 * stage reads does not count.
 *
 * @param lock What its last run left; undefined when it never ran.
 */
export function inputChange(stage: Stage, lock: StageLock | undefined, state: StageState): string | undefined {
  if (lock === undefined) return 'it never ran';
  if (stage.isFrozen) return plainEquals(stage.command, lock.command) ? undefined : 'its command changed';
  if (stage.isAlwaysChanged) return 'it is marked always_changed';
  // DVC runs a stage that neither reads nor makes anything each time.
  const isCallback = stage.deps.length === 0 && stage.params.length === 0 && stage.outs.length === 0;
  if (isCallback) return 'it has no dependencies and no outputs';
  if (!plainEquals(stage.command, lock.command)) return 'its command changed';
  const locked = new Map(lock.deps.map((dep) => [dep.path, dep]));
  if (locked.size !== stage.deps.length) return 'its list of dependencies changed';
  for (const { written } of stage.deps) {
    const now = state.deps.get(written);
    if (now === undefined || now.md5 !== locked.get(written)?.md5) return `${written} changed`;
  }
  return paramChange(stage, lock, state.params);
}

/** The outputs that are absent or are not what the lock says, as dvc.yaml writes them. */
export function changedOutputs(stage: Stage, lock: StageLock, state: StageState): readonly string[] {
  const locked = new Map(lock.outs.map((out) => [out.path, out.md5]));
  return stage.outs
    .filter(({ written }) => {
      const now = state.outs.get(written);
      return now === undefined || now.md5 !== locked.get(written);
    })
    .map(({ written }) => written);
}

function paramChange(stage: Stage, lock: StageLock, params: StageState['params']): string | undefined {
  for (const { written } of stage.params) {
    const now = params.get(written) ?? new Map<string, PlainValue>();
    const before = lock.params.get(written) ?? new Map<string, PlainValue>();
    for (const key of new Set([...now.keys(), ...before.keys()])) {
      if (!plainEquals(asList(now.get(key)), before.get(key))) return `parameter ${key} of ${written} changed`;
    }
  }
  return undefined;
}

/** DVC takes a tuple for the list that dvc.lock has of it; one within a value is another value to it each time. */
function asList(value: PlainValue | undefined): PlainValue | undefined {
  return value instanceof PlainTuple ? Array.from(value) : value;
}

/** The lines that a command is run as: a list's entries, or the lines of a text. */
export function commandLines(command: Stage['command']): readonly string[] {
  if (isPlainList(command)) return command;
  return String(command)
    .split(/\r?\n/)
    .filter((line, index, all) => line !== '' || index < all.length - 1);
}
