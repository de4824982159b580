import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { runProgram } from '../../testkit/run-program.ts';

/** By path the SHA-256 and whether it is a program. */
export type PulledTree = Readonly<Record<string, readonly [sha256: string, isProgram: boolean]>>;

/** A clone in which nothing was pulled, with what `dvc pull` brings. */
export interface DvcCase {
  readonly name: string;
  readonly workspace: string;
  /** The DVC project's folder. */
  readonly subdir: string;
  readonly files: PulledTree;
}

/** Runs data-pull in a clone. @returns How it ended, and what is there that Git does not track. */
export async function pullHere(
  { workspace, subdir }: DvcCase,
  folder: string,
): Promise<{ readonly run: ActionRun; readonly files: PulledTree }> {
  const place = join(folder, workspace);
  const run = await runActionSource('data-pull', {
    workspace: place,
    temp: join(place, '..', 'temp'),
    inputs: { targets: 'all', ...(subdir === '' ? {} : { 'working-directory': subdir }) },
  });
  return { run, files: await broughtTree(place) };
}

/** Files that Git does not track, but for DVC's own. */
async function broughtTree(folder: string): Promise<PulledTree> {
  const args = ['ls-files', '-z', '--others', '--', '.', ':!.dvc', ':!**/.dvc/**'];
  const { stdout } = await runProgram('git', args, { cwd: folder, env: hostEnvironment() });
  const names = stdout.split('\0').filter((name) => name !== '');
  const found: [string, readonly [string, boolean]][] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    found.push([name, [sha256, ((await stat(path)).mode & 0o100) !== 0]]);
  }
  return Object.fromEntries(found);
}
