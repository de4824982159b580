import { spawnSync } from 'node:child_process';
import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runOrThrow } from '../../scripts/run-command.ts';
import { timedStep } from '../../scripts/timed-step.ts';

/** The engines that the tests of the warehouse run on this machine. */
export const ENGINES = ['postgres', 'spark', 'trino'] as const;

/** The name of one. */
export type EngineName = (typeof ENGINES)[number];

/** Their versions; each is downloaded once, to a folder outside of the clone. */
const SPARK_VERSION = '4.1.4';
const TRINO_VERSION = '476';
/** The oldest Java that each runs on. */
const JAVA: Readonly<Record<'spark' | 'trino', number>> = { spark: 17, trino: 24 };

/** True if the tests of engines run: `npm test -- --engines`, or TIDEGATE_ENGINES=1. */
export function areEnginesWanted(): boolean {
  return process.env.TIDEGATE_ENGINES === '1';
}

/** An engine that is ready to start, or why it is not: a clause. */
export type FoundEngine =
  | { readonly kind: 'ready'; readonly home: string; readonly java: string }
  | { readonly kind: 'absent'; readonly reason: string };

/** Finds an engine, and downloads it where that is possible. */
export async function ensureEngine(name: EngineName): Promise<FoundEngine> {
  try {
    if (name === 'postgres') return await findPostgres();
    const java = await findJava(JAVA[name]);
    if (java === undefined) return { kind: 'absent', reason: `there is no Java ${JAVA[name]} or newer` };
    return { kind: 'ready', home: name === 'spark' ? await ensureSpark() : await ensureTrino(), java };
  } catch (error) {
    return { kind: 'absent', reason: error instanceof Error ? (error.message.split('\n')[0] ?? name) : String(error) };
  }
}

async function findPostgres(): Promise<FoundEngine> {
  const versions = await readdir('/usr/lib/postgresql').catch((): string[] => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest !== undefined) return { kind: 'ready', home: join('/usr/lib/postgresql', newest, 'bin'), java: '' };
  return { kind: 'absent', reason: 'postgresql is not installed: apt-get install --yes postgresql' };
}

/** The home of the newest Java of Debian's folder that is new enough. */
async function findJava(least: number): Promise<string | undefined> {
  const homes = [process.env.JAVA_HOME ?? '', ...(await javaHomes())].filter((home) => home !== '');
  const found = homes.flatMap((home) => {
    const { stderr } = spawnSync(join(home, 'bin', 'java'), ['-version'], { encoding: 'utf8' });
    const version = Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? Number.NaN);
    return version >= least ? [{ home, version }] : [];
  });
  // Spark knows no Java that is much newer than itself.
  return found.sort((a, b) => a.version - b.version)[0]?.home;
}

async function javaHomes(): Promise<readonly string[]> {
  const names = await readdir('/usr/lib/jvm').catch((): string[] => []);
  return names.map((name) => join('/usr/lib/jvm', name));
}

/** `$XDG_CACHE_HOME/tidegate/engines`: what is in it serves all clones. */
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tidegate', 'engines');
}

async function ensureSpark(): Promise<string> {
  return ensured(`spark-${SPARK_VERSION}`, async (folder) => {
    await runOrThrow('python3', ['-m', 'venv', folder]);
    const pip = [join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check']] as const;
    await runOrThrow(pip[0], [...pip[1], 'setuptools==80.9.0', 'wheel==0.45.1']);
    await runOrThrow(pip[0], [...pip[1], `pyspark==${SPARK_VERSION}`]);
  }).then(async (folder) => {
    const [python = 'python3'] = await readdir(join(folder, 'lib'));
    return join(folder, 'lib', python, 'site-packages', 'pyspark');
  });
}

async function ensureTrino(): Promise<string> {
  const artifact = `io.trino:trino-server:${TRINO_VERSION}:tar.gz`;
  const folder = await ensured(`trino-server-${TRINO_VERSION}`, async (target) => {
    const repository = `${target}.maven`;
    const get = ['--quiet', 'dependency:get', `-Dartifact=${artifact}`, '-Dtransitive=false'];
    await mkdir(target, { recursive: true });
    await runOrThrow('mvn', [...get, `-Dmaven.repo.local=${repository}`], { cwd: target });
    const name = `trino-server-${TRINO_VERSION}.tar.gz`;
    const archive = join(repository, 'io', 'trino', 'trino-server', TRINO_VERSION, name);
    await runOrThrow('tar', ['-xzf', archive, '-C', target, '--strip-components=1']);
    await rm(repository, { recursive: true, force: true });
  });
  return folder;
}

/** Makes a folder of the cache once: one that is half made is made again. */
async function ensured(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), name);
  const stamp = join(folder, '.complete');
  if (await exists(stamp)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  await timedStep(`Downloading ${name}`, async () => {
    await rm(folder, { recursive: true, force: true });
    await make(folder);
    await writeFile(stamp, '');
  });
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
