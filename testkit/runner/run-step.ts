import { randomUUID } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asText, interpolate, interpolateAll, isConditionMet, isTruthy, type Scope } from './expression.ts';
import { createFileCommands, type FileCommandResult } from './file-commands.ts';
import { HOSTED_ACTIONS } from './hosted-actions.ts';
import { baseEnvironment, type JobState, type StepResult, scopeOf } from './job-state.ts';
import { type ActionMetadata, inputEnvironment, readAction, runNode } from './node-action.ts';
import { runProcess } from './run-process.ts';
import type { Step } from './workflow.ts';

const DEFAULT_TIMEOUT_MINUTES = 360;

interface StepRun {
  readonly step: Step;
  readonly name: string;
  readonly env: Record<string, string>;
  readonly scope: Scope;
  readonly timeoutMs: number;
}

interface StepOutcome {
  readonly isSuccess: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** `env:` of workflow and job, then GITHUB_ENV as it was written, then `env:` of a step: each stronger than before. */
export function environmentOf(state: JobState, ofStep: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const { job, workflowEnv } = state.options;
  const fill = (env: Record<string, string>, level: Readonly<Record<string, unknown>>) => {
    const scope = scopeOf(state, env);
    const filled = Object.entries(level).map(([name, value]) => [name, asText(interpolateAll(value, scope))]);
    return { ...env, ...Object.fromEntries(filled) };
  };
  const outer = [workflowEnv, job.env].reduce<Record<string, string>>(fill, {});
  return fill({ ...outer, ...state.env }, ofStep);
}

/** Runs a step if its condition holds, and notes what came of it. */
export async function runStep(state: JobState, step: Step): Promise<StepResult> {
  const outer = environmentOf(state);
  const outerScope = scopeOf(state, outer);
  const name =
    step.name === undefined
      ? (step.uses ?? `Run ${(step.run ?? '').split('\n')[0]}`)
      : asText(interpolate(step.name, outerScope));
  state.log.beginStep(name);
  if (!isConditionMet(step.condition, outerScope)) {
    note(state, step, { outputs: {}, outcome: 'skipped', conclusion: 'skipped' });
    return { name, conclusion: 'skipped', summary: '' };
  }
  const env = environmentOf(state, step.env);
  const scope = scopeOf(state, env);
  const minutes = Number(
    step.timeoutMinutes === undefined ? DEFAULT_TIMEOUT_MINUTES : interpolateAll(step.timeoutMinutes, scope),
  );
  const run: StepRun = { step, name, env, scope, timeoutMs: minutes * 60_000 };
  state.log.write(`##[section]${name}`);
  const outcome = await perform(state, run);
  const isTolerated = !outcome.isSuccess && isTruthy(interpolateAll(step.continueOnError ?? false, scope));
  const conclusion = outcome.isSuccess || isTolerated ? 'success' : 'failure';
  note(state, step, {
    outputs: { ...outcome.outputs },
    outcome: outcome.isSuccess ? 'success' : 'failure',
    conclusion,
  });
  if (conclusion === 'failure' && state.status === 'success') state.status = 'failure';
  return { name, conclusion, summary: outcome.summary };
}

function note(state: JobState, step: Step, result: JobState['steps'][string]): void {
  if (step.id !== undefined) state.steps[step.id] = result;
}

async function perform(state: JobState, run: StepRun): Promise<StepOutcome> {
  try {
    if (run.step.uses !== undefined) return await useAction(state, run, run.step.uses);
    return await runScript(state, run);
  } catch (error) {
    state.log.annotate('error', error instanceof Error ? error.message : String(error));
    return { isSuccess: false, outputs: {}, summary: '' };
  }
}

/** Takes over what a step wrote into its files. */
function absorb(state: JobState, files: FileCommandResult, isSuccess: boolean): StepOutcome {
  for (const problem of files.problems) state.log.annotate('error', problem);
  Object.assign(state.env, files.env);
  for (const added of files.paths) state.paths.unshift(added);
  const summary = files.summary
    .split('\n')
    .map((line) => state.log.masks.apply(line))
    .join('\n');
  return { isSuccess, outputs: files.outputs, summary };
}

const SHELLS: Readonly<Record<string, readonly string[]>> = {
  default: ['bash', '-e', '{0}'],
  bash: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '{0}'],
  sh: ['sh', '-e', '{0}'],
  python: ['python', '{0}'],
};

async function runScript(state: JobState, { step, env, scope, timeoutMs }: StepRun): Promise<StepOutcome> {
  const { job } = state.options;
  const shell = step.shell ?? job.defaults.shell ?? 'default';
  const [command = 'bash', ...args] = SHELLS[shell] ?? shell.split(' ');
  const script = path.join(state.folders.temp, `${randomUUID()}${shell === 'python' ? '.py' : '.sh'}`);
  const text = asText(interpolate(step.run ?? '', scope));
  await writeFile(script, `${text}\n`);
  for (const line of text.trimEnd().split('\n')) state.log.write(`##[command]${line}`);
  const commands = await createFileCommands(state.folders.temp);
  const folder = step.workingDirectory ?? job.defaults.workingDirectory ?? '.';
  const { exitCode, isTimedOut } = await runProcess({
    command,
    args: args.map((arg) => arg.replace('{0}', script)),
    cwd: path.resolve(state.folders.workspace, asText(interpolate(folder, scope))),
    env: { ...baseEnvironment(state), ...env, PATH: env.PATH ?? baseEnvironment(state).PATH ?? '', ...commands.env },
    timeoutMs,
    signal: state.options.signal,
    onLine: (line) => state.log.take(line),
  });
  if (isTimedOut)
    state.log.annotate(
      'error',
      `The action '${step.name ?? 'run'}' has timed out after ${timeoutMs / 60_000} minutes.`,
    );
  else if (exitCode !== 0) state.log.annotate('error', `Process completed with exit code ${exitCode}.`);
  return absorb(state, await commands.read(), exitCode === 0);
}

/** Path of the code of `uses:` for Tidegate's or the user's actions; undefined for public actions. */
async function actionDirectory(state: JobState, uses: string): Promise<string | undefined> {
  const { repositoryRoot } = state.options.host;
  const own = /^[\w.-]+\/tidegate\/actions\/([\w-]+)@/.exec(uses)?.[1];
  if (own !== undefined) return path.join(repositoryRoot, 'actions', own);
  if (!uses.startsWith('./')) return undefined;
  const local = path.resolve(state.folders.workspace, uses);
  const isThere = await access(path.join(local, 'action.yml')).then(
    () => true,
    () => false,
  );
  return isThere ? local : path.join(repositoryRoot, uses);
}

async function useAction(state: JobState, run: StepRun, uses: string): Promise<StepOutcome> {
  const filled = Object.entries(run.step.with).map(([name, value]): [string, string] => [
    name,
    asText(interpolateAll(value, run.scope)),
  ]);
  const inputs = Object.fromEntries(filled);
  const directory = await actionDirectory(state, uses);
  if (directory !== undefined) return useNodeAction(state, run, { directory, inputs });
  const hosted = HOSTED_ACTIONS[uses.split('@')[0] ?? ''];
  if (hosted === undefined) throw new Error(`this runner has no stand-in for ${uses}`);
  const { isSuccess, outputs, post } = await hosted(state, inputs, run.env);
  if (post !== undefined) state.posts.push({ name: `Post ${run.name}`, condition: 'always()', run: post });
  return { isSuccess, outputs, summary: '' };
}

function warnOfUnknownInputs(state: JobState, action: ActionMetadata, given: Readonly<Record<string, string>>): void {
  const valid = Object.keys(action.inputs).map((name) => `'${name}'`);
  for (const name of Object.keys(given).filter((one) => !(one in action.inputs))) {
    state.log.annotate('warning', `Unexpected input(s) '${name}', valid inputs are [${valid.join(', ')}]`);
  }
}

async function useNodeAction(
  state: JobState,
  run: StepRun,
  use: { directory: string; inputs: Readonly<Record<string, string>> },
): Promise<StepOutcome> {
  const action = await readAction(use.directory);
  if (action.using !== 'node24')
    throw new Error(`${use.directory}: runs.using is "${action.using}"; this runner has node24`);
  warnOfUnknownInputs(state, action, use.inputs);
  const env = { ...run.env, ...inputEnvironment(state, action, use.inputs), GITHUB_ACTION: run.step.id ?? '__self' };
  const call = (entry: string, saved: Readonly<Record<string, string>>) => {
    const states = Object.fromEntries(Object.entries(saved).map(([name, value]) => [`STATE_${name}`, value]));
    const file = path.join(action.directory, entry);
    return runNode(state, {
      entry: file,
      env: { ...env, ...states },
      actionPath: action.directory,
      timeoutMs: run.timeoutMs,
    });
  };
  const isLocal = run.step.uses?.startsWith('./') ?? false;
  // As on GitHub, an action of the work tree has no pre step: it is not there when the job starts.
  const before = action.pre === undefined || isLocal ? undefined : await call(action.pre, {});
  const { isSuccess, files } = await call(action.main, before?.files.state ?? {});
  const saved = { ...before?.files.state, ...files.state };
  if (action.post !== undefined) {
    const entry = action.post;
    const post = async () => {
      const result = await call(entry, saved);
      absorb(state, result.files, result.isSuccess);
      return result.isSuccess;
    };
    state.posts.push({ name: `Post ${run.name}`, condition: action.postIf, run: post });
  }
  return absorb(state, files, isSuccess && before?.isSuccess !== false);
}
