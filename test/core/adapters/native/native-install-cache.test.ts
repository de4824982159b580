import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FolderCache } from '../../../../core/adapters/actions/actions-folder-cache.ts';
import { treeDigest } from '../../../../core/adapters/files/tree-digest.ts';
import {
  fill,
  type Installation,
  type InstallTools,
  installPackages,
} from '../../../../core/adapters/native/native-install.ts';
import table from '../../../../core/adapters/native/native-modules.json' with { type: 'json' };
import trees from '../../../../core/adapters/native/native-trees.json' with { type: 'json' };
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { startResultsService } from '../../../../testkit/results-service.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

const PROGRAM = fileURLToPath(new URL('install-program.ts', import.meta.url));
const FILES = {
  'package.json': '{"name":"engine","version":"1.0.0","main":"index.js"}',
  'index.js': 'module.exports = 42;',
  'bin/napi-v6/linux/x64/engine.node': 'linux',
};

let root: string;
let tarball: string;
let installation: Installation;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-native-cache-'));
  tarball = path.join(root, 'engine.tgz');
  const archive = pack();
  for (const [name, content] of Object.entries(FILES)) archive.entry({ name: `package/${name}` }, content);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const bytes = gzipSync(Buffer.concat(chunks));
  await writeFile(tarball, bytes);
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const packages = [{ name: 'engine', version: '1.0.0', integrity }];
  const folder = path.join(root, 'tools', 'engine', '1.0.0', 'linux-x64');
  const wanted = { folder, label: 'engine 1.0.0', platform: 'linux-x64', packages };
  const known = path.join(root, 'known');
  await fill(known, wanted, tools().tools);
  installation = { ...wanted, tree: (await treeDigest(known)) ?? '' };
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** What an installation is given, and what it used and said. */
function tools(cache?: FolderCache) {
  const lines: string[] = [];
  const used: InstallTools = {
    cache,
    log: (line) => void lines.push(line),
    pack: async (_, folder) => {
      lines.push('packed');
      await cp(tarball, path.join(folder, 'engine.tgz'));
      return path.join(folder, 'engine.tgz');
    },
  };
  return { tools: used, lines };
}

/** A cache that is a folder, which `spoil` may change before it is given back. */
function folderCache(spoil: (folder: string) => Promise<void> = async () => {}): FolderCache {
  const kept = path.join(root, 'kept');
  return {
    save: async (folder, _key, paths) => {
      for (const name of paths) await cp(path.join(folder, name), path.join(kept, name), { recursive: true });
    },
    restore: async (folder, { key }) => {
      if (!(await readdir(root)).includes('kept')) return undefined;
      await cp(kept, folder, { recursive: true, verbatimSymlinks: true });
      await spoil(folder);
      return key;
    },
  };
}

const engine = () => readFile(path.join(installation.folder, 'node_modules/engine/index.js'), 'utf8');

/** Installs twice, with the folder gone in between, as two jobs on fresh runners do. */
async function installTwice(cache: FolderCache, wanted = installation) {
  await installPackages(wanted, tools(cache).tools);
  await rm(wanted.folder, { recursive: true });
  const second = tools(cache);
  await installPackages(wanted, second.tools);
  expect(await engine()).toBe(FILES['index.js']);
  expect(await readdir(path.dirname(wanted.folder))).toEqual(['linux-x64']);
  return second.lines;
}

describe('installPackages with a cache', () => {
  it('fetches once, and takes the folder from the cache in the next job', async () => {
    expect(await installTwice(folderCache())).toEqual(['Took engine 1.0.0 from the Actions cache']);
  });

  it.each<{ name: string; spoil: (folder: string) => Promise<void> }>([
    { name: 'other bytes', spoil: (folder) => writeFile(path.join(folder, 'node_modules/engine/index.js'), 'evil()') },
    { name: 'a file more', spoil: (folder) => writeFile(path.join(folder, 'node_modules/evil.js'), 'evil()') },
    { name: 'a file less', spoil: (folder) => rm(path.join(folder, 'node_modules/engine/package.json')) },
    { name: 'a link', spoil: (folder) => symlink('/etc', path.join(folder, 'node_modules/etc')) },
    { name: 'a marker of its own', spoil: (folder) => writeFile(path.join(folder, 'tidegate-complete.json'), '{}') },
    {
      name: 'nothing',
      spoil: (folder) => rm(path.join(folder, 'node_modules'), { recursive: true }),
    },
  ])('does not believe a cache that gives back $name', async ({ spoil }) => {
    expect(await installTwice(folderCache(spoil))).toEqual([
      expect.stringContaining('does not have the files of this release'),
      'Fetching engine 1.0.0 for linux-x64: only once on this runner',
      'packed',
      expect.stringContaining('Fetched engine 1.0.0'),
    ]);
  });

  it('does not fill it with files that the release does not know', async () => {
    const other = { ...installation, tree: `sha256:${'0'.repeat(64)}` };
    await expect(installPackages(other, tools(folderCache()).tools)).rejects.toMatchObject({ code: 'PACKAGE_CORRUPT' });
    expect(await readdir(root)).not.toContain('kept');
  });

  it('works with the cache service, in two jobs of a repository', async () => {
    const results = await startResultsService({ directory: path.join(root, 'results') });
    const run = async (runId: number) => {
      const claims = { repository: 'acme/flights', runId, jobId: 'a', cacheScopes: ['refs/heads/main'] };
      const env = { ...hostEnvironment(), HOME: root, RUNNER_TEMP: root, GITHUB_WORKSPACE: root };
      const args = [PROGRAM, JSON.stringify(installation), tarball];
      const environment = { ...env, ...results.environment({ ...claims, mayWriteCache: true }) };
      return runProgram(process.execPath, args, { cwd: root, env: environment });
    };
    const first = await run(1);
    expect(first.stdout, first.stderr).toContain('packed');
    expect(results.cacheKeys('acme/flights')).toHaveLength(1);
    await rm(installation.folder, { recursive: true });
    const second = await run(2);
    expect(second.stdout, second.stderr).toContain('Took engine 1.0.0 from the Actions cache');
    expect(second.stdout).not.toContain('packed');
    expect(await engine()).toBe(FILES['index.js']);
    await results.stop();
  });
});

describe('native-trees.json', () => {
  it('knows the folders of the versions of the lock file, for the platforms of hosted runners', () => {
    const known: Readonly<Record<string, Readonly<Record<string, object>>>> = trees;
    for (const [name, { version }] of Object.entries(table)) {
      const platforms = Object.keys(known[name]?.[version ?? ''] ?? {});
      expect(platforms, `run scripts/generate-native-trees.ts for ${name}`).toEqual(
        expect.arrayContaining(['linux-x64', 'linux-arm64', 'darwin-arm64']),
      );
    }
  });
});
