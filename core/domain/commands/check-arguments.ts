import { nearest } from '../text/nearest.ts';
import type { ArgumentRefusal } from './command-outcome.ts';
import { type CommandOfModel, takesModel } from './named-model.ts';
import { COMMANDS, type CommandName } from './parse-commands.ts';

/** Fewest and most words besides the name of a model; a command that is not here takes free text. */
const WORDS: Readonly<Partial<Record<CommandName, readonly [fewest: number, most: number]>>> = {
  help: [0, 0],
  doctor: [0, 0],
  unhold: [0, 0],
  plan: [0, 0],
  retry: [0, 0],
  retrain: [0, 0],
  promote: [1, 1],
  rollback: [0, 1],
  rebaseline: [1, Number.POSITIVE_INFINITY],
};

/**
 * Refuses a command with too few or too many words, and one that names no model of the repository. A word that is left
 * over is never ignored: the command may have meant something else.
 *
 * @param models Names of all models.
 * @returns Undefined where the words are right.
 */
export function checkArguments(
  { command, model }: CommandOfModel,
  models: readonly string[],
): ArgumentRefusal | undefined {
  const range = command.name === 'unknown' ? undefined : WORDS[command.name];
  if (command.name === 'unknown' || range === undefined) return undefined;
  const { usage } = COMMANDS[command.name];
  const words = command.argument.split(/\s+/).filter((word) => word !== '');
  const [fewest, most] = range;
  if (words.length < fewest) return { kind: 'too-few-words', usage };
  if (words.length <= most) return undefined;
  const extra = words.slice(most).join(' ');
  if (!takesModel(command.name) || model !== undefined) return { kind: 'too-many-words', usage, extra };
  return { kind: 'unknown-model', name: extra, known: models, nearest: nearest(extra, models) };
}
