import { createHash } from 'node:crypto';
import { access, glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project-root.ts';
import type { PythonEnvironment } from '../python-environment.ts';
import { runOrThrow } from '../run-command.ts';
import { timedStep } from '../timed-step.ts';

/** US Bureau of Transportation Statistics on-time records of the first half of 2001, as an npm package carries them. */
const PACKAGE = 'vega-datasets@3.2.1';
const FILE = 'data/flights-3m.parquet';
const SHA256 = 'dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0';

/** Data of the demo's company: `features/2001-01.parquet` … `2001-06.parquet`, `weeks/<first day of a week>.parquet`. */
export interface Flights {
  readonly features: string;
  readonly weeks: string;
}

/**
 * The demo's data; fetched and prepared once, then kept in the tools folder.
 *
 * @param every Keeps each n-th flight; 1 keeps all 3 million.
 */
export async function ensureFlights(python: PythonEnvironment, every: number): Promise<Flights> {
  const source = join(PROJECT_ROOT, 'scripts', 'demo', 'data');
  const code = await Promise.all(['prepare.py', 'features.py'].map((name) => readFile(join(source, name))));
  const key = createHash('sha256').update(SHA256).update(Buffer.concat(code)).update(String(every)).digest('hex');
  const directory = join(PROJECT_ROOT, '.tools', `flights-${key.slice(0, 12)}`);
  const flights = { features: join(directory, 'features'), weeks: join(directory, 'weeks') };
  if (await isThere(directory)) return flights;
  const raw = await ensureRawFlights();
  await timedStep('Preparing the features of 3 million flights', async () => {
    const partial = await mkdtemp(join(PROJECT_ROOT, '.tools', 'flights-partial-'));
    const args = [join(source, 'prepare.py'), raw, join(partial, 'out'), String(every)];
    await runOrThrow(python.python, args);
    await rename(join(partial, 'out'), directory);
    await rm(partial, { recursive: true });
  });
  return flights;
}

async function ensureRawFlights(): Promise<string> {
  const directory = join(PROJECT_ROOT, '.tools', `flights-raw-${SHA256.slice(0, 12)}`);
  const file = join(directory, 'flights-3m.parquet');
  if (await isThere(file)) return file;
  await timedStep(`Fetching the flights (npm package ${PACKAGE}, 18 MB)`, async () => {
    await mkdir(directory, { recursive: true });
    await runOrThrow('npm', ['pack', PACKAGE, '--ignore-scripts', '--silent', '--pack-destination', directory]);
    const [packed] = await Array.fromAsync(glob('vega-datasets-*.tgz', { cwd: directory }));
    if (packed === undefined) throw new Error(`npm pack ${PACKAGE} left no file`);
    await runOrThrow('tar', ['-xzf', join(directory, packed), '-C', directory, `package/${FILE}`]);
    const unpacked = join(directory, 'package', FILE);
    const digest = createHash('sha256')
      .update(await readFile(unpacked))
      .digest('hex');
    if (digest !== SHA256) throw new Error(`${FILE} of ${PACKAGE} has the digest ${digest}, not ${SHA256}`);
    await rename(unpacked, file);
    await rm(join(directory, packed));
  });
  return file;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
