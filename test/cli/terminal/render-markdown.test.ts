import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../../cli/terminal/render-markdown.ts';

const shown = (markdown: string, isFull = false) => renderMarkdown(markdown, { width: 80, isColoured: false, isFull });

describe('renderMarkdown', () => {
  it('shows no marks and backslashes of Markdown, in lists as elsewhere', () => {
    const text = 'val\\_loss is **0.5**, not \\*0.6\\*, see `a_b`';
    const plain = 'val_loss is 0.5, not *0.6*, see';
    for (const block of [text, `- ${text}`, `- one\n  - ${text}`, `1. ${text}`, `> ${text}`]) {
      expect(shown(block)).toContain(plain);
    }
    expect(shown('| a\\_b |\n|--|\n| c\\_d |')).toMatch(/a_b[\s\S]*c_d/);
  });

  it('keeps < and & of texts', () => {
    expect(shown('- a &lt; b &amp; c < d')).toContain('a < b & c < d');
  });

  it('has the titles of folded parts, or all of them', () => {
    const folded = '<details><summary>slices</summary>\n\nfirst\n\n</details>';
    expect(shown(folded)).toContain('▸ slices');
    expect(shown(folded)).not.toContain('first');
    expect(shown(folded, true)).toMatch(/slices[\s\S]*first/);
  });

  it('obeys no control characters', () => {
    expect(shown('a\u001b[31mb\u0007')).toBe('a[31mb\n');
  });
});
