import { describe, expect, it } from 'vitest';
import { readSources } from './import-graph.ts';

/** A literal after what may be before one. */
const LITERAL =
  /(?<=[(,=:[!&|?{};+]\s*|\breturn\s+|=>\s*)\/(?![*/])((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/g;

/** What texts are pumped with: what words, numbers, marks and layout of our inputs are made of. */
const PUMPS = [
  ' ',
  '\t',
  '\n',
  'a',
  'A',
  '0',
  '-',
  '_',
  '.',
  '/',
  ':',
  '@',
  '"',
  "'",
  '`',
  '\\',
  '<',
  '<!--',
  '[',
  ']',
  '(',
  '|',
  '=',
  ',',
  '#',
  '*',
  '{',
  '$',
  '%',
  '~',
  'a.',
  'a-',
  '/a',
  '0.',
  '1_',
  'a b',
  'a\n',
  '\\"',
  '<a ',
  'é',
];
const BEGINNINGS = ['', 'a', '0', 'v1.0.0-', '"', '<!--', '[', '{', 'sha256:', 'a='];
const ENDING = '\0\n';
const CHARACTERS = 24_000;
/** A pattern that takes quadratic time needs a second or more for such a text, a linear one less than a millisecond. */
const MOST_MS = 400;

/** Patterns that no text of an outsider reaches. */
const OWN_TEXTS: Readonly<Record<string, string>> = {
  '/\\B(?=(\\d{3})+$)/g': 'digits of a number that we format',
  '/\\*\\*\\/|\\*\\*|\\*|\\?|\\[[^\\]]+\\]|[.+^${}()|[\\]\\\\]/gu': 'a glob of the inputs of an action, in its own job',
};

const literals = new Map<string, { readonly pattern: RegExp; readonly path: string }>();
for (const { path, text } of readSources(['core', 'bot', 'actions'])) {
  for (const [literal, source = '', flags] of text.matchAll(LITERAL)) {
    const pattern = compile(source, flags);
    if (pattern !== undefined) literals.set(literal, { pattern, path });
  }
}

/** Undefined for a division that looks like a literal. */
function compile(source: string, flags: string | undefined): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

function cpuMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The first text that takes a pattern too long, or undefined. */
function slowText(pattern: RegExp): string | undefined {
  const literal = /^\^?((?:[\w <:!-]|\\[./[\]-])*)/.exec(pattern.source)?.[1]?.replaceAll('\\', '') ?? '';
  // From short to long: a pattern of cubic time would not come back from a long one.
  for (const length of [400, 3_000, CHARACTERS]) {
    for (const beginning of new Set([...BEGINNINGS, literal])) {
      for (const pump of PUMPS) {
        const text = beginning + pump.repeat(Math.ceil(length / pump.length)) + ENDING;
        const ms = cpuMs(() => void (pattern.global ? text.replace(pattern, '') : pattern.test(text)));
        if (ms > MOST_MS) return `${JSON.stringify(beginning)} and ${length} of ${JSON.stringify(pump)}: ${ms} ms`;
      }
    }
  }
  return undefined;
}

describe('the regular expressions of our code', { timeout: 600_000 }, () => {
  it('are found', () => {
    expect(literals.size).toBeGreaterThan(150);
    for (const literal of Object.keys(OWN_TEXTS)) expect([...literals.keys()]).toContain(literal);
  });

  it('take linear time, whatever text they are given', () => {
    const slow = [...literals]
      .filter(([literal]) => !Object.hasOwn(OWN_TEXTS, literal))
      .flatMap(([literal, { pattern, path }]) => {
        const text = slowText(pattern);
        return text === undefined ? [] : [`${path}: ${literal} (${text})`];
      });
    expect(slow).toEqual([]);
  });
});
