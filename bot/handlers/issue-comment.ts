import { parseCommands } from '../../core/domain/commands/parse-commands.ts';
import { answerCommands } from '../../core/usecases/answer-commands.ts';
import type { Log } from '../reconcile.ts';
import type { BotRepository } from '../repository.ts';

/** The fields of `issue_comment.created` that are used. */
export interface WrittenComment {
  readonly issue: number;
  readonly id: number;
  readonly body: string;
  readonly writtenAtMs: number;
  readonly by: { readonly login: string; readonly type: string };
}

/** Somebody wrote a comment: its commands are carried out. What bots write is never a command. */
export async function onCommentCreated(comment: WrittenComment, repository: BotRepository, log: Log): Promise<void> {
  if (comment.by.type === 'Bot' || comment.by.login === repository.identity.login) return;
  if (parseCommands(comment.body).length === 0) return;
  const config = await repository.config();
  if (config === undefined) return;
  const { login: self, clockMs } = repository.identity;
  const { id, body, by, issue, writtenAtMs } = comment;
  const request = { config, comment: { id, body, by: by.login, writtenAtMs }, issue, self, nowMs: clockMs() };
  for (const line of await answerCommands(request, repository)) log(`command of ${by.login}: ${line}`);
}
