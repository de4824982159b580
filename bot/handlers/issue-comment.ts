import type { CommentLimits } from '../../core/domain/commands/comment-limits.ts';
import { parseCommands } from '../../core/domain/commands/parse-commands.ts';
import { UserError } from '../../core/errors.ts';
import { answerCommands, type CommandRequest } from '../../core/usecases/promote/answer-commands.ts';
import { recordRebaseline } from '../../core/usecases/review/record-rebaseline.ts';
import type { ParsingRepository } from '../parser.ts';
import type { Log } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** The fields of `issue_comment.created` that are used. */
export interface WrittenComment {
  readonly issue: number;
  readonly isPullRequest: boolean;
  readonly id: number;
  readonly body: string;
  readonly writtenAtMs: number;
  readonly by: { readonly login: string; readonly type: string };
  /** GitHub's name of the author's relation to the repository: `OWNER`, `MEMBER`, `COLLABORATOR`, `NONE`, … */
  readonly association: string;
}

const MEMBERS = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

/**
 * A comment was written: its commands are carried out, as often as the limits allow. What bots write is never a command.
 */
export async function onCommentCreated(
  comment: WrittenComment,
  limits: CommentLimits,
  { repository, log }: { readonly repository: ParsingRepository; readonly log: Log },
): Promise<void> {
  if (comment.by.type === 'Bot' || comment.by.login === repository.identity.login) return;
  if (parseCommands(comment.body).length === 0) return;
  const asked = {
    repository: `${repository.name.owner}/${repository.name.repo}`,
    issue: comment.issue,
    comment: comment.id,
    by: comment.by.login,
    isMember: MEMBERS.has(comment.association),
  };
  if (!limits.grants(asked, repository.identity.clockMs())) {
    log(`command of ${asked.by}: not answered, the limit of answers is reached`);
    return;
  }
  const base = await repository.commits.default();
  const config = await readConfig(repository, base.sha);
  const { login: self, clockMs } = repository.identity;
  const { id, body, by, issue, isPullRequest, writtenAtMs } = comment;
  const request = {
    config,
    comment: { id, body, by: by.login, writtenAtMs },
    issue,
    isPullRequest,
    base,
    self,
    nowMs: clockMs(),
  };
  const { lines, isByWriter } = await answerCommands(request, {
    ...repository,
    rebaseline: (command) => recordRebaseline(command, repository),
  });
  if (isByWriter) limits.trust(asked, clockMs());
  for (const line of lines) log(`command of ${by.login}: ${line}`);
}

/** A person who asks has to hear about it if there is none: a log of the bot is not theirs to read. */
async function readConfig(repository: BotRepository, baseSha: string): Promise<CommandRequest['config']> {
  try {
    return (await repository.config(baseSha)) ?? 'none';
  } catch (error) {
    if (error instanceof UserError) return 'unreadable';
    throw error;
  }
}
