import { namedModel } from '../../domain/commands/named-model.ts';
import { parseCommands } from '../../domain/commands/parse-commands.ts';
import { type Rebaseline, rebaselineCheck } from '../../domain/evaluation/rebaseline.ts';
import type { Checks } from '../../ports/github/checks.ts';
import type { Comments } from '../../ports/github/comments.ts';
import { parseRebaseline } from '../../render/rebaseline.ts';

/** The judgement that a decision may be for. */
export interface RebaselineRequest {
  readonly model: string;
  /** Names of all models. */
  readonly models: readonly string[];
  readonly pullRequest: number;
  /** The head of the pull request. */
  readonly headSha: string;
  /** `sha256:<hex>` of the dataset that is judged on. */
  readonly dataset: string;
}

/** Dependencies of looking. */
export interface RebaselinePorts {
  readonly checks: Pick<Checks, 'summaries'>;
  readonly comments: Pick<Comments, 'get' | 'canWrite'>;
}

/** Chosen: a person asks once or twice for a commit. */
const MAX_RECORDS = 5;

/**
 * The decision of a person that a changed test set is a new baseline. The record on the head of the pull request binds it to
 * that commit and to the dataset; the comment that it names is read again, and its author must be allowed to write now.
 *
 * @returns Undefined where there is none for this commit, model and dataset.
 * @throws {ServiceError} GITHUB_REFUSED, GITHUB_UNREACHABLE.
 */
export async function findRebaseline(
  request: RebaselineRequest,
  { checks, comments }: RebaselinePorts,
): Promise<Rebaseline | undefined> {
  const { model, models, pullRequest, headSha, dataset } = request;
  const records = (await checks.summaries(rebaselineCheck(model), headSha))
    .map(parseRebaseline)
    .filter((record) => record?.model === model && record.dataset === dataset);
  for (const record of records.slice(0, MAX_RECORDS)) {
    const comment = record && (await comments.get(record.comment));
    if (comment === undefined || comment.issue !== pullRequest) continue;
    const reason = reasonOf(comment.body, model, models);
    if (reason !== undefined && (await comments.canWrite(comment.author)))
      return { by: comment.author, reason, pullRequest };
  }
  return undefined;
}

/** The reason that a comment gives for this model; of several the first. */
function reasonOf(body: string, model: string, models: readonly string[]): string | undefined {
  return parseCommands(body)
    .filter(({ name }) => name === 'rebaseline')
    .map((command) => namedModel(command, models))
    .find(
      (named) =>
        named.command.argument !== '' && (named.model ?? (models.length === 1 ? models[0] : undefined)) === model,
    )?.command.argument;
}
