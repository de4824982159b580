import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

/** `@example call(…) // => value`, one a line. */
const EXAMPLE = /^ \* @example (?<code>.+?) \/\/ => (?<value>.+)$/gm;
const LEFT_OUT = /^ \* @example(?! .+ \/\/ => .+$)/m;

interface Example {
  readonly file: string;
  readonly code: string;
  readonly value: string;
}

const files = globSync(['core/**/*.ts', 'bot/**/*.ts', 'actions/*.ts', 'scripts/**/*.ts'], {
  cwd: PROJECT_ROOT,
  exclude: (path) => /(^|\/)(dist|node_modules)(\/|$)/.test(path),
}).sort();

const examples = files.flatMap((file): Example[] =>
  [...readFileSync(join(PROJECT_ROOT, file), 'utf8').matchAll(EXAMPLE)].map(({ groups }) => ({
    file,
    code: groups?.code ?? '',
    value: groups?.value ?? '',
  })),
);

/** Evaluates an expression with the exports of a module in scope. */
function evaluate(expression: string, exported: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(exported);
  return new Function(...names, `return (${expression});`)(...names.map((name) => exported[name]));
}

/** Numbers agree to the digits that the docstring shows; all else is equal. */
function expectAsWritten(found: unknown, written: string, value: unknown): void {
  const decimals = written.split('.')[1]?.length ?? 0;
  if (typeof value === 'number' && decimals > 0) expect(found).toBeCloseTo(value, Math.min(decimals, 14));
  else expect(found).toEqual(value);
}

describe('examples of docstrings', () => {
  it.each(examples)('$file: $code', async ({ file, code, value }) => {
    const exported = await import(pathToFileURL(join(PROJECT_ROOT, file)).href);
    expectAsWritten(evaluate(code, exported), value, evaluate(value, {}));
  });

  it('are all of the form that is run', () => {
    const unread = files.filter((file) => LEFT_OUT.test(readFileSync(join(PROJECT_ROOT, file), 'utf8')));
    expect(unread).toEqual([]);
    expect(examples.length).toBeGreaterThan(40);
  });
});
