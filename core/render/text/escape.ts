const ZERO_WIDTH_SPACE = '\u200b';
/** Chosen: no name or value that a person reads is longer. */
const MAX_CHARACTERS = 600;

/**
 * A text from elsewhere as plain Markdown text on one line: no HTML, formatting, table cell, mention, reference or link
 * of its making, and no invisible characters.
 *
 * @example escapeText('<b>@all</b> a|b') // => '&lt;b&gt;@\u200ball&lt;/b&gt; a\\|b'
 */
export function escapeText(text: string, maxCharacters = MAX_CHARACTERS): string {
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters - 1)}…` : text;
  return (
    cut
      .replace(/\s+/g, ' ')
      // Control, format (bidi, zero width), surrogate halves, private use.
      .replace(/\p{C}/gu, '\ufffd')
      .replace(/[\\`*_[\]#!|~$]/g, (character) => `\\${character}`)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // A mention, an issue or a bare address is recognised across escapes: break it.
      .replace(/@|\\#/g, (sign) => `${sign}${ZERO_WIDTH_SPACE}`)
      .replace(/(:)(\/\/)/g, `$1${ZERO_WIDTH_SPACE}$2`)
      .replace(/(www|GH)([.-])/gi, `$1${ZERO_WIDTH_SPACE}$2`)
  );
}

/**
 * A text from elsewhere as a label in a Mermaid chart: what could end the label or the chart becomes a space.
 *
 * @example escapeChartLabel('a"] end') // => 'a end'
 */
export function escapeChartLabel(text: string, maxCharacters = 40): string {
  const plain = text
    .replace(/[^\p{L}\p{N} ._:=+−-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > maxCharacters ? `${plain.slice(0, maxCharacters - 1)}…` : plain || '?';
}

/**
 * A text from elsewhere for a line of the log: on one line, and no workflow command.
 *
 * @example escapeLogLine('a\n::error::b') // => 'a ::error::b'
 */
export function escapeLogLine(text: string): string {
  return text
    .replace(/\p{C}+/gu, ' ')
    .replace(/^(\s*):/, `$1${ZERO_WIDTH_SPACE}:`)
    .replaceAll('##[', `##${ZERO_WIDTH_SPACE}[`);
}
