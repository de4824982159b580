import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './build.ts';
import { ensureGoProgram } from './go-program.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { findProgram, reportMissingPrograms } from './system-programs.ts';
import { writeCounts } from './write-counts.ts';

// Everything that the tests use is made here first, so that no test waits for an installation.
await ensurePythonEnvironment('demo');
await ensurePythonEnvironment('checks');
await ensurePythonEnvironment('dvc2');
await ensurePythonEnvironment('corpus');
reportMissingPrograms();
if (findProgram('go') !== undefined) await ensureGoProgram('kustomize');
await build();
const vitest = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const results = join(PROJECT_ROOT, '.tools', 'test-results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const args = [vitest, 'run', ...reporters, ...process.argv.slice(2)];
const run = spawnSync(process.execPath, args, { cwd: PROJECT_ROOT, stdio: 'inherit' });
const counts = JSON.parse(await readFile(results, 'utf8'));
await writeCounts('test', {
  passed: counts.numPassedTests,
  // A file that does not load has no test to count.
  failed: counts.numFailedTests + (counts.numFailedTests === 0 && run.status !== 0 ? 1 : 0),
  skipped: counts.numPendingTests + counts.numTodoTests,
});
process.exitCode = run.status ?? 1;
