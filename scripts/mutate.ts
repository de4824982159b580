import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mutateFiles } from './mutate/mutate-files.ts';
import { type FileResult, renderMutation } from './mutate/table.ts';
import { PROJECT_ROOT } from './project-root.ts';

// Breaks the gate and the metrics in every way that Stryker knows, one at a time, and looks whether a test notices:
// npm run mutate [part of a file's name ...]; --table only writes the page. Results stay for files that are not asked for.
const results = join(PROJECT_ROOT, 'docs', 'mutation.json');
const asked = process.argv.slice(2).filter((one) => !one.startsWith('--'));
const files = globSync('core/domain/{gate,inference,metrics}/*.ts', { cwd: PROJECT_ROOT }).sort();
const known = new Map<string, FileResult>(Object.entries(await readResults()));
for (const name of known.keys()) if (!files.includes(name)) known.delete(name);
if (!process.argv.includes('--table')) {
  const wanted = files.filter((file) => asked.length === 0 || asked.some((part) => file.includes(part)));
  for (const [file, found] of await mutateFiles(wanted)) {
    known.set(file, found);
    console.log(`${file}: ${found.killed} of ${found.killed + found.survivors.length} noticed`);
  }
  await writeFile(results, `${JSON.stringify(Object.fromEntries([...known].sort()), null, 2)}\n`);
}
const explained = JSON.parse(await readFile(join(PROJECT_ROOT, 'scripts', 'mutate', 'explained.json'), 'utf8'));
const { text, unexplained } = renderMutation(known, explained, files);
await writeFile(join(PROJECT_ROOT, 'docs', 'mutation.md'), text);
for (const one of unexplained) console.error(`Not explained: ${one}`);
process.exitCode = unexplained.length === 0 ? 0 : 1;

async function readResults(): Promise<Record<string, FileResult>> {
  const text = await readFile(results, 'utf8').catch(() => '{}');
  return JSON.parse(text);
}
