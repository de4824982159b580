import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { asText, interpolate } from './expression.ts';
import { createFileCommands, type FileCommandResult } from './file-commands.ts';
import { baseEnvironment, type JobState, scopeOf } from './job-state.ts';
import { runProcess } from './run-process.ts';

type Json = Record<string, unknown>;

/** An action.yml, as far as the runner reads it. */
export interface ActionMetadata {
  readonly directory: string;
  readonly inputs: Readonly<Record<string, { readonly default: string | undefined }>>;
  readonly using: string;
  readonly main: string;
  readonly pre: string | undefined;
  readonly post: string | undefined;
  readonly postIf: string;
}

function asObject(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** Reads `action.yml` of a folder. */
export async function readAction(directory: string): Promise<ActionMetadata> {
  const file = path.join(directory, 'action.yml');
  await access(file);
  const root = asObject(parse(await readFile(file, 'utf8')));
  const runs = asObject(root.runs);
  const optional = (name: string) => (runs[name] === undefined ? undefined : String(runs[name]));
  const inputs = Object.entries(asObject(root.inputs)).map(([name, input]) => {
    const value = asObject(input).default;
    return [name, { default: value === undefined || value === null ? undefined : String(value) }];
  });
  return {
    directory,
    inputs: Object.fromEntries(inputs),
    using: String(runs.using ?? ''),
    main: String(runs.main ?? ''),
    pre: optional('pre'),
    post: optional('post'),
    postIf: optional('post-if') ?? 'always()',
  };
}

/** `INPUT_*` as the runner sets it: defaults first, then `with:`. Hyphens stay. */
export function inputEnvironment(
  state: JobState,
  action: ActionMetadata,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const scope = scopeOf(state, {});
  const defaults = Object.entries(action.inputs).map(([name, input]): [string, string] => [
    name,
    input.default === undefined ? '' : asText(interpolate(input.default, scope)),
  ]);
  const entries = new Map(defaults.map(([name, value]) => [inputName(name), value]));
  for (const [name, value] of Object.entries(given)) entries.set(inputName(name), value);
  return Object.fromEntries(entries);
}

function inputName(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

/** One entry point of an action to run. */
export interface NodeCall {
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly actionPath: string;
  readonly timeoutMs: number;
}

/** Runs an entry point of an action under node. */
export async function runNode(
  state: JobState,
  call: NodeCall,
): Promise<{ isSuccess: boolean; files: FileCommandResult }> {
  const { options, folders, log } = state;
  const commands = await createFileCommands(folders.temp);
  const { isTimedOut, exitCode } = await runProcess({
    command: options.host.node,
    args: [call.entry],
    cwd: folders.workspace,
    env: {
      ...baseEnvironment(state),
      ...options.resultsEnvironment,
      ...call.env,
      GITHUB_ACTION_PATH: call.actionPath,
      ...commands.env,
    },
    timeoutMs: call.timeoutMs,
    signal: options.signal,
    onLine: (line) => log.take(line),
  });
  if (isTimedOut) log.annotate('error', `The action has timed out after ${call.timeoutMs / 60_000} minutes.`);
  return { isSuccess: exitCode === 0, files: await commands.read() };
}
