import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, glob, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PROJECT_ROOT } from './project-root.ts';
import { runOrThrow } from './run-command.ts';
import { timedStep } from './timed-step.ts';

const SOURCES = [
  'actions/**/*.ts',
  'cli/**/*.ts',
  'core/**/*.ts',
  'core/**/*.json',
  'package-lock.json',
  'tsconfig*.json',
  'scripts/build.ts',
];
/** Loaded at run time by the native loader, never bundled. */
const NATIVE = ['onnxruntime-node', '@duckdb/node-api'];

/** What all actions share: GitHub downloads the whole repository for each of them. */
const SDKS = join(PROJECT_ROOT, 'actions', 'cloud-sdks', 'dist');

/** The names of the actions: the folders of actions/ that have an action.yml. */
export async function actionNames(): Promise<readonly string[]> {
  const found = await Array.fromAsync(glob('actions/*/action.yml', { cwd: PROJECT_ROOT }));
  return found.map((path) => basename(dirname(path))).sort();
}

/** Compiles and bundles every action into actions/<name>/dist; does nothing where the sources did not change. */
export async function build(): Promise<void> {
  const names = await actionNames();
  const key = await sourcesDigest();
  const stamp = join(PROJECT_ROOT, 'lib', '.built');
  const built = await readFile(stamp, 'utf8').catch(() => '');
  if (built === key && existsSync(SDKS) && names.every((name) => existsSync(bundlePath(name)))) return;
  await compile();
  await timedStep(`Bundling ${names.length} actions`, async () => {
    await bundleAll(names);
    const workers = await bundleWorkers();
    await Promise.all(names.map((name) => addWorkers(dirname(bundlePath(name)), workers)));
    await bundleSdks(SDKS);
  });
  await writeFile(stamp, key);
}

/** Compiles the sources into lib. */
export async function compile(): Promise<void> {
  await timedStep('Compiling', async () => {
    await rm(join(PROJECT_ROOT, 'lib'), { recursive: true, force: true });
    await runOrThrow(tool('tsc'), ['-p', 'tsconfig.build.json'], { cwd: PROJECT_ROOT });
  });
}

/** The bundle of an action, in bytes: everything that its dist folder holds. */
export async function bundleSizeBytes(name: string): Promise<number> {
  let total = 0;
  for await (const path of glob(`actions/${name}/dist/**`, { cwd: PROJECT_ROOT })) {
    const found = await stat(join(PROJECT_ROOT, path));
    if (found.isFile()) total += found.size;
  }
  return total;
}

/** The entry of an action's bundle. */
export function bundlePath(name: string): string {
  return join(PROJECT_ROOT, 'actions', name, 'dist', 'index.js');
}

/** Two at a time: ncc works on one core. */
async function bundleAll(names: readonly string[]): Promise<void> {
  const waiting = [...names];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await bundle(name);
  };
  await Promise.all([worker(), worker()]);
}

async function bundle(name: string): Promise<void> {
  const dist = dirname(bundlePath(name));
  const external = NATIVE.flatMap((module) => ['--external', module]);
  await runNcc(join('lib', 'actions', name, 'index.js'), dist, ['--license', 'licenses.txt', ...external]);
}

/** A file that a thread runs, bundled by itself. */
export interface WorkerFile {
  /** As `workerEntry` is given it: `threads/hash-files-worker`. */
  readonly name: string;
  readonly path: string;
}

/** Bundles each `*-worker.ts` of the adapters. */
export async function bundleWorkers(): Promise<readonly WorkerFile[]> {
  const adapters = join(PROJECT_ROOT, 'lib', 'core', 'adapters');
  const found = await Array.fromAsync(glob('*/*-worker.js', { cwd: adapters }));
  const workers: WorkerFile[] = [];
  for (const path of found.sort()) {
    const name = path.slice(0, -'.js'.length);
    const folder = join(PROJECT_ROOT, 'lib', 'workers', basename(name));
    await runNcc(join(adapters, path), folder, []);
    const files = (await readdir(folder)).sort();
    if (files.join() !== 'index.js,package.json') throw new Error(`${name} is bundled to ${files}, not to one file`);
    workers.push({ name, path: join(folder, 'index.js') });
  }
  return workers;
}

/** Copies the workers next to a bundle: those that its code names. */
export async function addWorkers(dist: string, workers: readonly WorkerFile[]): Promise<void> {
  const scripts = (await readdir(dist)).filter((file) => file.endsWith('.js'));
  const code = (await Promise.all(scripts.map((file) => readFile(join(dist, file), 'utf8')))).join('\n');
  const used = workers.filter(({ name }) => code.includes(name));
  await Promise.all(used.map(({ name, path }) => copyFile(path, join(dist, `${basename(name)}.js`))));
}

/**
 * Bundles each `*-sdk.ts` of the adapters into a folder of its own. An SDK in every action would make all of them larger,
 * for the few teams that need it.
 *
 * @param folder Absolute; what is in it is replaced.
 */
export async function bundleSdks(folder: string): Promise<void> {
  const adapters = join(PROJECT_ROOT, 'lib', 'core', 'adapters');
  await rm(folder, { recursive: true, force: true });
  for (const path of (await Array.fromAsync(glob('*/*-sdk.js', { cwd: adapters }))).sort()) {
    const name = basename(path, '.js');
    await runNcc(join(adapters, path), join(folder, name), ['--license', 'licenses.txt']);
  }
}

/** Copies the bundles of the SDKs next to a bundle: for a package that has no folder of the actions. */
export async function copySdks(dist: string): Promise<void> {
  await cp(SDKS, dist, { recursive: true });
}

/** Bundles a compiled file into a folder. */
export async function runNcc(entry: string, folder: string, options: readonly string[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await runOrThrow(tool('ncc'), ['build', entry, '-o', folder, '--minify', ...options], { cwd: PROJECT_ROOT });
}

async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  const paths = await Array.fromAsync(
    glob(SOURCES, { cwd: PROJECT_ROOT, exclude: (path) => /(^|\/)(dist|node_modules|lib)(\/|$)/.test(path) }),
  );
  for (const path of paths.sort()) hash.update(path).update(await readFile(join(PROJECT_ROOT, path)));
  return hash.digest('hex');
}

function tool(name: string): string {
  return join(PROJECT_ROOT, 'node_modules', '.bin', name);
}

if (import.meta.main) await build();
