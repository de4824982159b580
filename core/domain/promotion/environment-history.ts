import { namesSame } from '../manifest/match-version.ts';
import type { RunningValue } from '../manifest/running-value.ts';

/** Target values of an environment on the default branch, for as long as their files were unchanged. */
export interface EnvironmentState {
  /** The commit of the default branch that brought it. */
  readonly sha: string;
  /** When the default branch got there; epoch milliseconds. */
  readonly arrivedAtMs: number;
  /** When the next state came; undefined for the present one. */
  readonly endedAtMs: number | undefined;
  /** By target, in the order of the configuration; undefined where the file was missing or could not be read. */
  readonly values: readonly (RunningValue | undefined)[];
}

/** History of an environment, newest first; never empty. */
export interface EnvironmentHistory {
  readonly states: readonly EnvironmentState[];
  /** There is nothing before the last one; false where the log is cut. */
  readonly isWhole: boolean;
}

/** Values of an environment's targets, as `EnvironmentState` has them. */
export type TargetValues = EnvironmentState['values'];

/**
 * The first of the states in a row, up to the present one, for which something holds.
 *
 * @returns Undefined where it does not hold now. With a log that is cut it may be younger than the truth, never older.
 */
export function firstInRow(
  { states }: EnvironmentHistory,
  holds: (values: TargetValues) => boolean,
): EnvironmentState | undefined {
  const end = states.findIndex(({ values }) => !holds(values));
  return (end < 0 ? states : states.slice(0, end)).at(-1);
}

/** The newest state in which the targets said exactly these values, all of them; undefined where none did. */
export function stateWith({ states }: EnvironmentHistory, values: TargetValues): EnvironmentState | undefined {
  return states.find((state) => areSameValues(state.values, values));
}

/** True if two states of the same targets say the same everywhere; what could not be read is never the same. */
export function areSameValues(left: TargetValues, right: TargetValues): boolean {
  return (
    left.length === right.length &&
    left.every((value, index) => {
      const other = right[index];
      return value !== undefined && other !== undefined && namesSame(value, other);
    })
  );
}
