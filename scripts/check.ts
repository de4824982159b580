import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { runCommand } from './run-command.ts';
import { writeCounts } from './write-counts.ts';

/** One thing that has to hold of the tree. */
interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const bin = (name: string) => join(PROJECT_ROOT, 'node_modules', '.bin', name);
const script = (name: string, ...args: string[]) => ({
  command: process.execPath,
  args: [join(PROJECT_ROOT, 'scripts', name), ...args],
});

const { bin: python } = await ensurePythonEnvironment('checks');
const checks: readonly Check[] = [
  { name: 'types', command: bin('tsc'), args: ['--noEmit', '-p', '.'] },
  { name: 'lint and format', command: bin('biome'), args: ['ci', '--error-on-warnings', '.'] },
  { name: 'layers and contracts', command: bin('vitest'), args: ['run', 'test/contracts', '--reporter=dot'] },
  { name: 'published schemas', ...script('generate-schemas.ts', '--check') },
  { name: 'the reference of tidegate.yaml', ...script('generate-config-reference.ts', '--check') },
  { name: 'tables of the actions', ...script('generate-action-docs.ts', '--check') },
  { name: 'native modules', ...script('generate-native-modules.ts', '--check') },
  { name: 'workflows and templates', ...script('lint-workflows.ts', python) },
];

let failed = 0;
for (const { name, command, args } of checks) {
  const startedAt = performance.now();
  const { exitCode, output } = await runCommand(command, args, { cwd: PROJECT_ROOT });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${exitCode === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (exitCode !== 0) {
    failed += 1;
    console.log(output);
  }
}
await writeCounts('check', { passed: checks.length - failed, failed });
console.log(`check: ${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
