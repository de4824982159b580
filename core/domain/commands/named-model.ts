import type { Command } from './parse-commands.ts';

/** Fewest words before the name of a model, by command; a command that is not here takes none: its argument is free text. */
const WORDS_BEFORE: Readonly<Partial<Record<Command['name'], number>>> = { plan: 0, promote: 1, retry: 0, retrain: 0 };

/** True if a command may have the name of a model. */
export function takesModel(name: Command['name']): boolean {
  return name === 'rebaseline' || WORDS_BEFORE[name] !== undefined;
}

/** A command without the name of a model, and that name; undefined where it names none. */
export interface CommandOfModel {
  readonly command: Command;
  readonly model: string | undefined;
}

/**
 * Takes the name of a model from the end of a command; of one that ends with free text, from its beginning.
 *
 * @param models Names of all models.
 * @example namedModel({ name: 'promote', argument: 'staging churn' }, ['churn', 'ltv']).model // => 'churn'
 */
export function namedModel(command: Command, models: readonly string[]): CommandOfModel {
  if (command.name === 'rebaseline') return modelBefore(command, models);
  const words = command.argument.split(/\s+/).filter((word) => word !== '');
  const before = WORDS_BEFORE[command.name];
  const last = words.at(-1);
  if (before === undefined || last === undefined || words.length <= before || !models.includes(last))
    return { command, model: undefined };
  return { command: { ...command, argument: words.slice(0, -1).join(' ') }, model: last };
}

function modelBefore(command: Command, models: readonly string[]): CommandOfModel {
  const [first = '', ...rest] = command.argument.split(/\s+/);
  if (!models.includes(first)) return { command, model: undefined };
  return { command: { ...command, argument: rest.join(' ') }, model: first };
}
