import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { treeDigest } from '../core/adapters/files/tree-digest.ts';
import { fill, packWithNpm } from '../core/adapters/native/native-install.ts';
import { packagesFor } from '../core/adapters/native/native-module.ts';
import table from '../core/adapters/native/native-modules.json' with { type: 'json' };
import { timedStep } from './timed-step.ts';

// Fetches the packages of every platform that runners have, and writes what their unpacked folders hash to. To be run
// when a native module changes its version. A platform without an entry is not supported.

const TREES = fileURLToPath(new URL('../core/adapters/native/native-trees.json', import.meta.url));
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64'];

async function treeOf(name: keyof typeof table, platform: string): Promise<string> {
  const temporary = await mkdtemp(join(tmpdir(), 'tidegate-tree-'));
  const installation = { label: name, platform, packages: packagesFor(table[name].packages, platform) };
  try {
    await fill(temporary, installation, { pack: packWithNpm(process.env) });
    return (await treeDigest(temporary)) ?? '';
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const trees: Record<string, Record<string, Record<string, string>>> = {};
for (const name of ['onnxruntime-node', '@duckdb/node-api'] as const) {
  const found: Record<string, string> = {};
  for (const platform of PLATFORMS) {
    await timedStep(`${name} for ${platform}`, async () => {
      found[platform] = await treeOf(name, platform);
    });
  }
  trees[name] = { [table[name].version]: found };
}
await writeFile(TREES, `${JSON.stringify(trees, null, 2)}\n`);
