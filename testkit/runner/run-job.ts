import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asText, interpolateAll, isConditionMet } from './expression.ts';
import { baseEnvironment, type JobOptions, type JobState, type StepResult, scopeOf } from './job-state.ts';
import { JobLog, type StepAnnotation } from './log.ts';
import { environmentOf, runStep } from './run-step.ts';

/** Result of a job. */
export interface JobResult {
  readonly conclusion: 'success' | 'failure' | 'cancelled';
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepResult[];
  readonly annotations: readonly StepAnnotation[];
  /** Masked. */
  readonly log: string;
  /** The summaries of its steps, joined. Masked. */
  readonly summary: string;
}

/** A job that GitHub did not let begin. */
export function refusedJob(reason: string): JobResult {
  return {
    conclusion: 'failure',
    outputs: {},
    steps: [],
    annotations: [],
    log: `##[error]${reason}`,
    summary: '',
  };
}

/** Runs the steps of a job on this machine, in folders of its own. */
export async function runJob(options: JobOptions): Promise<JobResult> {
  const state = await createState(options);
  const timeoutMs = Number(interpolateAll(options.job.timeoutMinutes, scopeOf(state, {}))) * 60_000;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.min(timeoutMs, 2 ** 31 - 1));
  const signal = options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal]);
  const bounded: JobState = Object.assign(state, { options: { ...options, signal } });
  const steps: StepResult[] = [];
  for (const step of options.job.steps) {
    if (signal.aborted) state.status = 'cancelled';
    steps.push(await runStep(bounded, step));
  }
  clearTimeout(timer);
  if (deadline.signal.aborted) {
    state.log.annotate('error', `The job has exceeded the maximum execution time of ${timeoutMs / 60_000} minutes.`);
    state.status = 'failure';
  }
  await runPosts(bounded, steps);
  return {
    conclusion: state.status,
    outputs: jobOutputs(bounded),
    steps,
    annotations: state.log.annotations,
    log: state.log.text,
    summary: steps
      .map(({ summary }) => summary)
      .filter((summary) => summary.trim() !== '')
      .join('\n\n'),
  };
}

async function createState(options: JobOptions): Promise<JobState> {
  const folder = (name: string) => path.join(options.directory, name);
  const repository = String(options.github.repository).split('/')[1] ?? 'repository';
  const folders = {
    workspace: path.join(folder('work'), repository, repository),
    temp: folder('temp'),
    home: folder('home'),
    eventPath: path.join(folder('temp'), '_github_workflow', 'event.json'),
  };
  for (const name of [
    folders.workspace,
    folders.temp,
    folders.home,
    path.dirname(folders.eventPath),
    options.host.toolCache,
  ]) {
    await mkdir(name, { recursive: true });
  }
  await writeFile(folders.eventPath, JSON.stringify(options.github.event ?? {}, null, 2));
  const log = new JobLog(options.onLine);
  for (const secret of [options.token, ...Object.values(options.secrets)]) log.masks.add(secret);
  const runtimeToken = options.resultsEnvironment.ACTIONS_RUNTIME_TOKEN;
  if (runtimeToken !== undefined) log.masks.add(runtimeToken);
  return { options, folders, log, env: {}, paths: [], steps: {}, posts: [], status: 'success' };
}

/** Post steps run last in, first out. */
async function runPosts(state: JobState, steps: StepResult[]): Promise<void> {
  for (const post of state.posts.toReversed()) {
    state.log.beginStep(post.name);
    const isWanted = isConditionMet(post.condition, scopeOf(state, baseEnvironment(state)));
    const isSuccess = isWanted && (await post.run());
    if (isWanted && !isSuccess) state.status = 'failure';
    steps.push({ name: post.name, conclusion: !isWanted ? 'skipped' : isSuccess ? 'success' : 'failure', summary: '' });
  }
}

/** Outputs of the job. One that holds a masked value is dropped, as on GitHub. */
function jobOutputs(state: JobState): Record<string, string> {
  const { job } = state.options;
  const scope = scopeOf(state, environmentOf(state));
  const outputs: Record<string, string> = {};
  for (const [name, expression] of Object.entries(job.outputs)) {
    const value = asText(interpolateAll(expression, scope));
    if (state.log.masks.hides(value))
      state.log.annotate('warning', `Skip output '${name}' since it may contain secret.`);
    else outputs[name] = value;
  }
  return outputs;
}
