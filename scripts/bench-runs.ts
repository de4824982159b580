import { runOrThrow } from './run-command.ts';

/** A time for the table of a benchmark. */
export const seconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} s`;
/** A ratio for the same. */
export const times = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)}x`;

/** The JSON that a program prints as its last line. */
export async function lastLine<T>(program: string, args: readonly string[]): Promise<T> {
  const output = await runOrThrow(program, [...args]);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}');
}

/** The run in the middle, so that one busy moment does not count. */
export function middle<T>(runs: readonly T[], by: (run: T) => number): T {
  const found = [...runs].sort((a, b) => by(a) - by(b))[Math.floor(runs.length / 2)];
  if (found === undefined) throw new Error('no run');
  return found;
}
