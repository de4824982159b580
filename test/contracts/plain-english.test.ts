import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { type SourceText, textsOf } from './source-texts.ts';

/** Words that text for users does not contain, and the plain words for them. */
const PLAIN: readonly { readonly word: RegExp; readonly say: string }[] = [
  { word: /\bmend(s|ed|ing)?\b/i, say: 'fix' },
  { word: /\bbeside\b/i, say: 'next to, besides, in addition to' },
  { word: /\bstands?\b(?!-)/i, say: 'is in' },
  { word: /\blies?\b/i, say: 'is in, is stored at' },
  { word: /\banew\b/i, say: 'again' },
  { word: /\bso many\b/i, say: 'the given number of, too many' },
  { word: /\bof (ours|theirs|yours)\b/i, say: 'our, their, your' },
  { word: /\bwhoever\b/i, say: 'a person who' },
  { word: /\b(nobody|somebody)\b/i, say: 'no component, another process, a person' },
  { word: /(?<!\bthere )\b(is|are) no\b(?! longer)/i, say: 'is not a, has no' },
  { word: /\bweighs? nothing\b/i, say: 'has weight zero' },
  { word: /\bmay move\b|\bmoved more than\b/i, say: 'allowed shift, shifted more than' },
  { word: /\bis known of\b/i, say: 'is known about' },
  { word: /\bwhat comes of\b/i, say: 'the result' },
  { word: /\b(is|are) none of\b/i, say: 'is not one of' },
  {
    word: /\b(tried|looked at) again in a while\b|\bif it stays so\b/i,
    say: 'is retried shortly, if the error remains',
  },
  { word: /\bone a (line|row|column|model|file)\b/i, say: 'one per line' },
  { word: /\bfor ever\b/i, say: 'forever' },
];

/** Texts that are not rewritten yet: file and number of findings. It only gets shorter. */
const NOT_YET: Readonly<Record<string, number>> = {};

const root = (path: string) => readFileSync(join(PROJECT_ROOT, path), 'utf8');
const files = (...patterns: readonly string[]) =>
  globSync([...patterns], { cwd: PROJECT_ROOT, exclude: (path) => /(^|\/)(dist|node_modules)(\/|$)/.test(path) })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();

/** The prose of a Markdown document, line by line: no code. */
function proseOf(document: string): readonly SourceText[] {
  let isCode = false;
  return document.split('\n').flatMap((text, index) => {
    if (text.trimStart().startsWith('```')) isCode = !isCode;
    return isCode ? [] : [{ line: index + 1, text: text.replace(/`[^`]*`/g, '`…`') }];
  });
}

/** The descriptions of an action.yml. */
function descriptionsOf(metadata: string): readonly SourceText[] {
  const lines = metadata.split('\n').map((text, index) => ({ line: index + 1, text }));
  return lines.filter(({ text }) => /^\s*description:/.test(text));
}

/** Texts of a source file that people read: more than one word. */
function messagesOf(source: string): readonly SourceText[] {
  return textsOf(source).filter(({ text }) => /\S \S/.test(text));
}

/** The comments of a source file, without code. */
function commentsOf(source: string): readonly SourceText[] {
  return source.split('\n').flatMap((line, index) => {
    const text = /^\s*(?:\/\*\*|\*|\/\/) ?(.*)$/.exec(line)?.[1] ?? /\S\s+\/\*\* (.*)\*\/$/.exec(line)?.[1];
    return text === undefined ? [] : [{ line: index + 1, text: text.replace(/`[^`]*`/g, '`…`') }];
  });
}

/** The first lines of docstrings that begin with a question instead of a verb or a noun phrase that defines. */
function questionsOf(source: string): readonly SourceText[] {
  return source.split('\n').flatMap((line, index, all) => {
    const isFirst = /\/\*\* /.test(line) || (/^\s*\* /.test(line) && /^\s*\/\*\*\s*$/.test(all[index - 1] ?? ''));
    const text = line.replace(/^.*?\/\*\* |^\s*\* /, '');
    return isFirst && /^(What|How|Where|Whether|Which|Who)\b/.test(text) ? [{ line: index + 1, text }] : [];
  });
}

function findingsIn(path: string, texts: readonly SourceText[]): readonly string[] {
  return texts.flatMap(({ line, text }) =>
    PLAIN.flatMap(({ word, say }) => {
      const found = word.exec(text)?.[0];
      return found === undefined ? [] : [`${path}:${line}: "${found}"; write: ${say}`];
    }),
  );
}

const subjects = [
  ...files('*.md', 'docs/**/*.md', 'actions/*/README.md', 'k8s/**/*.md').map((path) => ({ path, read: proseOf })),
  ...files('actions/*/action.yml').map((path) => ({ path, read: descriptionsOf })),
  ...files('core/**/*.ts', 'actions/*.ts', 'actions/*/*.ts', 'bot/**/*.ts', 'cli/**/*.ts').map((path) => ({
    path,
    read: messagesOf,
  })),
];

describe('text for users', () => {
  it('is in plain English: documents, descriptions of actions, messages, comments and descriptions of the configuration', () => {
    const findings = subjects.flatMap(({ path, read }) => {
      const found = findingsIn(path, read(root(path)));
      return found.length === NOT_YET[path] ? [] : found;
    });
    expect(findings).toEqual([]);
    expect(subjects.length).toBeGreaterThan(500);
  });

  it('is no longer in the list of exceptions once it is rewritten', () => {
    const counts = subjects.map(({ path, read }) => [path, findingsIn(path, read(root(path))).length] as const);
    expect(Object.fromEntries(counts.filter(([path]) => path in NOT_YET))).toEqual(NOT_YET);
  });
});

describe('comments', () => {
  const sources = files('core/**/*.ts', 'actions/*.ts', 'actions/*/*.ts', 'bot/**/*.ts', 'cli/**/*.ts');

  it('are in plain English', () => {
    expect(sources.flatMap((path) => findingsIn(path, commentsOf(root(path))))).toEqual([]);
    expect(sources.length).toBeGreaterThan(500);
  });

  it('say what something is or does: no docstring begins with a question', () => {
    const asking = sources.flatMap((path) =>
      questionsOf(root(path)).map(({ line, text }) => `${path}:${line}: ${text}`),
    );
    expect(asking).toEqual([]);
    const source = [
      '/** What it is. */',
      '/**',
      ' * Whether it is.',
      ' * How is fine here.',
      ' */',
      '// Where code begins.',
    ];
    expect(questionsOf(source.join('\n')).map(({ line }) => line)).toEqual([1, 3]);
  });
});

describe('the lint', () => {
  it('names file, line, word and what to write, in documents', () => {
    const text =
      'A gate.\n\n```\nnobody reads code\n```\n\nAn error is no pass; `nobody` is a name.\nA file lies beside it.\n';
    expect(findingsIn('docs/a.md', proseOf(text))).toEqual([
      'docs/a.md:7: "is no"; write: is not a, has no',
      'docs/a.md:8: "beside"; write: next to, besides, in addition to',
      'docs/a.md:8: "lies"; write: is in, is stored at',
    ]);
  });

  it('finds messages and fixes in sources, but not comments, names and regular expressions', () => {
    const source = [
      '// nobody reads this comment',
      "const beside = 'anew'; /* so many words */",
      'const pattern = /nobody said `anew`/;',
      `throw new UserError('X', \`\${path} is no table: \${isA ? 'whoever wrote it' : \`it stands in \${file}\`}\`, {`,
      "  fix: 'Mend the file.',",
      '});',
      "const text = 'there is no file, and it is no longer read';",
    ].join('\n');
    expect(findingsIn('core/a.ts', messagesOf(source)).toSorted()).toEqual([
      'core/a.ts:4: "is no"; write: is not a, has no',
      'core/a.ts:4: "stands"; write: is in',
      'core/a.ts:4: "whoever"; write: a person who',
      'core/a.ts:5: "Mend"; write: fix',
    ]);
  });

  it('reads comments of any form, but no code', () => {
    const source = [
      '/** What stands here. */',
      ' * A file lies there.',
      'const nobody = 1; // beside',
      '// Anew.',
      '  a: 1; /** How */',
    ];
    expect(commentsOf(source.join('\n')).map(({ text }) => text.trim())).toEqual([
      'What stands here. */',
      'A file lies there.',
      'Anew.',
      'How',
    ]);
  });

  it('reads the descriptions of an action', () => {
    const metadata = 'name: x\ninputs:\n  a:\n    description: "What stands here, one a line."\n    default: nobody\n';
    expect(findingsIn('actions/x/action.yml', descriptionsOf(metadata))).toEqual([
      'actions/x/action.yml:4: "stands"; write: is in',
      'actions/x/action.yml:4: "one a line"; write: one per line',
    ]);
  });
});
