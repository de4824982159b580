import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PROJECT_ROOT } from './project-root.ts';
import { runOrThrow } from './run-command.ts';
import { timedStep } from './timed-step.ts';

/**
 * `demo`: what the demo's team uses and the S3 server; `checks`: what the tests compare with; `dvc2`: the last DVC 2;
 * `bench`: what benchmarks compare with; `frameworks`: what models are made with; `corpus`: what makes the inputs of test/real-files and says what they hold;
 * `engines`: a stand-in for Snowflake; `drift-peers`: Evidently, for the benchmark; `recipes`: what the repositories of test/adoption train with.
 */
export type PythonEnvironmentName =
  | 'demo'
  | 'checks'
  | 'dvc2'
  | 'bench'
  | 'frameworks'
  | 'corpus'
  | 'engines'
  | 'drift-peers'
  | 'recipes';

/** A virtual environment: its folder, and its programs. */
export interface PythonEnvironment {
  readonly directory: string;
  readonly bin: string;
  readonly python: string;
}

/**
 * The virtual environment of a name, made when it is not there: its folder is keyed by the pinned requirements
 * (scripts/python/<name>.txt), so that a changed pin makes a new one and a second call installs nothing.
 *
 * @throws {Error} Where there is no Python 3 with venv, or pip cannot install.
 */
export async function ensurePythonEnvironment(name: PythonEnvironmentName): Promise<PythonEnvironment> {
  const requirements = join(PROJECT_ROOT, 'scripts', 'python', `${name}.txt`);
  const key = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const directory = join(PROJECT_ROOT, '.tools', `python-${name}-${key}`);
  const bin = join(directory, process.platform === 'win32' ? 'Scripts' : 'bin');
  const environment = { directory, bin, python: join(bin, 'python') };
  const stamp = join(directory, '.complete');
  if (await exists(stamp)) return environment;
  await mkdir(join(PROJECT_ROOT, '.tools'), { recursive: true });
  const release = await acquireLock(`${directory}.lock`);
  try {
    if (!(await exists(stamp))) await makeEnvironment(name, { environment, requirements, stamp });
  } finally {
    await release();
  }
  return environment;
}

async function makeEnvironment(
  name: PythonEnvironmentName,
  made: { readonly environment: PythonEnvironment; readonly requirements: string; readonly stamp: string },
): Promise<void> {
  const { environment, requirements, stamp } = made;
  await timedStep(`Making the Python environment "${name}"`, async () => {
    await rm(environment.directory, { recursive: true, force: true });
    await runOrThrow('python3', ['-m', 'venv', environment.directory]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await runOrThrow(environment.python, pip);
    await writeFile(stamp, '');
  });
}

/** Two processes never make one environment at once. The lock of a process that is gone is taken over. */
async function acquireLock(file: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch {
      const owner = Number(await readFile(file, 'utf8').catch(() => ''));
      if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
      await setTimeout(500);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
