import type { Environment } from '../actions/action-context.ts';
import { moreAbout, ServiceError, UserError } from '../core/errors.ts';
import { coloured, plainText, type TerminalStream } from './terminal/terminal-context.ts';

/** The part of a process that shows errors. */
export interface ErrorSurroundings {
  readonly env: Environment;
  readonly stderr: TerminalStream;
}

const WRONG_USE = 2;

/** Advice for an error on a terminal, on which no workflow gives a token or a repository. */
function adviceFor({ code, fix }: UserError, message: string, ownFix: string): string {
  const champion = 'or name the champion: --champion none, or the path of a model';
  if (code === 'CREDENTIALS_MISSING' && message.includes('GitHub'))
    return `Log in with 'gh auth login', or set GITHUB_TOKEN; ${champion}.`;
  if (message.startsWith('GITHUB_REPOSITORY'))
    return `Add the repository on GitHub as the remote origin, or set GITHUB_REPOSITORY; ${champion}.`;
  return ownFix === '' ? fix : ownFix;
}

/**
 * Prints an error of a command: a mistake shows no stack.
 *
 * @returns The exit code: 2 for a wrong flag or command, else 1.
 * @throws The error itself where it is a defect, with its stack.
 */
export function reportError(error: unknown, { stderr, env }: ErrorSurroundings): number {
  const isColoured = stderr.isTTY === true && !env.NO_COLOR;
  const red = (text: string) => void stderr.write(`${coloured('31', plainText(text), isColoured)}\n`);
  if (error instanceof UserError) {
    for (const { message, fix, place } of error.problems) {
      const at =
        place === undefined || message.startsWith(place.file)
          ? ''
          : `${place.file}${place.line === undefined ? '' : `:${place.line}`}: `;
      red(`✗ ${at}${message}`);
      stderr.write(`  ${plainText(adviceFor(error, message, fix))}\n`);
    }
    stderr.write(`  ${moreAbout(error.code)}\n`);
    return error.code === 'INPUT_INVALID' ? WRONG_USE : 1;
  }
  if (error instanceof ServiceError) {
    red(`✗ ${error.message}`);
    stderr.write(`  ${plainText(error.fix)}\n  ${moreAbout(error.code)}\n`);
    return 1;
  }
  throw error;
}
