// Builds the bundles a second time and refuses to release what is not the same twice.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync, statSync } from 'node:fs';

const first = digests();
rmSync('lib', { recursive: true, force: true });
execFileSync('npm', ['run', 'build'], { stdio: 'inherit' });
const second = digests();
const changed = [...new Set([...first.keys(), ...second.keys()])].filter(
  (file) => first.get(file) !== second.get(file),
);
if (first.size === 0 || changed.length > 0) {
  console.error(first.size === 0 ? 'There is no bundle.' : `Not the same twice: ${changed.join(', ')}`);
  process.exit(1);
}
console.log(`${first.size} files are the same twice.`);

function digests() {
  const files = globSync('actions/*/dist/**').filter((file) => statSync(file).isFile());
  return new Map(files.map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]));
}
