import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeDigest } from '../../../../core/adapters/files/tree-digest.ts';
import { type NativeModuleName, nativeModuleVersion } from '../../../../core/adapters/native/native-module.ts';
import trees from '../../../../core/adapters/native/native-trees.json' with { type: 'json' };
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { fillToolCache, NATIVE_MODULES, nativeFolder } from '../../../../testkit/native-tool-cache.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

const PLATFORM = `${process.platform}-${process.arch}`;

let root: string;
let bundle: string;
let tools: string;

/** What a bundle does: it loads a module, and tells which files were loaded and whether planted code ran. */
const PROGRAM = `
import { createRequire } from 'node:module';
import { loadNativeModule } from ${JSON.stringify(path.join(PROJECT_ROOT, 'core/adapters/native/native-module.ts'))};
const [, , name] = process.argv;
const cache = createRequire(import.meta.url).cache;
const before = new Set(Object.keys(cache));
let error;
await loadNativeModule(name, { env: { ...process.env, PATH: '' } }).catch((caught) => (error = caught.code ?? String(caught)));
const scripts = Object.keys(cache).filter((file) => !before.has(file));
const libraries = process.report.getReport().sharedObjects.filter((file) => /duckdb|onnxruntime/.test(file));
const files = [...scripts, ...libraries];
console.log(JSON.stringify({ error, files, planted: globalThis.planted === true }));
`;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-native-module-'));
  bundle = path.join(root, 'repository', 'actions', 'x', 'dist', 'index.mjs');
  await mkdir(path.dirname(bundle), { recursive: true });
  await writeFile(bundle, PROGRAM);
  tools = path.join(root, 'tools');
  await fillToolCache(tools);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Loads a module in a process of its own, with a tool cache. */
async function load(name: NativeModuleName, cache = tools) {
  const env = { ...hostEnvironment(), HOME: root, RUNNER_TOOL_CACHE: cache };
  const run = await runProgram(process.execPath, [bundle, name], { cwd: root, env });
  expect(run.exitCode, run.stderr).toBe(0);
  const answer: { error?: string; files: string[]; planted: boolean } = JSON.parse(run.stdout);
  return answer;
}

const PLANTED = 'globalThis.planted = true;\n';

describe('loadNativeModule', () => {
  it.each(NATIVE_MODULES)('loads %s from the tool cache, and no file from anywhere else', async (name) => {
    const known: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = trees;
    expect(await treeDigest(nativeFolder(name, tools))).toBe(known[name]?.[nativeModuleVersion(name)]?.[PLATFORM]);
    const { error, files } = await load(name);
    expect(error).toBeUndefined();
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((file) => !file.startsWith(`${nativeFolder(name, tools)}/`))).toEqual([]);
  });

  it.each<{ name: string; plant: (module: string) => Promise<unknown> }>([
    { name: 'a changed script', plant: (module) => appendFile(path.join(module, 'dist', 'index.js'), PLANTED) },
    {
      name: 'a folder with a marker of this project and a module that somebody else wrote',
      plant: async (module) => {
        await rm(module, { recursive: true });
        await mkdir(module, { recursive: true });
        await writeFile(path.join(module, '..', '..', 'tidegate-complete.json'), '{}');
        await writeFile(path.join(module, 'index.js'), PLANTED);
      },
    },
    {
      name: 'a changed library',
      plant: async (module) => {
        const folder = path.join(module, 'bin', 'napi-v6', process.platform, process.arch);
        const [library = ''] = (await readdir(folder)).filter((file) => !file.endsWith('.node'));
        const bytes = await readFile(path.join(folder, library));
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        await writeFile(path.join(folder, library), bytes);
      },
    },
    { name: 'a file more', plant: (module) => writeFile(path.join(module, 'planted.js'), PLANTED) },
    { name: 'a file less', plant: (module) => rm(path.join(module, 'package.json')) },
    {
      name: 'a link instead of a file',
      plant: async (module) => {
        const file = path.join(module, 'dist', 'index.js');
        await cp(file, path.join(root, 'elsewhere.js'));
        await rm(file);
        await symlink(path.join(root, 'elsewhere.js'), file);
      },
    },
  ])('never runs $name in the tool cache', async ({ plant }) => {
    const cache = await mkdtemp(path.join(root, 'planted-'));
    await cp(nativeFolder('onnxruntime-node', tools), nativeFolder('onnxruntime-node', cache), { recursive: true });
    await plant(path.join(nativeFolder('onnxruntime-node', cache), 'node_modules', 'onnxruntime-node'));
    // npm is not on the PATH there: an error is all that is left.
    expect(await load('onnxruntime-node', cache)).toMatchObject({
      error: 'PACKAGE_UNAVAILABLE',
      planted: false,
      files: [],
    });
  });

  it.each(NATIVE_MODULES)(
    'looks for %s in no node_modules above the bundle, the workspace or the tool cache',
    async (name) => {
      const cache = await mkdtemp(path.join(root, 'above-'));
      await mkdir(path.join(cache, 'tidegate'));
      const above = [path.dirname(bundle), path.join(root, 'repository'), root, cache, path.join(cache, 'tidegate')];
      const planted = above.map((folder) => path.join(folder, 'node_modules'));
      for (const folder of planted) {
        const manifest = { name, version: nativeModuleVersion(name), main: 'index.js' };
        await mkdir(path.join(folder, name), { recursive: true });
        await writeFile(path.join(folder, name, 'package.json'), JSON.stringify(manifest));
        await writeFile(path.join(folder, name, 'index.js'), PLANTED);
      }
      expect(await load(name, cache)).toMatchObject({ error: 'PACKAGE_UNAVAILABLE', planted: false, files: [] });
      expect(await load(name)).toMatchObject({ planted: false });
      for (const folder of planted) await rm(folder, { recursive: true });
    },
  );
});
