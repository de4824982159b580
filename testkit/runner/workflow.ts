import { parse } from 'yaml';

type Json = Record<string, unknown>;

/** One step of a job. */
export interface Step {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly uses: string | undefined;
  readonly run: string | undefined;
  readonly shell: string | undefined;
  readonly workingDirectory: string | undefined;
  readonly condition: string | undefined;
  readonly with: Json;
  readonly env: Json;
  readonly continueOnError: unknown;
  readonly timeoutMinutes: unknown;
}

/** One job of a workflow, before its matrix is laid out. */
export interface Job {
  readonly key: string;
  readonly name: string | undefined;
  readonly needs: readonly string[];
  readonly condition: string | undefined;
  readonly permissions: unknown;
  readonly env: Json;
  /** Name of the environment whose secrets it gets. */
  readonly environment: string | undefined;
  readonly outputs: Json;
  readonly matrix: unknown;
  readonly defaults: { readonly shell: string | undefined; readonly workingDirectory: string | undefined };
  readonly timeoutMinutes: unknown;
  readonly continueOnError: unknown;
  readonly concurrency: unknown;
  readonly steps: readonly Step[];
}

/** A workflow file. */
export interface Workflow {
  readonly name: string;
  readonly path: string;
  /** Filters by event name. */
  readonly on: Readonly<Record<string, Json>>;
  readonly permissions: unknown;
  readonly env: Json;
  readonly concurrency: unknown;
  readonly jobs: readonly Job[];
}

function asObject(value: unknown): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value));
}

function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function asTextOrNothing(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/**
 * Reads a workflow file.
 *
 * @throws {Error} When it is not a workflow: the run then fails before any job.
 */
export function parseWorkflow(text: string, path: string): Workflow {
  const root = asObject(parse(text));
  const jobs = Object.entries(asObject(root.jobs));
  if (jobs.length === 0) throw new Error(`${path} has no jobs`);
  const defaults = runDefaults(root.defaults);
  return {
    name: asTextOrNothing(root.name) ?? path,
    path,
    on: parseTriggers(root.on),
    permissions: root.permissions,
    env: asObject(root.env),
    concurrency: root.concurrency,
    jobs: jobs.map(([key, job]) => parseJob(key, asObject(job), defaults)),
  };
}

function parseTriggers(on: unknown): Record<string, Json> {
  if (typeof on === 'string') return { [on]: {} };
  if (Array.isArray(on)) return Object.fromEntries(on.map((name) => [String(name), {}]));
  return Object.fromEntries(
    Object.entries(asObject(on)).map(([name, filter]) => [
      name,
      Array.isArray(filter) ? { entries: filter } : asObject(filter),
    ]),
  );
}

function runDefaults(value: unknown): Job['defaults'] {
  const run = asObject(asObject(value).run);
  return { shell: asTextOrNothing(run.shell), workingDirectory: asTextOrNothing(run['working-directory']) };
}

function parseJob(key: string, job: Json, inherited: Job['defaults']): Job {
  const own = runDefaults(job.defaults);
  return {
    key,
    name: asTextOrNothing(job.name),
    needs: asList(job.needs).map(String),
    condition: asTextOrNothing(job.if),
    permissions: job.permissions,
    env: asObject(job.env),
    environment: asTextOrNothing(asObject(job.environment).name ?? job.environment),
    outputs: asObject(job.outputs),
    matrix: asObject(job.strategy).matrix,
    defaults: {
      shell: own.shell ?? inherited.shell,
      workingDirectory: own.workingDirectory ?? inherited.workingDirectory,
    },
    timeoutMinutes: job['timeout-minutes'] ?? 360,
    continueOnError: job['continue-on-error'],
    concurrency: job.concurrency,
    steps: asList(job.steps).map((step) => parseStep(asObject(step))),
  };
}

function parseStep(step: Json): Step {
  return {
    id: asTextOrNothing(step.id),
    name: asTextOrNothing(step.name),
    uses: asTextOrNothing(step.uses),
    run: asTextOrNothing(step.run),
    shell: asTextOrNothing(step.shell),
    workingDirectory: asTextOrNothing(step['working-directory']),
    condition: asTextOrNothing(step.if),
    with: asObject(step.with),
    env: asObject(step.env),
    continueOnError: step['continue-on-error'],
    timeoutMinutes: step['timeout-minutes'],
  };
}

/** Event, as far as `on:` needs it. */
export interface Trigger {
  readonly event: string;
  readonly action?: string | undefined;
  /** Of a push: the full ref. Of a pull request: `refs/heads/<base>`. Of a workflow run: of its head branch. */
  readonly ref?: string | undefined;
  /** Of a workflow run: the name of the workflow. */
  readonly workflow?: string | undefined;
  readonly changedPaths?: readonly string[] | undefined;
}

const DEFAULT_TYPES: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  pull_request_target: ['opened', 'synchronize', 'reopened'],
};

/** True if a workflow runs for what happened. */
export function isTriggered(workflow: Workflow, trigger: Trigger): boolean {
  const filter = workflow.on[trigger.event];
  if (filter === undefined) return false;
  const types = filter.types === undefined ? DEFAULT_TYPES[trigger.event] : asList(filter.types).map(String);
  if (types !== undefined && trigger.action !== undefined && !types.includes(trigger.action)) return false;
  if (
    filter.workflows !== undefined &&
    !asList(filter.workflows)
      .map(String)
      .includes(trigger.workflow ?? '')
  )
    return false;
  return isRefWanted(filter, trigger) && arePathsWanted(filter, trigger);
}

function isRefWanted(filter: Json, trigger: Trigger): boolean {
  const { ref } = trigger;
  if (ref === undefined) return true;
  const isTag = ref.startsWith('refs/tags/');
  const name = ref.replace(/^refs\/(?:heads|tags)\//, '');
  const wanted = asPatterns(isTag ? filter.tags : filter.branches);
  const unwanted = asPatterns(isTag ? filter['tags-ignore'] : filter['branches-ignore']);
  if (wanted !== undefined) return matchesPatterns(wanted, name);
  if (unwanted !== undefined) return !matchesPatterns(unwanted, name);
  // A push filter on branches alone leaves out tags, and the other way round.
  const others = isTag ? [filter.branches, filter['branches-ignore']] : [filter.tags, filter['tags-ignore']];
  return trigger.event !== 'push' || others.every((other) => other === undefined);
}

function arePathsWanted(filter: Json, { changedPaths }: Trigger): boolean {
  if (changedPaths === undefined) return true;
  const wanted = asPatterns(filter.paths);
  const unwanted = asPatterns(filter['paths-ignore']);
  if (wanted !== undefined) return changedPaths.some((path) => matchesPatterns(wanted, path));
  return unwanted === undefined || changedPaths.some((path) => !matchesPatterns(unwanted, path));
}

function asPatterns(value: unknown): string[] | undefined {
  return value === undefined ? undefined : asList(value).map(String);
}

/** Patterns in turn: a later `!pattern` takes away what an earlier one took in. */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  let isMatch = false;
  for (const pattern of patterns) {
    const isNegated = pattern.startsWith('!');
    if (globExpression(isNegated ? pattern.slice(1) : pattern).test(name)) isMatch = !isNegated;
  }
  return isMatch;
}

function globExpression(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|[.()|^$\\{}]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

/** All combinations of a matrix, with `include` and `exclude`. One empty combination where there is none. */
export function expandMatrix(matrix: unknown): Json[] {
  const { include, exclude, ...axes } = asObject(matrix);
  let combinations: Json[] = [{}];
  for (const [name, values] of Object.entries(axes)) {
    combinations = combinations.flatMap((one) => asList(values).map((value) => ({ ...one, [name]: value })));
  }
  const isPart = (part: Json, of: Json) =>
    Object.entries(part).every(([name, value]) => JSON.stringify(of[name]) === JSON.stringify(value));
  const excluded = asList(exclude).map(asObject);
  combinations = combinations.filter((one) => !excluded.some((part) => isPart(part, one)));
  if (Object.keys(axes).length === 0 && include !== undefined) return asList(include).map(asObject);
  for (const extra of asList(include).map(asObject)) {
    const shared = Object.fromEntries(Object.entries(extra).filter(([name]) => name in axes));
    const targets = combinations.filter((one) => isPart(shared, one));
    if (targets.length === 0) combinations.push(extra);
    for (const target of targets) Object.assign(target, extra);
  }
  return combinations;
}
