import { UserError } from '../../errors.ts';

/** Chosen: as much of a line as a person looks at. */
const SHOWN = 200;
const WHOLE = 'Check that the file is complete and that its format matches the ending of its name.';

/** Converts the engine's error about an unreadable table into a user error; returns any other error unchanged. */
export function unreadable(path: string, cause: unknown): unknown {
  if (cause instanceof UserError || !(cause instanceof Error)) return cause;
  const inCsv = csvProblem(path, cause.message);
  const message = inCsv?.message ?? `${path} cannot be read as a table: ${reasonOf(cause.message)}`;
  return new UserError('DATA_INVALID', message, { fix: inCsv?.fix ?? WHOLE, cause });
}

/**
 * The same without any text of the file: its values may be sensitive.
 *
 * @returns An error without a cause, since the engine's message quotes the line.
 */
export function unreadableUnquoted(path: string, cause: unknown): unknown {
  const isAboutFile = cause instanceof UserError ? cause.code === 'DATA_INVALID' : cause instanceof Error;
  if (!isAboutFile) return cause;
  const line = cause instanceof Error ? /\bline:? (\d+)/i.exec(cause.message)?.[1] : undefined;
  const place = line === undefined ? path : `${path}: line ${line}`;
  const reason = 'cannot be read; the line is not shown, since the table has sensitive columns';
  return new UserError('DATA_INVALID', `${place} ${reason}`, { fix: WHOLE });
}

/** Message of the engine, without its advice on its own options. */
function reasonOf(message: string): string {
  const [reason = ''] = message.split(/\n\s*(?:Possible|\n)/);
  return reason.replaceAll('\n', ' ').slice(0, 500);
}

function csvProblem(path: string, message: string): { readonly message: string; readonly fix: string } | undefined {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line === undefined) return undefined;
  const file = /^[ \t]*file = (.*)$/m.exec(message)?.[1] ?? path;
  const place = `${file}: line ${line}`;
  const shown = /Original Line: (.*)/.exec(message)?.[1]?.slice(0, SHOWN) ?? '';
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (fields !== null) {
    return {
      message: `${place} has ${fields[2]} ${fields[2] === '1' ? 'field' : 'fields'}, but the header has ${fields[1]}: ${shown}`,
      fix: 'Write every row with a value for each column; put a value that contains the delimiter into double quotes.',
    };
  }
  if (/unicode/i.test(message)) {
    return {
      message: `${place} is not UTF-8: ${shown}`,
      fix: 'Write the file as UTF-8 (or as UTF-16 with a byte order mark).',
    };
  }
  return {
    message: `${place} cannot be read: ${reasonOf(message.replace(/^.*\n/, ''))}`,
    fix: 'Write a double quote inside a quoted value twice, and end each value that begins with a double quote with one.',
  };
}
