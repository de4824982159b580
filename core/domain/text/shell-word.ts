/**
 * A text as one word of a command that a person can paste into a shell.
 *
 * @example shellWord('a b.dvc') // => '"a b.dvc"'
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `"${text.replace(/["$`\\!]/g, '\\$&')}"`;
}
