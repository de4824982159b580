import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePythonEnvironment, type PythonEnvironmentName } from '../../scripts/python-environment.ts';
import { runOrThrow } from '../../scripts/run-command.ts';

/** Inputs of a kind, and what a peer says of each. */
export interface MadeInputs<Case> {
  readonly folder: string;
  readonly cases: readonly Case[];
  /** Removes the folder. */
  remove(): Promise<void>;
}

/** How inputs are made. */
export interface MakingOptions {
  readonly environment?: PythonEnvironmentName;
  /** After the folder. */
  readonly args?: readonly string[];
}

/** Runs `<kind>.py`, which writes inputs and `expected.json` into a folder: what the peers make of them, never our code. */
export async function makeInputs<Case>(
  kind: string,
  { environment = 'corpus', args = [] }: MakingOptions = {},
): Promise<MadeInputs<Case>> {
  const { python } = await ensurePythonEnvironment(environment);
  const folder = await mkdtemp(join(tmpdir(), `tidegate-real-${kind}-`));
  const script = join(dirname(fileURLToPath(import.meta.url)), `${kind}.py`);
  await runOrThrow(python, ['-B', script, folder, ...args]);
  const cases: readonly Case[] = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8'));
  return { folder, cases, remove: () => rm(folder, { recursive: true, force: true }) };
}
