import { resolve } from 'node:path';
import type { Environment } from '../actions/action-context.ts';
import { nearest } from '../core/domain/text/nearest.ts';
import { UserError } from '../core/errors.ts';
import { readActionHelp } from './action-help.ts';
import { ACTION_COMMANDS, type ActionCommand, OWN_COMMANDS } from './commands.ts';
import { parseFlags } from './flags.ts';
import { renderHelp, renderUsage } from './help.ts';
import { reportError } from './report-error.ts';
import { findToken, repositoryEnvironment } from './terminal/repository-environment.ts';
import { createTerminalContext, type TerminalStream } from './terminal/terminal-context.ts';

/** The process around a command line. */
export interface CliProcess {
  readonly env: Environment;
  readonly directory: string;
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  /** Folder with the action.yml of every action. */
  readonly root: string;
  readonly nodeModules: string | undefined;
}

/**
 * Runs a command line.
 *
 * @returns The exit code: 0 for a good result, 1 for a failed gate, drift or an error, 2 for a wrong flag or command.
 */
export async function runCli(args: readonly string[], surroundings: CliProcess): Promise<number> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') {
    surroundings.stdout.write(renderUsage(listed(surroundings.root)));
    return 0;
  }
  const command: ActionCommand | undefined = isActionCommand(name) ? ACTION_COMMANDS[name] : undefined;
  try {
    if (command === undefined) throw unknownCommand(name);
    return await runActionCommand(name, command, { args: rest, surroundings });
  } catch (error) {
    return reportError(error, surroundings);
  }
}

function isActionCommand(name: string): name is keyof typeof ACTION_COMMANDS {
  return Object.hasOwn(ACTION_COMMANDS, name);
}

function listed(root: string): readonly (readonly [string, string])[] {
  const own = Object.entries(OWN_COMMANDS).map(([name, { about }]) => [name, about] as const);
  const ofActions = Object.entries(ACTION_COMMANDS).map(
    ([name, { action }]) => [name, readActionHelp(root, action).description] as const,
  );
  return [...own.slice(0, 1), ...ofActions, ...own.slice(1)];
}

function unknownCommand(name: string): UserError {
  const names = [...Object.keys(ACTION_COMMANDS), ...Object.keys(OWN_COMMANDS)];
  const near = nearest(name, names);
  const hint = near === undefined ? `Commands: ${names.join(', ')}.` : `Did you mean ${near}?`;
  return new UserError('INPUT_INVALID', `there is no command "${name}"`, { fix: hint });
}

interface Invocation {
  readonly args: readonly string[];
  readonly surroundings: CliProcess;
}

async function runActionCommand(
  name: string,
  { action, load, inputs: loadInputs }: ActionCommand,
  { args, surroundings }: Invocation,
): Promise<number> {
  const { stdout, stderr, root, directory, nodeModules } = surroundings;
  const table = await loadInputs();
  const flags = parseFlags(name, args, table);
  if (flags.isHelp) {
    stdout.write(renderHelp(name, table, readActionHelp(root, action)));
    return 0;
  }
  const workingDirectory = resolve(directory, flags.inputs.get('working-directory') ?? '.');
  const env = await repositoryEnvironment(surroundings.env, workingDirectory);
  const token = Object.hasOwn(table, 'github-token') ? await findToken(surroundings.env, env) : undefined;
  const inputs = new Map([...flags.inputs, ...(token === undefined ? [] : [['github-token', token] as const])]);
  const { context, outputs, isFailed } = createTerminalContext({
    ...{ action, env, nodeModules, workingDirectory, inputs, stdout, stderr },
    isJson: flags.isJson,
    isFull: flags.isFull,
  });
  const { main } = await load();
  await main(context);
  if (flags.isJson) stdout.write(`${JSON.stringify(results(outputs), null, 2)}\n`);
  return isFailed() ? 1 : 0;
}

/** Outputs of an action are texts: those that hold JSON are given as what they hold. */
function results(outputs: ReadonlyMap<string, string | number | boolean | null>): Record<string, unknown> {
  const isJson = (value: unknown): value is string => typeof value === 'string' && /^[[{]/.test(value);
  return Object.fromEntries([...outputs].map(([name, value]) => [name, isJson(value) ? JSON.parse(value) : value]));
}
