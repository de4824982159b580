const ZERO_WIDTH_SPACE = '\u200b';
const FENCE = '````';
/** Chosen: a diff of manifests that a person reads; the file of the diff has all of it. */
const MAX_CHARACTERS = 50_000;

/**
 * A text that came from elsewhere as a block of code: no line of it ends the block or is taken for a marker of Tidegate, and
 * control characters are shown as the replacement character.
 *
 * @param text Longer ones are cut, which the last line says.
 * @param language A word for the colours.
 */
export function fencedCode(text: string, language: string): string {
  const isCut = text.length > MAX_CHARACTERS;
  const shown = (isCut ? text.slice(0, MAX_CHARACTERS) : text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n\t]|[\u2028\u2029]/gu, '\uFFFD')
    .replaceAll('<!--', `<${ZERO_WIDTH_SPACE}!--`);
  const longest = Math.max(0, ...(shown.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = longest < FENCE.length ? FENCE : '`'.repeat(longest + 1);
  const end = shown.endsWith('\n') || shown === '' ? '' : '\n';
  return `${fence}${language}\n${shown}${end}${isCut ? `… ${text.length - MAX_CHARACTERS} more characters\n` : ''}${fence}`;
}
