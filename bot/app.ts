import type { Context, Probot } from 'probot';
import { type GitHubClient, parseRepositoryName } from '../core/adapters/github/github-client.ts';
import { CommentLimits } from '../core/domain/commands/comment-limits.ts';
import { ServiceError, UserError } from '../core/errors.ts';
import { escapeLogLine } from '../core/render/text/escape.ts';
import type { Background } from './background.ts';
import { onHealthSaid, type SaidHealth } from './handlers/health.ts';
import { isControl, onIssueChanged } from './handlers/issue.ts';
import { onCommentCreated } from './handlers/issue-comment.ts';
import { onMergeGroup } from './handlers/merge-group.ts';
import { onPullRequestChanged } from './handlers/pull-request.ts';
import { onPush } from './handlers/push.ts';
import { onWorkflowRunCompleted } from './handlers/workflow-run.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { BotMetrics } from './metrics.ts';
import type { ParsingRepository } from './parser.ts';
import { type Log, reconcileNow } from './reconcile.ts';
import type { BotIdentity } from './repository.ts';
import type { Wakeups } from './wakeups.ts';

type RepositoryEvent = Pick<Context, 'octokit' | 'log' | 'name'> & {
  readonly payload: { readonly repository?: { readonly full_name: string } };
};
/** A repository that an event is about. */
interface Opened {
  readonly name: string;
  /** A picture of it without anything remembered. */
  readonly fresh: () => ParsingRepository;
  readonly log: Log;
}
type Handler = (repository: ParsingRepository, log: Log) => Promise<void>;

/** Dependencies of the bot's event handlers. */
export interface AppParts {
  readonly identity: () => Promise<BotIdentity>;
  readonly queue: KeyedQueue;
  readonly background: Background;
  readonly metrics: BotMetrics;
  readonly wakeups: Wakeups;
}

/**
 * The bot: every event is a hint that ends in a reconciliation of one repository, one at a time. A webhook is answered at
 * once; what fails afterwards is logged, and made good by the sweep.
 */
export function createApp({ identity, queue, background, metrics, wakeups }: AppParts) {
  const limits = new CommentLimits();
  const open = async (event: RepositoryEvent, name: string) => {
    const self = await identity();
    const log = (line: string) => event.log.info(line);
    const at = { identity: self, log };
    const fresh = () => wakeups.open(asClient(event.octokit), parseRepositoryName(name), at);
    return { name, fresh, log };
  };
  const inBackground = (event: RepositoryEvent, work: (opened: Opened) => Promise<void>) => {
    const repository = event.payload.repository?.full_name;
    metrics.webhooks.inc({ event: event.name });
    if (repository === undefined) return;
    const timed = () => metrics.time(event.name, async () => work(await open(event, repository)));
    background.start(timed, (error) => event.log.error(error));
  };
  /** Events come in swarms: what waits under the same key, and would look at the same, is done once for all. */
  const handle = (event: RepositoryEvent, key: string, handler: Handler) =>
    inBackground(event, (opened) =>
      queue.runOnce(opened.name, key, () => converge(opened, (repository) => handler(repository, opened.log))),
    );
  return (app: Probot) => {
    app.on('workflow_run.completed', (event) => {
      const run = event.payload.workflow_run;
      const handler: Handler = (repository, log) => onWorkflowRunCompleted(run, repository, log);
      handle(event, `run ${run.id} ${run.run_attempt}`, handler);
    });
    app.on(['pull_request.opened', 'pull_request.synchronize', 'pull_request.reopened'], (event) => {
      const { number } = event.payload.pull_request;
      handle(event, `pull request ${number}`, (repository, log) => onPullRequestChanged(number, repository, log));
    });
    app.on(['pull_request.closed', 'create'], (event) =>
      handle(event, 'promotions', (repository, log) => reconcileNow(repository, { log })),
    );
    app.on('push', (event) => {
      const { ref } = event.payload;
      handle(event, `push ${ref}`, (repository, log) => onPush(ref, repository, log));
    });
    app.on(['issues.opened', 'issues.edited', 'issues.reopened', 'issues.labeled'], (event) =>
      handle(event, 'retraining', (repository, log) => onIssueChanged(repository, log)),
    );
    app.on(['issues.opened', 'issues.closed', 'issues.reopened', 'issues.labeled', 'issues.unlabeled'], (event) => {
      // A label that was just taken off is not among the issue's any more.
      const taken = 'label' in event.payload ? event.payload.label : undefined;
      if (!isControl([...(event.payload.issue.labels ?? []), taken ?? null])) return;
      handle(event, 'controls', (repository, log) => reconcileNow(repository, { log, checks: 'all' }));
    });
    app.on('issue_comment.created', (event) => {
      const { issue, comment } = event.payload;
      const by = { login: comment.user?.login ?? '', type: comment.user?.type ?? '' };
      const writtenAtMs = Date.parse(comment.created_at);
      const { id, body, author_association: association } = comment;
      const isPullRequest = issue.pull_request !== undefined;
      const written = { issue: issue.number, isPullRequest, id, body, by, writtenAtMs, association };
      handle(event, `comment ${id}`, (repository, log) => onCommentCreated(written, limits, { repository, log }));
    });
    app.on('status', (event) => {
      const branches = event.payload.branches.map(({ name }) => name);
      said(event, { from: 'commit-status', context: event.payload.context, branches });
    });
    app.on('check_run.completed', (event) => {
      const { name, check_suite: suite } = event.payload.check_run;
      said(event, { from: 'check-run', context: name, branches: [suite?.head_branch ?? ''] });
    });
    app.on('deployment_status', (event) => {
      said(event, { from: 'deployment-status', context: event.payload.deployment.environment, branches: [] });
    });
    app.on('merge_group.checks_requested', (event) => {
      const { head_sha: sha } = event.payload.merge_group;
      handle(event, `merge group ${sha}`, (repository, log) => onMergeGroup(sha, repository, log));
    });
  };

  function said(event: RepositoryEvent, health: SaidHealth): void {
    const key = `said ${JSON.stringify(health)}`;
    handle(event, key, (repository, log) => onHealthSaid(health, repository, log));
  }
}

/** Chosen: as often as another replica may be faster on the same few branches. */
const TRIES = 3;

/** Works on a fresh picture of the repository; once more where someone else was faster. */
async function converge(
  { fresh, log }: Pick<Opened, 'fresh' | 'log'>,
  work: (repository: ParsingRepository) => Promise<void>,
  tries = TRIES,
): Promise<void> {
  await work(fresh()).catch((error: unknown) => {
    const isRaced = error instanceof ServiceError && error.code === 'GITHUB_CONFLICT';
    if (!isRaced || tries === 1) return tell(error, log);
    log(`${error.message}: looking again`);
    return converge({ fresh, log }, work, tries - 1);
  });
}

/** A problem that users of a repository have to fix is not a failure of the bot, and a redelivery would not help. */
function tell(error: unknown, log: Log): void {
  if (!(error instanceof UserError)) throw error;
  for (const { message, fix } of error.problems) log(escapeLogLine(`${error.code}: ${message}. ${fix}`));
}

/** Probot's Octokit has the request and paginate of the actions' one; only the types come from other versions. */
export function asClient(octokit: unknown): GitHubClient {
  return octokit as GitHubClient;
}
