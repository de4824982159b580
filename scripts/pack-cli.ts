import { chmod, copyFile, cp, glob, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { addWorkers, build, bundleWorkers, copySdks, runNcc } from './build.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { runOrThrow } from './run-command.ts';
import { timedStep } from './timed-step.ts';

/** The folder that the package is made of. */
const PACKAGE = join(PROJECT_ROOT, '.tools', 'package');

/**
 * Makes the npm package of the command line: one bundle without dependencies; native modules are fetched at their first
 * use, as by the actions.
 *
 * @returns Absolute path of the tarball.
 */
export async function packCli(): Promise<string> {
  await build();
  await timedStep('Bundling the command line', bundleCli);
  await copyTexts();
  await writeFile(join(PACKAGE, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`);
  const printed = await runOrThrow('npm', ['pack', '--silent', '--pack-destination', dirname(PACKAGE)], {
    cwd: PACKAGE,
  });
  return join(dirname(PACKAGE), basename(printed.trim().split('\n').at(-1) ?? ''));
}

async function bundleCli(): Promise<void> {
  await rm(PACKAGE, { recursive: true, force: true });
  const dist = join(PACKAGE, 'dist');
  await mkdir(dist, { recursive: true });
  await runNcc(join('lib', 'cli', 'tidegate.js'), dist, [
    '--external',
    'onnxruntime-node',
    '--external',
    '@duckdb/node-api',
  ]);
  await addWorkers(dist, await bundleWorkers());
  await copySdks(dist);
  await chmod(join(dist, 'index.js'), 0o755);
}

/** What the commands read at run time. */
async function copyTexts(): Promise<void> {
  for await (const file of glob('actions/*/action.yml', { cwd: PROJECT_ROOT })) {
    await mkdir(join(PACKAGE, dirname(file)), { recursive: true });
    await copyFile(join(PROJECT_ROOT, file), join(PACKAGE, file));
  }
  await cp(join(PROJECT_ROOT, 'templates'), join(PACKAGE, 'templates'), { recursive: true });
  for (const file of ['README.md', 'LICENSE']) await copyFile(join(PROJECT_ROOT, file), join(PACKAGE, file));
}

async function manifest(): Promise<Record<string, unknown>> {
  const { name, version, description, license } = JSON.parse(
    await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8'),
  );
  const files = (await readdir(PACKAGE)).filter((entry) => entry !== 'package.json');
  const bin = { tidegate: 'dist/index.js' };
  return { name, version, description, license, type: 'module', bin, files, engines: { node: '>=24' } };
}

if (import.meta.main) console.log(await packCli());
