/**
 * A text as one word of a command that a person can paste into a shell.
 *
 * @example shellWord('a b.dvc') // => '"a b.dvc"'
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `"${text.replace(/["$`\\!]/g, '\\$&')}"`;
}

/**
 * A text as one word of a command that a POSIX shell runs, whatever characters it has: nothing in it is expanded.
 *
 * @example shellArgument("it's") // => `'it'\\''s'`
 */
export function shellArgument(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
