import type { Context, Probot } from 'probot';
import { type GitHubClient, parseRepositoryName } from '../core/adapters/github/github-client.ts';
import { UserError } from '../core/errors.ts';
import { escapeLogLine } from '../core/render/text/escape.ts';
import { onMergeGroup } from './handlers/merge-group.ts';
import { onPullRequestChanged } from './handlers/pull-request.ts';
import { onPush } from './handlers/push.ts';
import { onWorkflowRunCompleted } from './handlers/workflow-run.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { type Log, reconcileAllPromotions, reconcileAllRetraining } from './reconcile.ts';
import { type BotIdentity, type BotRepository, openRepository } from './repository.ts';

type RepositoryEvent = Pick<Context, 'octokit' | 'log'> & {
  readonly payload: { readonly repository?: { readonly full_name: string } };
};
type Handler = (repository: BotRepository, log: Log) => Promise<void>;

/** The bot: every event is a hint that ends in a reconciliation of one repository, one at a time. */
export function createApp(identity: () => Promise<BotIdentity>, queue = new KeyedQueue()) {
  const handle = async (event: RepositoryEvent, handler: Handler) => {
    const name = event.payload.repository?.full_name;
    if (name === undefined) return;
    const repository = openRepository(asClient(event.octokit), parseRepositoryName(name), await identity());
    const log = (line: string) => event.log.info(line);
    await queue.run(name, () => handler(repository, log).catch((error: unknown) => tell(error, log)));
  };
  return (app: Probot) => {
    app.on('workflow_run.completed', (event) =>
      handle(event, (repository, log) => onWorkflowRunCompleted(event.payload.workflow_run, repository, log)),
    );
    app.on(['pull_request.opened', 'pull_request.synchronize', 'pull_request.reopened'], (event) =>
      handle(event, (repository, log) => onPullRequestChanged(event.payload.pull_request.number, repository, log)),
    );
    app.on('pull_request.closed', (event) => handle(event, reconcileAllPromotions));
    app.on('create', (event) => handle(event, reconcileAllPromotions));
    app.on('push', (event) => handle(event, (repository, log) => onPush(event.payload.ref, repository, log)));
    app.on(['issues.opened', 'issues.edited', 'issues.reopened', 'issues.labeled'], (event) =>
      handle(event, reconcileAllRetraining),
    );
    app.on('merge_group.checks_requested', (event) =>
      handle(event, (repository, log) => onMergeGroup(event.payload.merge_group.head_sha, repository, log)),
    );
  };
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
