/**
 * A string of PromQL, in double quotes.
 *
 * @example promqlString('a"b') // => '"a\\"b"'
 */
export function promqlString(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
