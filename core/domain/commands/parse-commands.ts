import { visibleLines } from './visible-lines.ts';

/** Commands in comments: the one table from which parsing, `help` and the rights are derived. */
export const COMMANDS = {
  help: { usage: 'help', says: 'lists these commands', needsWrite: false },
  plan: {
    usage: 'plan [model]',
    says: 'shows what runs in each environment, what would be promoted, and which gates are not open',
    needsWrite: false,
  },
  promote: {
    usage: 'promote <env> [model]',
    says: 'proposes the next version again, after it was declined or rolled back',
    needsWrite: true,
  },
  rollback: {
    usage: 'rollback [version]',
    says: 'proposes to roll back, and holds the running version',
    needsWrite: true,
  },
  hold: { usage: 'hold [reason]', says: 'keeps this version out of this environment', needsWrite: true },
  unhold: { usage: 'unhold', says: 'lifts the holds of this environment', needsWrite: true },
  rebaseline: {
    usage: 'rebaseline [model] <reason>',
    says: 'accepts the changed test set of this commit as a new baseline, where the champion cannot be compared with on it',
    needsWrite: true,
  },
  retry: { usage: 'retry [model]', says: 'checks everything again', needsWrite: true },
  doctor: { usage: 'doctor', says: 'shows what is set up on GitHub and what is missing', needsWrite: true },
  retrain: { usage: 'retrain [model]', says: 'starts the retrain workflow now', needsWrite: true },
} as const satisfies Readonly<Record<string, { usage: string; says: string; needsWrite: boolean }>>;

/** A name of the table. */
export type CommandName = keyof typeof COMMANDS;

/** A command as someone wrote it. */
export type Command =
  | { readonly name: CommandName; readonly argument: string }
  | { readonly name: 'unknown'; readonly argument: string };

/** Chosen: a comment is not a script. */
export const MOST_COMMANDS = 5;
/** Chosen: no command of Tidegate has more; a longer line is something else. */
export const MAX_COMMAND_CHARACTERS = 1_000;
const NAME = '/tidegate';

/**
 * The commands of a comment, one a whole line, in their order; the same command twice is one.
 *
 * Only lines that everyone sees as plain text are for us: see `visibleLines`. A bare `/tidegate` asks for help.
 *
 * @returns At most five; what is not a command of Tidegate is `unknown`, with its word.
 * @example parseCommands('Looks odd.\n/tidegate hold odd numbers') // => [{ name: 'hold', argument: 'odd numbers' }]
 */
export function parseCommands(text: string): readonly Command[] {
  return readCommands(text).commands;
}

/** The commands of a comment, and `hasMore`: it has others beyond the five that are carried out. */
export function readCommands(text: string): { readonly commands: readonly Command[]; readonly hasMore: boolean } {
  const found = new Map<string, Command>();
  // Most comments have none, and cost nothing.
  if (!text.toLowerCase().includes(NAME)) return { commands: [], hasMore: false };
  for (const line of visibleLines(text)) {
    const command = parseLine(line);
    if (command === undefined) continue;
    const key = `${command.name} ${command.argument}`;
    if (found.size === MOST_COMMANDS && !found.has(key)) return { commands: [...found.values()], hasMore: true };
    found.set(key, command);
  }
  return { commands: [...found.values()], hasMore: false };
}

/** Split by hand: a pattern for a text between spaces takes time that grows as the square of their number. */
function parseLine(line: string): Command | undefined {
  if (line.length > MAX_COMMAND_CHARACTERS || !line.toLowerCase().startsWith(NAME)) return undefined;
  const rest = line.slice(NAME.length);
  if (rest.trim() === '') return commandOf('help', '');
  const written = rest.trimStart();
  const end = written.search(/[ \t]/);
  const name = end < 0 ? written : written.slice(0, end);
  if (written === rest || !/^[a-z]/i.test(name)) return undefined;
  return commandOf(name.toLowerCase(), end < 0 ? '' : written.slice(end).trim());
}

function commandOf(name: string, argument: string): Command {
  return isCommandName(name) ? { name, argument } : { name: 'unknown', argument: name };
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
