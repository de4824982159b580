// Runs one of the project's tasks on a fresh clone: installs the packages when the lock file changed, then hands over
// to the task under the pinned Node. Plain JavaScript without packages, since it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of each task. */
const TASKS = {
  demo: 'scripts',
  test: 'scripts',
  check: 'scripts',
  build: 'scripts',
  bench: 'scripts',
  calibrate: 'scripts',
  mutate: 'scripts',
  e2e: 'scripts',
  fuzz: 'scripts',
  init: 'cli',
  doctor: 'cli',
  bot: 'cli',
};
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...args] = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node ${process.versions.node} is too old: use Node 20 or newer.`);
if (!Object.hasOwn(TASKS, task ?? ''))
  fail(`There is no task "${task ?? ''}". Tasks: ${Object.keys(TASKS).join(', ')}.`);
installPackages();
const bin = join(root, 'node_modules', '.bin');
const node = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
const run = spawnSync(node, [join(root, TASKS[task], `${task}.ts`), ...args], { stdio: 'inherit', env, cwd: root });
process.exit(run.status ?? 1);

function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.tidegate-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const startedAt = Date.now();
  console.log('Installing the packages of package-lock.json (npm ci) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const install = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (install.status !== 0) fail('npm ci failed: see above.');
  writeFileSync(stamp, lock);
  console.log(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(0)} s.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
