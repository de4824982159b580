import { COMMANDS, MOST_COMMANDS } from '../../domain/commands/parse-commands.ts';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { renderTable } from '../text/table.ts';

/** Result of one command. */
export interface CommandAnswer {
  /** As it was written, without `/tidegate`. */
  readonly command: string;
  /** Plain sentences, or Markdown of Tidegate. */
  readonly lines: readonly string[];
  /** Markdown of Tidegate, below the lines. */
  readonly table?: string | undefined;
}

/** One reply to all commands of a comment. `hasMore`: it has commands that were not carried out. */
export function renderReply(by: string, answers: readonly CommandAnswer[], hasMore = false): string {
  const parts = answers.map(({ command, lines, table }) => {
    const list = lines.map((line) => `- ${escapeText(line, 600)}`).join('\n');
    return [`**/tidegate ${escapeText(command, 200)}**`, list, table ?? ''].filter((part) => part !== '').join('\n\n');
  });
  const rest = `The first ${MOST_COMMANDS} commands of a comment are carried out. Write the others in another comment.`;
  return `${inlineCode(by)} asked:\n\n${[...parts, ...(hasMore ? [rest] : [])].join('\n\n')}\n`;
}

/** The table of commands that `help` shows. */
export function renderHelp(): string {
  const rows = Object.values(COMMANDS).map(({ usage, says, needsWrite }) => [
    inlineCode(`/tidegate ${usage}`),
    says,
    needsWrite ? 'write' : 'anyone',
  ]);
  return renderTable(['command', 'does', 'who'], rows);
}

/** Running versions per environment, the next ones, and the conditions that they wait for. */
export function renderPlan(
  steps: readonly {
    readonly environment: string;
    readonly runs: string;
    /** '' where it runs no version that is known. */
    readonly health: string;
    readonly next: string;
    readonly waits: string;
  }[],
): string {
  const rows = steps.map(({ environment, runs, health, next, waits }) => [
    environment,
    escapeText(runs, 200),
    escapeText(health, 200),
    escapeText(next, 200),
    escapeText(waits, 400),
  ]);
  return renderTable(['environment', 'runs', 'health', 'next', 'waits for'], rows);
}
