import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureModule, MODULE_NAMES } from './e2e/programs.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { runCommand } from './run-command.ts';

/** Programs of the machine, each with what gets it on Debian. */
const NEEDED = { go: 'golang-go', git: 'git', 'redis-server': 'redis-server', unshare: 'util-linux', ip: 'iproute2' };

for (const [program, aptPackage] of Object.entries(NEEDED)) {
  const { exitCode } = await runCommand('which', [program]);
  if (exitCode === 0) continue;
  console.error(`npm run e2e needs ${program}. Get it with: apt-get install --yes ${aptPackage}`);
  process.exit(1);
}
for (const name of MODULE_NAMES) {
  try {
    await ensureModule(name);
  } catch (error) {
    // Without KServe its scenarios are not run, and it is said so; without the rest nothing can be.
    if (name !== 'kserve') throw error;
    console.log(error);
  }
}
// Namespaces of its own: some of the programs listen on all addresses, which are those of a lone loopback interface
// here; and whatever it started ends with it, also where it is killed.
const namespaces = ['--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath];
const run = spawn(
  'unshare',
  [...namespaces, ...inside, join(PROJECT_ROOT, 'scripts', 'e2e', 'run.ts'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
process.exitCode = await new Promise<number>((resolve) => run.on('close', (code) => resolve(code ?? 1)));
