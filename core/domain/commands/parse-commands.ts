/** What people can ask for in a comment: the one table that parsing, `help` and the rights come from. */
export const COMMANDS = {
  help: { usage: 'help', says: 'lists these commands', needsWrite: false },
  plan: { usage: 'plan', says: 'says what runs where, what would be promoted, and what waits', needsWrite: false },
  promote: {
    usage: 'promote <env>',
    says: 'proposes the next version again, after a no or a rollback',
    needsWrite: true,
  },
  rollback: {
    usage: 'rollback [version]',
    says: 'proposes to go back, and holds the version that runs',
    needsWrite: true,
  },
  hold: { usage: 'hold [reason]', says: 'keeps this version out of this environment', needsWrite: true },
  unhold: { usage: 'unhold', says: 'lifts the holds of this environment', needsWrite: true },
  retry: { usage: 'retry', says: 'looks at everything again', needsWrite: true },
  retrain: { usage: 'retrain', says: 'starts the retrain workflow now', needsWrite: true },
} as const satisfies Readonly<Record<string, { usage: string; says: string; needsWrite: boolean }>>;

/** A name of the table. */
export type CommandName = keyof typeof COMMANDS;

/** A command as somebody wrote it. */
export type Command =
  | { readonly name: CommandName; readonly argument: string }
  | { readonly name: 'unknown'; readonly argument: string };

/** Chosen: a comment is no script. */
const MOST_COMMANDS = 5;
const LINE = /^\/tidegate(?:[ \t]+(?<name>[a-z]+)(?:[ \t]+(?<argument>\S.*?))?)?[ \t]*$/i;

/**
 * The commands of a comment, one a whole line, in their order.
 *
 * Lines in code blocks, quotes and indented code are not for us. A bare `/tidegate` asks for help.
 *
 * @returns At most five; what is no command of ours is `unknown`, with its word.
 * @example parseCommands('Looks odd.\n/tidegate hold odd numbers') // => [{ name: 'hold', argument: 'odd numbers' }]
 */
export function parseCommands(text: string): readonly Command[] {
  const found: Command[] = [];
  let fence: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined ? mark !== undefined : mark?.startsWith(fence) === true) {
      fence = fence === undefined ? mark : undefined;
      continue;
    }
    const groups = fence === undefined ? LINE.exec(line)?.groups : undefined;
    if (groups !== undefined) found.push(commandOf(groups.name?.toLowerCase() ?? 'help', groups.argument ?? ''));
  }
  return found.slice(0, MOST_COMMANDS);
}

function commandOf(name: string, argument: string): Command {
  return isCommandName(name) ? { name, argument } : { name: 'unknown', argument: name };
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
