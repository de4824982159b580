import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PROJECT_ROOT } from './project-root.ts';
import { runOrThrow } from './run-command.ts';
import { timedStep } from './timed-step.ts';

const SOURCES = [
  'actions/**/*.ts',
  'core/**/*.ts',
  'core/**/*.json',
  'package-lock.json',
  'tsconfig*.json',
  'scripts/build.ts',
];
/** Loaded at run time by the native loader, never bundled. */
const NATIVE = ['onnxruntime-node', '@duckdb/node-api'];

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
  if (built === key && names.every((name) => existsSync(bundlePath(name)))) return;
  await timedStep('Compiling', async () => {
    await rm(join(PROJECT_ROOT, 'lib'), { recursive: true, force: true });
    await runOrThrow(tool('tsc'), ['-p', 'tsconfig.build.json'], { cwd: PROJECT_ROOT });
  });
  await timedStep(`Bundling ${names.length} actions`, () => bundleAll(names));
  await writeFile(stamp, key);
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
  await rm(dist, { recursive: true, force: true });
  const external = NATIVE.flatMap((module) => ['--external', module]);
  const entry = join('lib', 'actions', name, 'index.js');
  const args = ['build', entry, '-o', dist, '--license', 'licenses.txt', '--minify', ...external];
  await runOrThrow(tool('ncc'), args, { cwd: PROJECT_ROOT });
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
