import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { areEnginesWanted, ENGINES, ensureEngine } from '../testkit/engines/engine-programs.ts';
import { build } from './build.ts';
import { ensureGoProgram } from './go-program.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { findProgram, reportMissingPrograms } from './system-programs.ts';
import { writeCounts } from './write-counts.ts';

// `--engines`: the tests of warehouses run too, on real servers.
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--engines');
if (process.argv.includes('--engines')) process.env.TIDEGATE_ENGINES = '1';
// Everything that the tests use is made here first, so that no test waits for an installation.
await ensurePythonEnvironment('demo');
await ensurePythonEnvironment('checks');
await ensurePythonEnvironment('dvc2');
await ensurePythonEnvironment('corpus');
await ensurePythonEnvironment('recipes');
if (areEnginesWanted()) {
  await ensurePythonEnvironment('engines');
  for (const name of ENGINES) {
    const found = await ensureEngine(name);
    if (found.kind === 'absent') console.log(`Missing: ${name}; its tests are skipped: ${found.reason}`);
  }
} else console.log('Skipped: tests of warehouses. Run them by: npm test -- --engines');
reportMissingPrograms();
if (findProgram('go') !== undefined) {
  for (const name of ['check-dashboard', 'fake-gcs-server', 'kustomize', 'oras', 'regctl'] as const)
    await ensureGoProgram(name);
}
await build();
const vitest = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const results = join(PROJECT_ROOT, '.tools', 'test-results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const args = [vitest, 'run', ...reporters, ...passedOn];
const run = spawnSync(process.execPath, args, { cwd: PROJECT_ROOT, stdio: 'inherit' });
const counts = JSON.parse(await readFile(results, 'utf8'));
await writeCounts('test', {
  passed: counts.numPassedTests,
  // A file that does not load has no test to count.
  failed: counts.numFailedTests + (counts.numFailedTests === 0 && run.status !== 0 ? 1 : 0),
  skipped: counts.numPendingTests + counts.numTodoTests,
});
process.exitCode = run.status ?? 1;
