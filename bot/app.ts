import type { Context, Probot } from 'probot';
import { type GitHubClient, parseRepositoryName } from '../core/adapters/github/github-client.ts';
import { ServiceError, UserError } from '../core/errors.ts';
import { escapeLogLine } from '../core/render/text/escape.ts';
import type { Background } from './background.ts';
import { onHealthSaid } from './handlers/health.ts';
import { onIssueChanged } from './handlers/issue.ts';
import { onCommentCreated } from './handlers/issue-comment.ts';
import { onMergeGroup } from './handlers/merge-group.ts';
import { onPullRequestChanged } from './handlers/pull-request.ts';
import { onPush } from './handlers/push.ts';
import { onWorkflowRunCompleted } from './handlers/workflow-run.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { BotMetrics } from './metrics.ts';
import { type Log, reconcileAllPromotions, reconcileAllRetraining } from './reconcile.ts';
import { type BotIdentity, type BotRepository, openRepository } from './repository.ts';

type RepositoryEvent = Pick<Context, 'octokit' | 'log' | 'name'> & {
  readonly payload: { readonly repository?: { readonly full_name: string } };
};
/** A repository that an event is about. */
interface Opened {
  readonly name: string;
  /** A picture of it without anything remembered. */
  readonly fresh: () => BotRepository;
  readonly log: Log;
}
type Handler = (repository: BotRepository, log: Log) => Promise<void>;

const RECONCILIATIONS = {
  promotions: (repository: BotRepository, log: Log) => reconcileAllPromotions(repository, log),
  retraining: (repository: BotRepository, log: Log) => reconcileAllRetraining(repository, log),
} as const;
type Reconciliation = keyof typeof RECONCILIATIONS;

/** What the bot's events are worked on with. */
export interface AppParts {
  readonly identity: () => Promise<BotIdentity>;
  readonly queue: KeyedQueue;
  readonly background: Background;
  readonly metrics: BotMetrics;
}

/**
 * The bot: every event is a hint that ends in a reconciliation of one repository, one at a time. A webhook is answered at
 * once; what fails afterwards is logged, and made good by the sweep.
 */
export function createApp({ identity, queue, background, metrics }: AppParts) {
  const open = async (event: RepositoryEvent, name: string) => {
    const self = await identity();
    const fresh = () => openRepository(asClient(event.octokit), parseRepositoryName(name), self);
    return { name, fresh, log: (line: string) => event.log.info(line) };
  };
  const inBackground = (event: RepositoryEvent, work: (opened: Opened) => Promise<void>) => {
    const repository = event.payload.repository?.full_name;
    metrics.webhooks.inc({ event: event.name });
    if (repository === undefined) return;
    const timed = () => metrics.time(event.name, async () => work(await open(event, repository)));
    background.start(timed, (error) => event.log.error(error));
  };
  const handle = (event: RepositoryEvent, handler: Handler) =>
    inBackground(event, (opened) =>
      queue.run(opened.name, () => converge(opened, (repository) => handler(repository, opened.log))),
    );
  /** Events come in swarms, and a reconciliation looks at everything: those that wait are one. */
  const reconcile = (event: RepositoryEvent, what: Reconciliation) =>
    inBackground(event, (opened) =>
      queue.runOnce(opened.name, what, () =>
        converge(opened, (repository) => RECONCILIATIONS[what](repository, opened.log)),
      ),
    );
  return (app: Probot) => {
    app.on('workflow_run.completed', (event) =>
      handle(event, (repository, log) => onWorkflowRunCompleted(event.payload.workflow_run, repository, log)),
    );
    app.on(['pull_request.opened', 'pull_request.synchronize', 'pull_request.reopened'], (event) =>
      handle(event, (repository, log) => onPullRequestChanged(event.payload.pull_request.number, repository, log)),
    );
    app.on(['pull_request.closed', 'create'], (event) => reconcile(event, 'promotions'));
    app.on('push', (event) => handle(event, (repository, log) => onPush(event.payload.ref, repository, log)));
    app.on(['issues.opened', 'issues.edited', 'issues.reopened', 'issues.labeled'], (event) =>
      reconcile(event, 'retraining'),
    );
    app.on(['issues.opened', 'issues.closed', 'issues.reopened', 'issues.labeled', 'issues.unlabeled'], (event) =>
      handle(event, (repository, log) => {
        const { issue } = event.payload;
        // A label that was just taken off is not among the issue's any more.
        const taken = 'label' in event.payload ? event.payload.label : undefined;
        return onIssueChanged({ labels: [...(issue.labels ?? []), taken ?? null] }, repository, log);
      }),
    );
    app.on('issue_comment.created', (event) => {
      const { issue, comment } = event.payload;
      const by = { login: comment.user?.login ?? '', type: comment.user?.type ?? '' };
      const writtenAtMs = Date.parse(comment.created_at);
      const written = { issue: issue.number, id: comment.id, body: comment.body, by, writtenAtMs };
      return handle(event, (repository, log) => onCommentCreated(written, repository, log));
    });
    app.on('status', (event) => {
      const branches = event.payload.branches.map(({ name }) => name);
      const said = { from: 'commit-status', context: event.payload.context, branches } as const;
      return handle(event, (repository, log) => onHealthSaid(said, repository, log));
    });
    app.on('check_run.completed', (event) => {
      const { name, check_suite: suite } = event.payload.check_run;
      const said = { from: 'check-run', context: name, branches: [suite?.head_branch ?? ''] } as const;
      return handle(event, (repository, log) => onHealthSaid(said, repository, log));
    });
    app.on('deployment_status', (event) => {
      const said = { from: 'deployment-status', context: event.payload.deployment.environment, branches: [] } as const;
      return handle(event, (repository, log) => onHealthSaid(said, repository, log));
    });
    app.on('merge_group.checks_requested', (event) =>
      handle(event, (repository, log) => onMergeGroup(event.payload.merge_group.head_sha, repository, log)),
    );
  };
}

/** Chosen: as often as another replica may be faster on the same few branches. */
const TRIES = 3;

/** Works on a fresh picture of the repository; once more where somebody else was faster. */
async function converge(
  { fresh, log }: Pick<Opened, 'fresh' | 'log'>,
  work: (repository: BotRepository) => Promise<void>,
  tries = TRIES,
): Promise<void> {
  await work(fresh()).catch((error: unknown) => {
    const isRaced = error instanceof ServiceError && error.code === 'GITHUB_CONFLICT';
    if (!isRaced || tries === 1) return tell(error, log);
    log(`${error.message}: looking again`);
    return converge({ fresh, log }, work, tries - 1);
  });
}

/** What the users of a repository have to mend is no failure of the bot, and no redelivery would help. */
function tell(error: unknown, log: Log): void {
  if (!(error instanceof UserError)) throw error;
  for (const { message, fix } of error.problems) log(escapeLogLine(`${error.code}: ${message}. ${fix}`));
}

/** Probot's Octokit has the request and paginate of the actions' one; only the types come from other versions. */
export function asClient(octokit: unknown): GitHubClient {
  return octokit as GitHubClient;
}
