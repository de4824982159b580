import type { GitHub } from './github.ts';
import { presentRepository } from './present.ts';
import { presentCheckRun, presentStatus } from './present-checks.ts';
import {
  ApiError,
  objectField,
  objectsField,
  type RepositoryContext,
  type Route,
  repositoryRoute,
  requiredText,
  textField,
} from './router.ts';
import { actorOf, commitAt } from './routes-git.ts';
import { viewOf } from './routes-issues.ts';
import type { Annotation, CheckRun, CommitStatus, Conclusion, Json, Principal, Repository } from './state.ts';

const MAX_ANNOTATIONS = 50;
const CONCLUSIONS: readonly Conclusion[] = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
];
const STATES = ['error', 'failure', 'pending', 'success'] as const;

/** Check runs are the Apps' alone. */
function appOf(context: RepositoryContext): Principal {
  const actor = actorOf(context);
  if (actor.kind === 'user') throw new ApiError(403, 'You must authenticate via a GitHub App.');
  return actor;
}

function annotationOf(entry: Json): Annotation {
  const number = (name: string) => (typeof entry[name] === 'number' ? Number(entry[name]) : null);
  const level = textField(entry, 'annotation_level');
  return {
    path: requiredText(entry, 'path'),
    start_line: number('start_line') ?? 1,
    end_line: number('end_line') ?? number('start_line') ?? 1,
    start_column: number('start_column'),
    end_column: number('end_column'),
    annotation_level: level === 'notice' || level === 'warning' ? level : 'failure',
    title: textField(entry, 'title') ?? null,
    message: requiredText(entry, 'message'),
    raw_details: textField(entry, 'raw_details') ?? null,
  };
}

/** Applies the body of a create or update. */
function applyCheck(context: RepositoryContext, check: CheckRun): void {
  const { body, github } = context;
  const output = objectField(body, 'output');
  const annotations = objectsField(output, 'annotations');
  if (annotations.length > MAX_ANNOTATIONS)
    throw new ApiError(422, 'Invalid request.\n\nNo more than 50 items are allowed.');
  for (const field of ['summary', 'text']) {
    if ((textField(output, field) ?? '').length > 65_535)
      throw new ApiError(422, `Invalid request.\n\n${field} is too long.`);
  }
  check.annotations.push(...annotations.map(annotationOf));
  check.output = {
    title: textField(output, 'title') ?? check.output.title,
    summary: textField(output, 'summary') ?? check.output.summary,
    text: textField(output, 'text') ?? check.output.text,
  };
  check.name = textField(body, 'name') ?? check.name;
  check.detailsUrl = textField(body, 'details_url') ?? check.detailsUrl;
  check.externalId = textField(body, 'external_id') ?? check.externalId;
  check.startedAt = textField(body, 'started_at') ?? check.startedAt;
  const conclusion = CONCLUSIONS.find((one) => one === body.conclusion);
  const status = textField(body, 'status');
  if (conclusion !== undefined || status === 'completed') {
    if (conclusion === undefined) throw new ApiError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
    check.status = 'completed';
    check.conclusion = conclusion;
    check.completedAt = textField(body, 'completed_at') ?? github.state.now();
  } else if (status === 'queued' || status === 'in_progress') {
    check.status = status;
    check.conclusion = null;
    check.completedAt = null;
  }
}

/** Tells the App about a check run. */
export function emitCheckRun(
  github: GitHub,
  place: { repository: Repository; check: CheckRun; by: Principal },
  action: string,
): void {
  const { repository, check, by } = place;
  const view = { state: github.state, addresses: github.addresses };
  const payload = { action, check_run: presentCheckRun(view, repository, check) };
  github.emit({ name: 'check_run', action, repository, sender: by.account, payload, startsWorkflows: false });
}

async function createCheckRun(context: RepositoryContext) {
  const { repository, github, body } = context;
  const by = appOf(context);
  const check: CheckRun = {
    id: github.state.newId(),
    headSha: await commitAt(repository, requiredText(body, 'head_sha'), 422),
    name: requiredText(body, 'name'),
    status: 'queued',
    conclusion: null,
    startedAt: github.state.now(),
    completedAt: null,
    externalId: '',
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    app: by.kind === 'job' ? 'github-actions' : 'app',
  };
  applyCheck(context, check);
  repository.checkRuns.push(check);
  emitCheckRun(github, { repository, check, by }, 'created');
  if (check.status === 'completed') emitCheckRun(github, { repository, check, by }, 'completed');
  return { status: 201, body: presentCheckRun(viewOf(context), repository, check) };
}

function checkOf({ repository, params }: RepositoryContext): CheckRun {
  const check = repository.checkRuns.find((one) => one.id === Number(params.check_run_id));
  if (check === undefined) throw new ApiError(404, 'Not Found');
  return check;
}

function updateCheckRun(context: RepositoryContext) {
  const { repository, github } = context;
  const by = appOf(context);
  const check = checkOf(context);
  const wasCompleted = check.status === 'completed';
  applyCheck(context, check);
  if (!wasCompleted && check.status === 'completed') emitCheckRun(github, { repository, check, by }, 'completed');
  return { status: 200, body: presentCheckRun(viewOf(context), repository, check) };
}

function getCheckRun(context: RepositoryContext) {
  return { status: 200, body: presentCheckRun(viewOf(context), context.repository, checkOf(context)) };
}

function listAnnotations(context: RepositoryContext) {
  const check = checkOf(context);
  const html = `${context.github.addresses.html}/${context.repository.fullName}/blob/${check.headSha}`;
  const list = check.annotations.map((one) => ({ ...one, blob_href: `${html}/${one.path}` }));
  return { status: 200, items: { list } };
}

async function listCheckRuns(context: RepositoryContext) {
  const { repository, query, params, github } = context;
  const sha = await commitAt(repository, params.ref ?? '', 422);
  const name = query.get('check_name');
  const appId = query.get('app_id');
  const matches = repository.checkRuns
    .filter((check) => check.headSha === sha && (name === null || check.name === name))
    .filter((check) => query.get('status') === null || check.status === query.get('status'))
    .filter((check) => appId === null || appId === String(check.app === 'app' ? github.state.app.id : 15368));
  const latest = new Map(matches.map((check) => [`${check.app}/${check.name}`, check]));
  const kept =
    query.get('filter') === 'all'
      ? matches
      : matches.filter((check) => latest.get(`${check.app}/${check.name}`) === check);
  const list = kept.toReversed().map((check) => presentCheckRun(viewOf(context), repository, check));
  return { status: 200, items: { list, key: 'check_runs' } };
}

async function createStatus(context: RepositoryContext) {
  const { repository, github, body } = context;
  const actor = actorOf(context);
  const state = STATES.find((one) => one === body.state);
  if (state === undefined)
    throw new ApiError(422, 'Validation Failed', [{ resource: 'Status', field: 'state', code: 'invalid' }]);
  const targetUrl = textField(body, 'target_url') ?? null;
  if (targetUrl !== null && !/^https?:\/\//.test(targetUrl)) {
    const message = 'target_url must use http(s) scheme';
    throw new ApiError(422, 'Validation Failed', [
      { resource: 'Status', field: 'target_url', code: 'custom', message },
    ]);
  }
  const sha = await commitAt(repository, context.params.sha ?? '', 422);
  const status: CommitStatus = {
    id: github.state.newId(),
    sha,
    state,
    context: textField(body, 'context') ?? 'default',
    description: textField(body, 'description') ?? null,
    targetUrl,
    creator: actor.account,
    createdAt: github.state.now(),
  };
  repository.statuses.push(status);
  const refs = (await repository.git.refs('refs/heads/')).filter((ref) => ref.sha === sha);
  const branches = refs.map(({ ref }) => ({
    name: ref.slice('refs/heads/'.length),
    commit: { sha },
    protected: false,
  }));
  const shown = presentStatus(viewOf(context), repository, status);
  const payload = { ...shown, sha, name: repository.fullName, branches, commit: { sha } };
  github.emit({ name: 'status', repository, sender: actor.account, payload, startsWorkflows: actor.startsWorkflows });
  return { status: 201, body: shown };
}

async function listStatuses(context: RepositoryContext) {
  const { repository, params } = context;
  const sha = await commitAt(repository, params.ref ?? '');
  const list = repository.statuses.filter((one) => one.sha === sha).toReversed();
  return { status: 200, items: { list: list.map((one) => presentStatus(viewOf(context), repository, one)) } };
}

async function combinedStatus(context: RepositoryContext) {
  const { repository, params, github } = context;
  const sha = await commitAt(repository, params.ref ?? '');
  const latest = [
    ...new Map(repository.statuses.filter((one) => one.sha === sha).map((one) => [one.context, one])).values(),
  ];
  const has = (...states: string[]) => latest.some(({ state }) => states.includes(state));
  const state = has('error', 'failure') ? 'failure' : latest.length === 0 || has('pending') ? 'pending' : 'success';
  const base = `${github.addresses.api}/repos/${repository.fullName}/commits/${sha}`;
  return {
    status: 200,
    body: {
      state,
      sha,
      total_count: latest.length,
      statuses: latest.map((one) => presentStatus(viewOf(context), repository, one)),
      repository: presentRepository(github.addresses, repository),
      commit_url: base,
      url: `${base}/status`,
    },
  };
}

/** Check runs and commit statuses. */
export const CHECK_ROUTES: readonly Route[] = [
  repositoryRoute('POST /check-runs', 'checks:write', createCheckRun),
  repositoryRoute('PATCH /check-runs/{check_run_id}', 'checks:write', updateCheckRun),
  repositoryRoute('GET /check-runs/{check_run_id}', 'checks', getCheckRun),
  repositoryRoute('GET /check-runs/{check_run_id}/annotations', 'checks', listAnnotations),
  repositoryRoute('GET /commits/{ref}/check-runs', 'checks', listCheckRuns),
  repositoryRoute('POST /statuses/{sha}', 'statuses:write', createStatus),
  repositoryRoute('GET /commits/{ref}/statuses', 'statuses', listStatuses),
  repositoryRoute('GET /commits/{ref}/status', 'statuses', combinedStatus),
];
