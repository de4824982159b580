const ZERO_WIDTH_SPACE = '\u200b';

/**
 * A text that came from elsewhere as Markdown code: nothing in it can end the code, break a table, mention anyone or be
 * taken for a marker of Tidegate.
 *
 * @param maxCharacters Longer texts are cut, with an ellipsis.
 */
export function inlineCode(text: string, maxCharacters = 300): string {
  const plain = text
    .replace(/[\p{C}\u2028\u2029]/gu, '\uFFFD')
    .replace(/[`|]/g, (character) => (character === '`' ? '\u02CB' : '\u2223'))
    .replaceAll('<!--', `<${ZERO_WIDTH_SPACE}!--`)
    .trim();
  const cut = plain.length > maxCharacters ? `${plain.slice(0, maxCharacters - 1)}…` : plain;
  return cut === '' ? '` `' : `\`${cut}\``;
}
