import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapParallel } from '../../core/async/map-parallel.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { runProgram } from '../../testkit/run-program.ts';
import { makeInputs } from './make-inputs.ts';

interface DvcCase {
  readonly name: string;
  /** A clone in which nothing was pulled. */
  readonly workspace: string;
  /** The DVC project's folder. */
  readonly subdir: string;
  /** What `dvc pull` brings: by path the SHA-256 and whether it is a program. */
  readonly files: Readonly<Record<string, readonly [sha256: string, isProgram: boolean]>>;
}

const made = await makeInputs<DvcCase>('dvc_repositories', { environment: 'demo' });
const runs = new Map<string, ActionRun>();

beforeAll(async () => {
  await mapParallel(made.cases, 2, async ({ name, workspace, subdir }) => {
    const run = await runActionSource('data-pull', {
      workspace: join(made.folder, workspace),
      temp: join(made.folder, workspace, '..', 'temp'),
      inputs: { targets: 'all', ...(subdir === '' ? {} : { 'working-directory': subdir }) },
    });
    runs.set(name, run);
  });
});
afterAll(() => made.remove());

/** Files that Git neither tracks nor ignores do not belong there; those it ignores are the data. */
async function broughtFiles(folder: string): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--others', '--', '.', ':!.dvc', ':!*/.dvc/*'];
  const { stdout } = await runProgram('git', args, { cwd: folder, env: hostEnvironment() });
  return stdout.split('\0').filter((file) => file !== '');
}

describe('data-pull brings the files that dvc pull brings', () => {
  it.each(made.cases)('$name', async ({ name, workspace, files }) => {
    const run = runs.get(name);
    expect(run?.exitCode, run?.stdout).toBe(0);
    const folder = join(made.folder, workspace);
    expect([...(await broughtFiles(folder))].sort()).toEqual(Object.keys(files).sort());
    for (const [file, [sha256, isProgram]] of Object.entries(files)) {
      const path = join(folder, file);
      expect(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
        file,
      ).toBe(sha256);
      expect(((await stat(path)).mode & 0o100) !== 0, file).toBe(isProgram);
    }
  });
});
