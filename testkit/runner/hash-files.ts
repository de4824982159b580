import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** One digest of all files that patterns name below a folder, in order of path; empty where there is none. */
export function hashFiles(patterns: readonly string[], workspace: string): string {
  const files = globSync([...patterns], { cwd: workspace }).sort();
  const contents = files.map((file) => path.join(workspace, file)).filter((file) => statSync(file).isFile());
  if (contents.length === 0) return '';
  const all = createHash('sha256');
  for (const file of contents) all.update(createHash('sha256').update(readFileSync(file)).digest());
  return all.digest('hex');
}
