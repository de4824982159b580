#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AS_ACTION } from './as-action.ts';
import { ACTION_COMMANDS, OWN_COMMANDS } from './commands.ts';
import { runCli } from './run-cli.ts';

// The command line: npx tidegate <command>. Its folder is below the one that holds actions/ and node_modules/.
// What reads the output may have seen enough of it.
process.stdout.on('error', () => process.exit());
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = '', ...rest] = process.argv.slice(2);
const own = Object.hasOwn(OWN_COMMANDS, name) ? OWN_COMMANDS[name] : undefined;
if (name === AS_ACTION) await runAsAction(rest[0] ?? '');
else if (own === undefined) {
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    directory: process.env.INIT_CWD ?? process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    root,
    nodeModules: modulesNear(root),
  });
} else {
  // It reads the options itself.
  process.argv.splice(2, process.argv.length - 2, ...rest);
  await own.load();
}

async function runAsAction(action: string): Promise<void> {
  const command = Object.values(ACTION_COMMANDS).find((one) => one.action === action);
  if (command === undefined) throw new RangeError(`there is no action ${action}`);
  const { runAction } = await import('../actions/run-action.ts');
  await runAction({ name: action, load: command.load });
}

/** The node_modules that holds the engines: of the package, or the one that it is installed in. */
function modulesNear(folder: string): string | undefined {
  const places = [join(folder, 'node_modules'), dirname(folder)];
  return places.find((place) => existsSync(join(place, '@duckdb', 'node-api')));
}
