import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { reportMissingPrograms } from './system-programs.ts';

// Everything that the tests use is made here first, so that no test waits for an installation.
await ensurePythonEnvironment('demo');
await ensurePythonEnvironment('checks');
reportMissingPrograms();
await build();
const vitest = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: PROJECT_ROOT,
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
