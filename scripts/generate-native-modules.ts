import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const LOCK = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const TABLE = fileURLToPath(new URL('../core/adapters/native/native-modules.json', import.meta.url));

/** Files that each module needs at run time; `{platform}` represents `linux-x64` and the like. */
const MODULES = {
  'onnxruntime-node': ['onnxruntime-node', 'onnxruntime-common'],
  '@duckdb/node-api': ['@duckdb/node-api', '@duckdb/node-bindings', 'detect-libc', '@duckdb/node-bindings-{platform}'],
} as const;

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional() })),
});

const lock = lockSchema.parse(JSON.parse(await readFile(LOCK, 'utf8')));

function entriesOf(pattern: string) {
  const [prefix = ''] = pattern.split('{platform}');
  return Object.entries(lock.packages).flatMap(([path, { version, integrity }]) => {
    const name = path.replace(/^node_modules\//, '');
    const matches = pattern.includes('{platform}') ? name.startsWith(prefix) : name === pattern;
    if (!matches || version === undefined || integrity === undefined) return [];
    const platform = pattern.includes('{platform}') ? { platform: name.slice(prefix.length) } : {};
    return [{ name, version, integrity, ...platform }];
  });
}

const table = Object.fromEntries(
  Object.entries(MODULES).map(([name, patterns]) => {
    const packages = patterns.flatMap(entriesOf);
    return [name, { version: packages.find((entry) => entry.name === name)?.version, packages }];
  }),
);
const text = `${JSON.stringify(table, null, 2)}\n`;
if (process.argv.includes('--check')) {
  if ((await readFile(TABLE, 'utf8').catch(() => '')) !== text) {
    console.error('native-modules.json is not that of package-lock.json: run node scripts/generate-native-modules.ts');
    process.exitCode = 1;
  }
} else {
  await writeFile(TABLE, text);
}
