import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { hideTokens, isRestarted } from '../core/adapters/commands/hidden-environment.ts';
import { type ErrorPlace, moreAbout, type Problem, ServiceError, UserError } from '../core/errors.ts';
import type { ActionContext, ActionLog, Environment } from './action-context.ts';

/** An action: its name, and the module that does its work, loaded after the first line of the log. */
export interface ActionDefinition {
  readonly name: string;
  /** True if it runs commands of the team: then no other process can read its inputs and tokens. */
  readonly runsTeamCode?: boolean;
  /** True if tidegate.yaml may name a command: the same, on platforms where a process can be replaced. */
  readonly mayRunCommand?: boolean;
  readonly load: () => Promise<{ readonly main: (context: ActionContext) => Promise<void> }>;
}

type Core = typeof import('@actions/core');

const ISSUES = 'https://github.com/tidegate/tidegate/issues';

/**
 * Runs an action: the first line at once, then its work, then one place that turns an error into annotations and an
 * exit code. A user's mistake shows no stack; a bug shows its stack and where to report it.
 */
export async function runAction({ name, runsTeamCode, mayRunCommand, load }: ActionDefinition): Promise<void> {
  if (!isRestarted(process.env)) process.stdout.write(`Tidegate ${name}\n`);
  try {
    // Before anything else is loaded: it may start this program a second time.
    const isHidden = runsTeamCode === true || (mayRunCommand === true && process.execve !== undefined);
    if (isHidden) Object.assign(process.env, hideTokens(process.env));
    const core = await import('@actions/core');
    const { main } = await load();
    await main(createContext(name, core));
  } catch (error) {
    report(name, error, await import('@actions/core'));
  }
}

function createContext(name: string, core: Core): ActionContext {
  const env: Environment = { ...process.env };
  const workspace = env.GITHUB_WORKSPACE ?? process.cwd();
  return {
    action: name,
    env,
    nodeModules: ownModules(process.argv[1]),
    workingDirectory: resolve(workspace, core.getInput('working-directory') || '.'),
    log: createLog(core),
    isRunner: true,
    input: (input) => env[`INPUT_${input.replaceAll(' ', '_').toUpperCase()}`]?.trim(),
    setOutput: (output, value) => core.setOutput(output, value === null ? '' : value),
    appendSummary: async (markdown) => {
      // A file that is not there is no runner: nothing shows a summary then.
      if (env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown, true).write();
    },
    maskSecret: (secret) => core.setSecret(secret),
    fail: (message, place) => {
      core.error(message, annotation(place));
      process.exitCode = 1;
    },
    idToken: (audience) => core.getIDToken(audience),
  };
}

/** `actions/<name>/index.ts` runs among the project's packages; a bundle is JavaScript, and looks nowhere above its folder. */
function ownModules(script: string | undefined): string | undefined {
  return script?.endsWith('.ts') === true ? join(dirname(script), '..', '..', 'node_modules') : undefined;
}

function createLog(core: Core): ActionLog {
  return {
    info: (line) => core.info(plainLine(line)),
    warning: (problem) => core.warning(text(problem), annotation(problem.place)),
    notice: (message, place) => core.notice(message, annotation(place)),
    group: (title, work) => core.group(title, work),
  };
}

/** One line that the runner takes for text: commands are `::name::` at the start of a line, and `##[name]` anywhere. */
function plainLine(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '## [');
}

function report(name: string, error: unknown, core: Core): void {
  process.exitCode = 1;
  if (error instanceof UserError) {
    for (const problem of error.problems) {
      core.error(`${name}: ${text(problem)}`, annotation(problem.place ?? error.place));
    }
    core.info(moreAbout(error.code));
  } else if (error instanceof ServiceError) {
    const advice = error.retryable ? ' This may be temporary: run the job again.' : '';
    core.error(`${name}: ${error.message}. ${error.fix}${advice}`);
    core.info(moreAbout(error.code));
  } else {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    core.error(`${name}: this is a defect of Tidegate, not of your repository. Please report it: ${ISSUES}\n${stack}`);
  }
}

function text({ message, fix, place }: Problem): string {
  const at = place === undefined ? '' : `${place.file}${place.line === undefined ? '' : `:${place.line}`}`;
  return `${at}${place === undefined ? message : afterPlace(message, place)}. ${fix}`;
}

/** Many messages begin with their file, and some with its line, for those who show no place. */
function afterPlace(message: string, { file, line }: ErrorPlace): string {
  for (const start of [`${file}:${line ?? ''}:`, `${file}:`, file]) {
    if (message.startsWith(`${start} `)) return `${start.endsWith(':') ? ':' : ''}${message.slice(start.length)}`;
  }
  return `: ${message}`;
}

/** GitHub shows an annotation at a path of the repository; most of Tidegate are relative to working-directory. */
function repositoryFile(file: string): string {
  const workspace = resolve(process.env.GITHUB_WORKSPACE ?? process.cwd());
  const folder = process.env['INPUT_WORKING-DIRECTORY']?.trim() || '.';
  const found = resolve(workspace, folder, file);
  const inside = relative(workspace, found).split(sep).join('/');
  return existsSync(found) && !inside.startsWith('../') ? inside : file;
}

function annotation(place: Problem['place']): { file?: string; startLine?: number; startColumn?: number } {
  if (place === undefined) return {};
  return {
    file: repositoryFile(place.file),
    ...(place.line === undefined ? {} : { startLine: place.line }),
    ...(place.column === undefined ? {} : { startColumn: place.column }),
  };
}
