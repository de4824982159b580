import { Lexer, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import {
  COMMANDS,
  MAX_COMMAND_CHARACTERS,
  MOST_COMMANDS,
  parseCommands,
} from '../../../../core/domain/commands/parse-commands.ts';
import { MAX_COMMENT_CHARACTERS, visibleLines } from '../../../../core/domain/commands/visible-lines.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const names = (text: string) => parseCommands(text).map(({ name, argument }) => `${name}(${argument})`);

describe('parseCommands', () => {
  it('finds whole lines, in their order, whatever their case and line ends', () => {
    expect(names('Hello\r\n/tidegate plan\r\n/Tidegate PROMOTE production  \r\nbye')).toEqual([
      'plan()',
      'promote(production)',
    ]);
    expect(names('/tidegate')).toEqual(['help()']);
    expect(names('/tidegate \t hold \t the numbers  look odd ')).toEqual(['hold(the numbers  look odd)']);
  });

  const notOurs: readonly { name: string; text: string }[] = [
    { name: 'in the middle of a line', text: 'please /tidegate promote production' },
    { name: 'in a quote', text: '> /tidegate promote production' },
    { name: 'in a quote that a line without a mark continues', text: '> as she said\n/tidegate promote production' },
    { name: 'in a list', text: '- one\n/tidegate promote production' },
    { name: 'in a numbered list', text: '1. one\n/tidegate promote production' },
    { name: 'in indented code', text: '    /tidegate promote production' },
    { name: 'in a code block', text: '```sh\n/tidegate promote production\n```' },
    { name: 'in a code block that another fence does not end', text: '````\n```\n/tidegate plan\n````' },
    { name: 'in a code block that a fence with words does not end', text: '```\n``` x\n/tidegate plan\n```' },
    { name: 'in a code block after what looks like one', text: '```a``` b\n\n```\n/tidegate plan\n```' },
    { name: 'in a code block that never ends', text: '~~~\n/tidegate plan' },
    { name: 'after a code block in a list', text: '- ```\n  a\n  ```\n```\n/tidegate plan\n```' },
    { name: 'in code that goes over lines', text: 'a `b\n/tidegate plan\nc` d' },
    { name: 'in an HTML comment', text: '<!--\n/tidegate promote production\n-->' },
    { name: 'in an HTML comment within a line', text: 'a <!-- b\n/tidegate promote production\n--> c' },
    { name: 'in an HTML comment that never ends', text: '<!-- a\n\n/tidegate promote production' },
    { name: 'in a second HTML comment of a line', text: '<!-- a --> <!-- b\n/tidegate promote production\n-->' },
    { name: 'in a folded part', text: '<details>\n\n/tidegate promote production\n\n</details>' },
    { name: 'in a folded part of a line', text: 'a <details> b\n\n/tidegate promote production\n\n</details>' },
    { name: 'behind a folded end in code', text: '<details>\n\n`</details>`\n\n/tidegate promote production' },
    { name: 'in an attribute of a tag', text: 'a <a title="\n/tidegate promote production\n">b</a>' },
    { name: 'in a title of a link', text: '[a](https://b.example "\n/tidegate promote production\n")' },
    { name: 'in a title of a reference', text: '[a]: https://b.example "\n/tidegate promote production\n"' },
    { name: 'in a comment made of a reference', text: '[//]: # (\n/tidegate promote production\n)' },
    { name: 'in an instruction', text: '<?php\n\n/tidegate promote production\n\n?>' },
    { name: 'in a section of characters', text: '<![CDATA[\n\n/tidegate promote production\n\n]]>' },
    { name: 'in a style', text: '<style>\n\n/tidegate promote production\n\n</style>' },
    { name: 'in a table', text: '| a | b |\n| - | - |\n/tidegate promote production' },
    { name: 'in a formula', text: '$$\n/tidegate promote production\n$$' },
    { name: 'of another bot', text: '/tidegated plan\n/tide plan' },
    { name: 'as a number', text: '/tidegate 5' },
  ];
  it.each(notOurs)('leaves what stands $name', ({ text }) => {
    expect(parseCommands(text)).toEqual([]);
  });

  it.each([
    ['a code block', '```\nx\n```\n/tidegate plan'],
    ['a quote and an empty line', '> x\n\n/tidegate plan'],
    ['a list and an empty line', '- x\n\n/tidegate plan'],
    ['an HTML comment and an empty line', '<!-- from a template\n-->\n\n/tidegate plan'],
    ['words with tags that hide nothing', 'this is <b>odd</b><br/>see <https://a.example>\n\n/tidegate plan'],
    ['comparisons', 'a < b, 1 <2, x <- y\n/tidegate plan'],
    ['a heading', '# Odd\n/tidegate plan'],
    ['words of the same paragraph', 'Looks odd.\n/tidegate plan\nThanks!'],
  ])('reads after %s', (_, text) => {
    expect(names(text)).toEqual(['plan()']);
  });

  it('names what is no command', () => {
    expect(names('/tidegate deploy now\n/tidegate constructor')).toEqual(['unknown(deploy)', 'unknown(constructor)']);
  });

  it('takes the same command once, and stops after five', () => {
    expect(names('/tidegate plan\n'.repeat(50))).toEqual(['plan()']);
    const many = Array.from({ length: 50 }, (_, index) => `/tidegate hold ${index}\n`).join('');
    expect(parseCommands(many)).toHaveLength(MOST_COMMANDS);
  });

  it('takes a line of 1,000 characters, and no longer one', () => {
    const line = `/tidegate hold ${'x'.repeat(MAX_COMMAND_CHARACTERS - 15)}`;
    expect(names(line)).toHaveLength(1);
    expect(names(`${line}x`)).toEqual([]);
  });

  it('looks at the first 65,536 characters', () => {
    const filled = (characters: number) => `${'word\n'.repeat(characters)}`.slice(0, characters - 1);
    const command = '\n/tidegate plan';
    expect(names(`${filled(MAX_COMMENT_CHARACTERS - command.length + 1)}${command}`)).toEqual(['plan()']);
    expect(names(`${filled(MAX_COMMENT_CHARACTERS)}${command}`)).toEqual([]);
  });
});

describe('visibleLines', () => {
  const PARTS = [
    '/tidegate plan',
    'word',
    '',
    '> q',
    '- l',
    '1. n',
    '```',
    '~~~',
    '    c',
    '<!--',
    '-->',
    '<details>',
    '</details>',
    '`',
    '# h',
    '  ',
    '$$',
    '| a | b |',
    '| - | - |',
    '[a]: b "',
    '"',
    '<b>x</b>',
    '***',
  ];

  it('has no command that a parser of Markdown finds elsewhere than in a paragraph of the top level', () => {
    const shown = Array.from({ length: 4_000 }, (_, seed) => {
      const random = seededRandom(seed);
      const lines = Array.from(
        { length: 1 + Math.floor(random.uniform() * 8) },
        () => PARTS[Math.floor(random.uniform() * PARTS.length)],
      );
      const text = lines.join('\n');
      const found = [...visibleLines(text)].filter((line) => line === '/tidegate plan').length;
      if (!isRefusedByCommonMark(text)) expect(found, text).toBeLessThanOrEqual(inParagraphs(text));
      return found;
    });
    expect(shown.filter((count) => count > 0).length).toBeGreaterThan(200);
  });
});

/** Its titles of references go on after a line of spaces, which ends them in CommonMark and on GitHub. */
function isRefusedByCommonMark(text: string): boolean {
  return new Lexer().lex(text).some(({ type, raw }) => type === 'def' && /\n[ \t]+\n/.test(raw));
}

/** How many command lines are in paragraphs (or headings, which a line below makes of one) of the top level. */
function inParagraphs(text: string): number {
  const isText = ({ type }: Token) => type === 'paragraph' || type === 'heading';
  const lines = new Lexer()
    .lex(text)
    .filter(isText)
    .flatMap(({ raw }) => raw.split('\n'));
  return lines.filter((line) => line.trimEnd() === '/tidegate plan').length;
}

describe('COMMANDS', () => {
  it('asks for write permission for everything but help and plan', () => {
    const open = Object.entries(COMMANDS).filter(([, { needsWrite }]) => !needsWrite);
    expect(open.map(([name]) => name)).toEqual(['help', 'plan']);
  });
});
