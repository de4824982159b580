import type { ModelConfig, TidegateConfig } from '../../config/tidegate-config.ts';
import { checkArguments } from '../../domain/commands/check-arguments.ts';
import type { CommandRefusal } from '../../domain/commands/command-outcome.ts';
import { namedModel, takesModel } from '../../domain/commands/named-model.ts';
import { COMMANDS, type Command, readCommands } from '../../domain/commands/parse-commands.ts';
import { slug } from '../../domain/model/model-name.ts';
import { WORKFLOW_LOGIN } from '../../domain/policy/workflow-login.ts';
import { nearest } from '../../domain/text/nearest.ts';
import { ServiceError, UserError } from '../../errors.ts';
import { describeCommandOutcome } from '../../render/promotion/command-outcome.ts';
import { type CommandAnswer, renderHelp, renderReply } from '../../render/promotion/command-reply.ts';
import { formatReplyMarker, parseMarker } from '../../render/text/marker.ts';
import { type CommandPorts, type CommandResult, type CommandScope, carryOut, examine } from './carry-out-command.ts';
import type { EventMoment } from './model-situation.ts';

/** A comment that was just written. */
export interface CommandRequest extends EventMoment {
  /** Of the default branch; without one only what needs none is carried out. */
  readonly config: TidegateConfig | 'none' | 'unreadable';
  readonly comment: {
    readonly id: number;
    readonly body: string;
    readonly by: string;
    /** Epoch milliseconds. */
    readonly writtenAtMs: number;
  };
  /** The issue or pull request that it is under. */
  readonly issue: number;
  readonly isPullRequest: boolean;
}

/** Result of a comment. */
export interface AnsweredComment {
  /** A line per command, for the log; none where nothing was done. */
  readonly lines: readonly string[];
  /** GitHub said that the author has write permission; false where it was not asked. */
  readonly isByWriter: boolean;
}

const NOTHING: AnsweredComment = { lines: [], isByWriter: false };

/** Chosen: no command takes as long. */
const ANSWERED_WITHIN_MS = 60_000;

/**
 * Carries the commands of a comment out, one after the other, and answers once. Rights are asked for when a command is
 * carried out, not when it was written, and once for all commands of a comment.
 *
 * @throws {ServiceError} COMMAND_TAKEN (retryable) where another replica has just begun with it.
 */
export async function answerCommands(request: CommandRequest, ports: CommandPorts): Promise<AnsweredComment> {
  const { commands, hasMore } = readCommands(request.comment.body);
  if (commands.length === 0) return NOTHING;
  const marker = formatReplyMarker(request.comment.id);
  // A redelivered event finds the answer that its first delivery got.
  if ((await ports.comments.own(request.issue, marker)).length > 0) return NOTHING;
  const isFirst = await ports.comments.acknowledge(request.comment.id);
  if (!isFirst && request.nowMs - request.comment.writtenAtMs < ANSWERED_WITHIN_MS) throw taken(request.comment.id);
  try {
    return await carryOutAll({ commands, hasMore }, { request, ports, marker });
  } catch (error) {
    // Where even this fails, it is answered when the comment is old enough.
    await ports.comments.disown(request.comment.id).catch(() => undefined);
    throw error;
  }
}

/** Anyone who saw it first may end before it answers: it is looked at again, until there is an answer or it is old. */
function taken(comment: number): ServiceError {
  return new ServiceError('COMMAND_TAKEN', `the comment ${comment} is already being answered`, {
    fix: 'No action needed: it is retried shortly.',
    retryable: true,
  });
}

async function carryOutAll(
  { commands, hasMore }: ReturnType<typeof readCommands>,
  {
    request,
    ports,
    marker,
  }: { readonly request: CommandRequest; readonly ports: CommandPorts; readonly marker: string },
): Promise<AnsweredComment> {
  const isByWriter = commands.some(needsWrite) && (await ports.comments.canWrite(request.comment.by));
  const place = await placeOf(request, ports);
  const answers: CommandAnswer[] = [];
  for (const command of commands) answers.push(await answer(command, place, { isByWriter, ports }));
  await ports.comments.create(request.issue, `${marker}\n\n${renderReply(request.comment.by, answers, hasMore)}`);
  return { lines: answers.map(({ command, lines }) => `${command}: ${lines.join(' ')}`), isByWriter };
}

function needsWrite({ name }: Command): boolean {
  return name !== 'unknown' && COMMANDS[name].needsWrite;
}

async function answer(
  written: Command,
  place: CommandPlace | CommandRefusal,
  { isByWriter, ports }: { readonly isByWriter: boolean; readonly ports: CommandPorts },
): Promise<CommandAnswer> {
  if (written.name === 'unknown') return shown(written.argument, unknownCommand(written.argument));
  const text = `${written.name} ${written.argument}`.trim();
  if (needsWrite(written) && !isByWriter) return shown(text, { outcomes: [{ kind: 'needs-write' }] });
  return shown(text, await workOf(written, place, ports).catch(refusalOf));
}

async function workOf(
  written: Command,
  place: CommandPlace | CommandRefusal,
  ports: CommandPorts,
): Promise<CommandResult> {
  const models = 'kind' in place ? [] : place.models;
  const named = 'kind' in place ? { command: written, model: undefined } : namedModel(written, models);
  const { command, model } = named;
  const isOfRepository = command.name === 'help' || command.name === 'doctor';
  if ('kind' in place && !isOfRepository) return { outcomes: [place] };
  const wrong = checkArguments(named, models);
  if (wrong !== undefined) return { outcomes: [wrong] };
  if (command.name === 'help') return { outcomes: [], table: renderHelp() };
  if (command.name === 'doctor' || 'kind' in place) return examine(ports);
  if (command.name === 'rebaseline' && model === undefined && models.length > 1)
    return { outcomes: [{ kind: 'rebaseline-of-no-model', models }] };
  const scope = place.scopeOf(model);
  if (!('kind' in scope)) return carryOut(command, scope, ports);
  const isNameable = scope.kind !== 'several-models' || takesModel(command.name);
  return { outcomes: [isNameable ? scope : { kind: 'place-of-no-model', models }] };
}

function unknownCommand(name: string): CommandResult {
  const outcome = { kind: 'unknown-command' as const, name, nearest: nearest(name, Object.keys(COMMANDS)) };
  return { outcomes: [outcome], table: renderHelp() };
}

/** A person who asks cannot read the log of the bot. An error that may pass is not an answer: the command is tried again. */
function refusalOf(error: unknown): CommandResult {
  if (error instanceof UserError) return { outcomes: [{ kind: 'failed', problems: error.problems }] };
  if (!(error instanceof ServiceError) || error.retryable) throw error;
  return { outcomes: [{ kind: 'failed', problems: [{ message: error.message, fix: error.fix }] }] };
}

function shown(command: string, { outcomes, table }: CommandResult): CommandAnswer {
  return { command, lines: outcomes.map(describeCommandOutcome), table };
}

/** Place of a comment, and the models that it may mean. */
interface CommandPlace {
  readonly models: readonly string[];
  /** @param model That a command names; undefined: the one of the place, else the only one. */
  readonly scopeOf: (model: string | undefined) => CommandScope | CommandRefusal;
}

/** The model of a comment is that of the pull request or issue of Tidegate under which it was written, else the only model. */
async function placeOf(request: CommandRequest, ports: CommandPorts): Promise<CommandPlace | CommandRefusal> {
  const { config, base, self, nowMs, comment } = request;
  if (config === 'none') return { kind: 'no-config' };
  if (config === 'unreadable') return { kind: 'config-unreadable' };
  const { body, author } = await ports.issues.get(request.issue);
  // A stranger's text may hold a marker too. A drift issue is the workflow's.
  const marker = [self, WORKFLOW_LOGIN].includes(author) ? parseMarker(body) : undefined;
  const models = Object.entries(config.models);
  const ofPlace = models.find(([name]) => slug(name) === marker?.slug);
  const [only, ...more] = models;
  const scopeOf = (named: string | undefined): CommandScope | CommandRefusal => {
    const chosen: readonly [string, ModelConfig] | undefined =
      models.find(([name]) => name === named) ?? ofPlace ?? (more.length === 0 ? only : undefined);
    if (chosen === undefined) return { kind: 'several-models', models: models.map(([name]) => name) };
    const [model, modelConfig] = chosen;
    const isOfPlace = slug(model) === marker?.slug;
    return {
      request: { model, config: modelConfig, base, self, nowMs },
      environment: isOfPlace ? modelConfig.environments.find(({ name }) => name === marker?.environment) : undefined,
      subject: author === self && (isOfPlace || marker === undefined) ? body : '',
      by: comment.by,
      place: {
        ...{ comment: comment.id, writtenAtMs: comment.writtenAtMs },
        ...{ issue: request.issue, isPullRequest: request.isPullRequest },
      },
    };
  };
  return { models: models.map(([name]) => name), scopeOf };
}
