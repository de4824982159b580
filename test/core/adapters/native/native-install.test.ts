import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeDigest } from '../../../../core/adapters/files/tree-digest.ts';
import {
  fill,
  type Installation,
  type InstallTools,
  installPackages,
} from '../../../../core/adapters/native/native-install.ts';
import { loadNativeModule } from '../../../../core/adapters/native/native-module.ts';
import { ServiceError, UserError } from '../../../../core/errors.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidegate-native-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function tarball(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name: `package/${name}` }, content);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

const FILES = {
  'package.json': '{"name":"engine","version":"1.0.0","main":"index.js"}',
  'index.js': 'module.exports = 42;',
  'bin/napi-v6/linux/x64/engine.node': 'linux',
  'bin/napi-v6/darwin/arm64/engine.node': 'darwin',
  'script/install.js': 'throw new Error("a script ran")',
};

async function setUp(files: Readonly<Record<string, string>> = FILES) {
  const bytes = await tarball(files);
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  let packed = 0;
  const tools: InstallTools = {
    pack: async (_, folder) => {
      packed++;
      await writeFile(join(folder, 'engine.tgz'), bytes);
      return join(folder, 'engine.tgz');
    },
    log: () => {},
  };
  const wanted = {
    label: 'engine 1.0.0',
    platform: 'linux-x64',
    packages: [{ name: 'engine', version: '1.0.0', integrity }],
  };
  const installation: Installation = {
    ...wanted,
    folder: join(root, 'engine', '1.0.0', 'linux-x64'),
    tree: await knownTree(wanted, tools),
  };
  packed = 0;
  return { tools, installation, packedTimes: () => packed };
}

/** The digest that a release would be made with; '' for packages that cannot be unpacked. */
async function knownTree(wanted: Parameters<typeof fill>[1], tools: InstallTools): Promise<string> {
  const known = join(root, 'known');
  const digest = await fill(known, wanted, tools).then(
    () => treeDigest(known),
    () => '',
  );
  await rm(known, { recursive: true, force: true });
  return digest ?? '';
}

describe('installPackages', () => {
  it('installs the files of this platform alone, and nothing the second time', async () => {
    const { tools, installation, packedTimes } = await setUp();
    await installPackages(installation, tools);
    await installPackages(installation, tools);
    expect(packedTimes()).toBe(1);
    const found = await readdir(join(installation.folder, 'node_modules', 'engine'), {
      recursive: true,
      withFileTypes: true,
    });
    const files = found.filter((entry) => entry.isFile()).map((entry) => entry.name);
    expect(files.sort()).toEqual(['engine.node', 'index.js', 'package.json']);
    expect(
      await readFile(join(installation.folder, 'node_modules/engine/bin/napi-v6/linux/x64/engine.node'), 'utf8'),
    ).toBe('linux');
  });

  it('refuses bytes that are not those of the lock file, and leaves nothing', async () => {
    const { tools, installation } = await setUp();
    const other = { ...installation, packages: [{ name: 'engine', version: '1.0.0', integrity: 'sha512-AAAA' }] };
    await expect(installPackages(other, tools)).rejects.toMatchObject({ code: 'PACKAGE_CORRUPT' });
    expect(await readdir(join(root, 'engine', '1.0.0'))).toEqual([]);
  });

  it('refuses packages that are those of the lock file, and unpack to other files than this release knows', async () => {
    const { tools, installation } = await setUp();
    const other = { ...installation, tree: `sha256:${'0'.repeat(64)}` };
    await expect(installPackages(other, tools)).rejects.toMatchObject({ code: 'PACKAGE_CORRUPT' });
    expect(await readdir(join(root, 'engine', '1.0.0'))).toEqual([]);
  });

  it.each<{ name: string; change: (folder: string) => Promise<unknown> }>([
    { name: 'other bytes', change: (folder) => writeFile(join(folder, 'node_modules/engine/index.js'), 'evil()') },
    { name: 'a file more', change: (folder) => writeFile(join(folder, 'node_modules/evil.js'), 'evil()') },
    { name: 'a marker', change: (folder) => writeFile(join(folder, 'tidegate-complete.json'), '{}') },
    { name: 'a file less', change: (folder) => rm(join(folder, 'node_modules/engine/package.json')) },
    { name: 'a link', change: (folder) => symlink('/etc', join(folder, 'node_modules/etc')) },
    { name: 'nothing in it', change: (folder) => rm(join(folder, 'node_modules'), { recursive: true }) },
  ])('replaces a folder with $name, however it came there', async ({ change }) => {
    const { tools, installation, packedTimes } = await setUp();
    await installPackages(installation, tools);
    await change(installation.folder);
    await installPackages(installation, tools);
    expect(packedTimes()).toBe(2);
    expect(await treeDigest(installation.folder)).toBe(installation.tree);
    expect(await readdir(join(root, 'engine', '1.0.0'))).toEqual(['linux-x64']);
  });

  it('lets two at once end with one whole folder', async () => {
    const { tools, installation } = await setUp();
    await Promise.all(Array.from({ length: 4 }, () => installPackages(installation, tools)));
    expect(await readdir(join(root, 'engine', '1.0.0'))).toEqual(['linux-x64']);
    expect(existsSync(join(installation.folder, 'node_modules/engine/index.js'))).toBe(true);
  });

  it('does not trust what a killed process left', async () => {
    const { tools, installation, packedTimes } = await setUp();
    const left = `${installation.folder}.tmp-killed/node_modules/engine`;
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'index.js'), 'module.exports = "half";');
    await installPackages(installation, tools);
    expect(packedTimes()).toBe(1);
    expect(await readFile(join(installation.folder, 'node_modules/engine/index.js'), 'utf8')).toBe(FILES['index.js']);
  });

  it('refuses a path that leaves the folder', async () => {
    const { tools, installation } = await setUp({ ...FILES, '../../evil.js': 'x' });
    await expect(installPackages(installation, tools)).rejects.toBeInstanceOf(ServiceError);
    expect(existsSync(join(root, 'evil.js'))).toBe(false);
  });

  it('says which platform has no build', async () => {
    const { tools, installation } = await setUp();
    const other = { ...installation, platform: 'darwin-x64' };
    await expect(installPackages(other, tools)).rejects.toBeInstanceOf(UserError);
  });
});

describe('loadNativeModule', () => {
  it('finds what the given node_modules has, and fetches nothing', async () => {
    const lines: string[] = [];
    const { InferenceSession } = await loadNativeModule('onnxruntime-node', {
      env: {},
      nodeModules: PROJECT_MODULES,
      log: (line) => lines.push(line),
    });
    expect(InferenceSession).toBeDefined();
    expect(lines).toEqual([]);
  });
});

describe('native-modules.json', () => {
  it('is that of package-lock.json', async () => {
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['scripts/generate-native-modules.ts', '--check']);
    const [stderr, code] = await Promise.all([
      text(child.stderr),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
