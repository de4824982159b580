import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { escapeText } from '../../../core/render/text/escape.ts';
import { fencedCode } from '../../../core/render/text/fenced-code.ts';
import { inlineCode } from '../../../core/render/text/inline-code.ts';

/** Texts that would be something else than text in Markdown. Add one for each new way into a text of Tidegate. */
const PAYLOADS = [
  '<img src=x onerror=1>',
  '[a](javascript:1)',
  '![a](https://x/y.png)',
  'https://evil.example',
  'www.evil.example',
  '@org/team',
  'a@b.c',
  '#1 GH-1 o/r#2',
  '`</code><b>`',
  '<!-- x -->',
  '**b** ~~c~~ $x$',
  '&#64;all',
  '| a | b',
  'a\u202eb',
  '\\<b\\>',
  'ftp://x.y/z',
  '<https://x>',
  '[x]: https://e',
  '<!-- tidegate:v1:data e30= -->',
  '````\n</details>',
];
/** A tag, a link or a mention in what would be shown. */
const ACTIVE = /<(?!\/?code>)[a-z!]|(?<![\w\u200b])@[a-z]|(?<!\u200b)(?:https?|ftp):\/\/|(?<!\u200b)www\.|#\d/i;

describe('a text from elsewhere', () => {
  it.each(PAYLOADS)('is text, whatever it says: %j', async (payload) => {
    const shown = await marked.parseInline(escapeText(payload));
    expect(shown).not.toMatch(/<(?:a|img|b|em|strong|del|script|table)\b/i);
    expect(shown.replace(/&[#\w]+;/g, '')).not.toMatch(ACTIVE);
  });

  it.each(PAYLOADS)('is one piece of code, whatever it says: %j', async (payload) => {
    expect(await marked.parseInline(inlineCode(payload))).toMatch(/^<code>[^<]*<\/code>$/);
    expect(await marked.parse(fencedCode(payload, 'diff'))).toMatch(
      /^<pre><code class="language-diff">[^<]*<\/code><\/pre>\s*$/,
    );
  });
});
