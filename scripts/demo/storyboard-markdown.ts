import { Marked } from 'marked';

/** A text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Tags that GitHub lets through and Tidegate writes; all other HTML is shown as text. */
const ALLOWED = /^<\/?(details|summary|br|sub|sup|b|i)( open)?\s*\/?>$/i;

const marked = new Marked({ gfm: true });
marked.use({
  renderer: {
    code({ text, lang }) {
      if (lang === 'mermaid') return `<div class="chart"><pre class="mermaid">${escapeHtml(text)}</pre></div>`;
      if (lang === 'diff') return renderDiff(text);
      return `<pre class="code">${escapeHtml(text)}</pre>`;
    },
    html({ text }) {
      return text
        .replace(/<!--[\s\S]*?-->/g, '')
        .split(/(<[^>]*>)/)
        .map((part) => (part.startsWith('<') && !ALLOWED.test(part) ? escapeHtml(part) : part))
        .join('');
    },
    link({ tokens }) {
      // The page is offline: a link shows its text.
      return `<span class="link">${this.parser.parseInline(tokens)}</span>`;
    },
    image({ text }) {
      return `<span class="link">${escapeHtml(text)}</span>`;
    },
    table(token) {
      const cell = (tag: string, { tokens, align }: (typeof token.header)[number]) =>
        `<${tag}${align === null ? '' : ` class="${align}"`}>${this.parser.parseInline(tokens)}</${tag}>`;
      const head = token.header.map((entry) => cell('th', entry)).join('');
      const rows = token.rows.map((row) => `<tr>${row.map((entry) => cell('td', entry)).join('')}</tr>`);
      return `<div class="table"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
    },
  },
});

/** Markdown as GitHub would show it; charts are drawn by the page. */
export function renderMarkdown(text: string): string {
  return marked.parse(text, { async: false });
}

/** The hunks of a difference, coloured. */
export function renderDiff(patch: string): string {
  const lines = patch.split('\n').map((line) => {
    const kind = line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : line.startsWith('@@') ? 'hunk' : 'same';
    return `<span class="${kind}">${escapeHtml(line) || ' '}</span>`;
  });
  return `<pre class="diff">${lines.join('')}</pre>`;
}
