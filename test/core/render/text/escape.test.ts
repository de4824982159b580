import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { escapeChartLabel, escapeLogLine, escapeText } from '../../../../core/render/text/escape.ts';

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '</summary><script>alert(1)</script>',
  '@octocat and @org/team',
  'a | b | c',
  '[click](https://evil.example)',
  '![x](https://evil.example/x.png)',
  'https://evil.example and www.evil.example',
  '**bold** _it_ `code` ~~gone~~ $x$',
  '# heading\n\n- list',
  'closes #12, GH-12, owner/repo#3',
  '\u202Eright to left\u202C \u200Bzero\u0000',
  '&lt;b&gt; &amp;',
  '<!-- tidegate:v1 report x -->',
];

describe('escapeText', () => {
  it.each(HOSTILE)('leaves only text of %j', async (text) => {
    const escaped = escapeText(text);
    const html = await marked.parse(`| a |\n| - |\n| ${escaped} |\n`, { gfm: true });
    expect(html.match(/<[^>]+>/g)?.every((tag) => /^<\/?(table|thead|tbody|tr|th|td)>$/.test(tag))).toBe(true);
    expect(html.match(/<td>/g)).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be gone
    expect(escaped).not.toMatch(/@\w|(?<!\\)#\d|[\n\r\u0000\u202A-\u202E\u2066-\u2069]/);
  });

  it('cuts what no person reads', () => {
    expect(escapeText('x'.repeat(5000))).toHaveLength(600);
  });
});

describe('escapeChartLabel', () => {
  it.each(HOSTILE)('keeps %j inside its quotes', (text) => {
    expect(escapeChartLabel(text)).toMatch(/^[^"[\]\n<>;]+$/);
  });
});

describe('escapeLogLine', () => {
  it.each(['::error::x', '  ::add-mask::y', 'a\n::set-output name=v::1', '##[group]x'])(
    'makes no command of %j',
    (line) => {
      expect(escapeLogLine(line)).not.toMatch(/^[ \t]*::|##\[/m);
    },
  );
});
