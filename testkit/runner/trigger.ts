import { NO_OBJECT } from '../github/bare-repository.ts';
import type { ForgeEvent } from '../github/github.ts';
import { isJson } from '../github/router.ts';
import type { Json, Repository } from '../github/state.ts';
import { isTriggered, parseWorkflow, type Trigger, type Workflow } from './workflow.ts';

/** A run that an event asks for. */
export interface RunRequest {
  readonly repository: Repository;
  readonly workflow: Workflow;
  readonly event: string;
  readonly payload: Json;
  /** `github.ref` and `github.sha`. */
  readonly ref: string;
  readonly sha: string;
  /** Commit under which the run is listed and which has its checks: of a pull request, its head. */
  readonly headBranch: string;
  readonly headSha: string;
  readonly headRepository: string;
  readonly headRef: string;
  readonly baseRef: string;
  readonly pullRequests: readonly number[];
  readonly title: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Source of a workflow file, and subject of its runs. */
interface Place extends Omit<RunRequest, 'workflow' | 'repository' | 'event' | 'payload' | 'inputs'> {
  readonly trigger: Trigger;
}

const FOLDER = '.github/workflows';

/** All workflow files of a commit that can be read. Broken ones are told to `onBroken`. */
export async function workflowsAt(
  repository: Repository,
  sha: string,
  onBroken: (path: string, error: unknown) => void = () => undefined,
): Promise<Workflow[]> {
  const folder = await repository.git.objectOf(`${sha}:${FOLDER}`);
  if (folder === undefined) return [];
  const workflows: Workflow[] = [];
  for (const entry of await repository.git.tree(folder, false)) {
    if (!/\.ya?ml$/.test(entry.path)) continue;
    const path = `${FOLDER}/${entry.path}`;
    try {
      workflows.push(parseWorkflow((await repository.git.blob(entry.sha)).toString('utf8'), path));
    } catch (error) {
      onBroken(path, error);
    }
  }
  return workflows;
}

/** The runs that an event starts. */
export async function requestsFor(event: ForgeEvent): Promise<RunRequest[]> {
  const place = await placeOf(event);
  if (place === undefined) return [];
  const { trigger, ...rest } = place;
  const workflows = await workflowsAt(event.repository, rest.sha);
  return workflows
    .filter((workflow) => isTriggered(workflow, trigger))
    .map((workflow) => ({
      repository: event.repository,
      workflow,
      event: event.name,
      payload: event.payload,
      inputs: {},
      ...rest,
    }));
}

function text(value: unknown, ...names: string[]): string {
  return String(names.reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), value) ?? '');
}

async function placeOf(event: ForgeEvent): Promise<Place | undefined> {
  if (event.name === 'push') return pushPlace(event);
  if (event.name === 'pull_request') return pullPlace(event);
  // Everything else runs the default branch's file, on its newest commit.
  const place = await defaultPlace(event.repository);
  if (place === undefined) return undefined;
  const run = event.payload.workflow_run;
  const isRun = event.name === 'workflow_run';
  const trigger: Trigger = {
    event: event.name,
    action: event.action,
    ...(isRun ? { workflow: text(run, 'name'), ref: `refs/heads/${text(run, 'head_branch')}` } : {}),
  };
  return { ...place, trigger, title: event.name };
}

async function pushPlace(event: ForgeEvent): Promise<Place | undefined> {
  const { payload, repository } = event;
  const [ref, after] = [text(payload, 'ref'), text(payload, 'after')];
  const sha = after === NO_OBJECT ? undefined : await repository.git.commitOf(after);
  if (sha === undefined) return undefined;
  const before = text(payload, 'before');
  const base = before === NO_OBJECT ? undefined : await repository.git.commitOf(before);
  const files = base === undefined ? undefined : (await repository.git.diff(base, sha)).map(({ filename }) => filename);
  const name = ref.replace(/^refs\/(?:heads|tags)\//, '');
  const title = (await repository.git.commit(sha)).message.split('\n')[0] ?? '';
  const head = { headBranch: name, headSha: sha, headRepository: repository.fullName, headRef: '', baseRef: '' };
  const isTag = ref.startsWith('refs/tags/');
  return {
    ref,
    sha,
    ...head,
    pullRequests: [],
    title,
    trigger: { event: 'push', ref, changedPaths: isTag ? undefined : files },
  };
}

async function pullPlace(event: ForgeEvent): Promise<Place | undefined> {
  const { payload, repository } = event;
  const pull = payload.pull_request;
  const number = Number(text(payload, 'number'));
  const ref = `refs/pull/${number}/merge`;
  const sha = await repository.git.commitOf(ref);
  // A pull request that conflicts with its base runs nothing.
  if (sha === undefined || !(await isCurrent(repository, sha, text(pull, 'head', 'sha')))) return undefined;
  const headRepository = text(pull, 'head', 'repo', 'full_name');
  const headSha = text(pull, 'head', 'sha');
  const base = text(pull, 'base', 'sha');
  const files = (await repository.git.diff(base, sha)).map(({ filename }) => filename);
  const trigger: Trigger = {
    event: 'pull_request',
    action: event.action,
    ref: `refs/heads/${text(pull, 'base', 'ref')}`,
    changedPaths: files,
  };
  return {
    ref,
    sha,
    headBranch: text(pull, 'head', 'ref'),
    headSha,
    headRepository,
    headRef: text(pull, 'head', 'ref'),
    baseRef: text(pull, 'base', 'ref'),
    pullRequests: headRepository === repository.fullName ? [number] : [],
    title: text(pull, 'title'),
    trigger,
  };
}

async function isCurrent(repository: Repository, mergeSha: string, headSha: string): Promise<boolean> {
  return (await repository.git.commit(mergeSha)).parents.includes(headSha);
}

/** The newest commit of the default branch, or of the branch or tag given. */
export async function defaultPlace(
  repository: Repository,
  name = repository.defaultBranch,
): Promise<Omit<Place, 'trigger' | 'title'> | undefined> {
  const short = name.replace(/^refs\/(?:heads|tags)\//, '');
  const isTag = (await repository.git.commitOf(`refs/heads/${short}`)) === undefined;
  const ref = `refs/${isTag ? 'tags' : 'heads'}/${short}`;
  const sha = await repository.git.commitOf(ref);
  if (sha === undefined) return undefined;
  const head = { headBranch: short, headSha: sha, headRepository: repository.fullName, headRef: '', baseRef: '' };
  return { ref, sha, ...head, pullRequests: [] };
}
