import { stripVTControlCharacters } from 'node:util';
import { Marked, type RendererThis, type Tokens } from 'marked';
import { markedTerminal } from 'marked-terminal';

/** Appearance of Markdown on a terminal. */
export interface TerminalStyle {
  /** Columns of the terminal. */
  readonly width: number;
  readonly isColoured: boolean;
  /** Folded parts are shown; otherwise their titles. */
  readonly isFull: boolean;
}

/** Control characters that a report may hold and that a terminal would obey. */
const CONTROLS = /(?![\n\t])\p{Cc}/gu;

/** Title and content of a folded part; no folded part is in another. */
const FOLDED = /<details>\s*<summary>([\s\S]*?)<\/summary>([\s\S]*?)<\/details>/g;

/**
 * A summary or comment as a terminal shows it: tables aligned, folded parts as their titles or as sections. Diagrams are left out, since
 * a terminal draws none; the numbers of each are in a table next to it.
 */
export function renderMarkdown(markdown: string, { width, isColoured, isFull }: TerminalStyle): string {
  const plain = markdown
    .replaceAll(CONTROLS, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/```mermaid\n[\s\S]*?\n```\n?/g, '')
    .replaceAll(FOLDED, isFull ? '\n#### $1\n$2' : '\n▸ $1\n')
    .replaceAll(/<br\s*\/?>/g, ' ');
  const terminal = markedTerminal({ width, reflowText: false, showSectionPrefix: false, tab: 2, emoji: false });
  const marked = new Marked(terminal, { gfm: true }, { renderer: { text: renderText } });
  const shown = String(marked.parse(plain, { async: false }));
  return `${(isColoured ? shown : stripVTControlCharacters(shown)).trimEnd()}\n`;
}

/** The renderer of terminals shows the text of a list item as it is written, with marks and backslashes. */
function renderText(this: RendererThis, token: Tokens.Text | Tokens.Escape): string {
  return 'tokens' in token && token.tokens !== undefined ? this.parser.parseInline(token.tokens) : token.text;
}
