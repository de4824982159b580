import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { readSources, type SourceFile, stripComments } from './import-graph.ts';

/**
 * Ports without a contract test, each with the tests that hold its implementation instead. The list only gets shorter: a
 * port that has a contract, or is gone, has to leave it.
 */
const WITHOUT_CONTRACT: Readonly<Record<string, readonly string[]>> = {
  'data/data-workspace': [
    'test/core/adapters/dvc/dvc-workspace.test.ts',
    'test/core/adapters/dvc/dvc-workspace-placed-files.test.ts',
    'test/actions/data-interop.test.ts',
  ],
};

const CONTRACTS = path.join(PROJECT_ROOT, 'test/contracts/ports');
const FAKES = path.join(PROJECT_ROOT, 'testkit/fakes');
const ports = readSources(['core/ports']);

/** `data/data-cache` of `core/ports/data/data-cache.ts`. */
function nameOf({ path: file }: SourceFile): string {
  return file.replace(/^core\/ports\//, '').replace(/\.ts$/, '');
}

/** Whether a file has anything that can be called: a method, or a function as a type. */
function isInterface({ text }: SourceFile): boolean {
  const code = stripComments(text);
  return /^ {2}(?:readonly )?\w+(?:<[^>]*>)?\(/m.test(code) || /=>/.test(code);
}

function hasContract(port: SourceFile): boolean {
  const base = path.join(CONTRACTS, path.basename(nameOf(port)));
  return existsSync(`${base}.test.ts`) || existsSync(`${base}.ts`);
}

describe('the ports', () => {
  const callable = ports.filter(isInterface);

  it('have a contract test each, but for those in the list', () => {
    const missing = callable.filter((port) => !hasContract(port)).map(nameOf);
    expect(missing.toSorted()).toEqual(Object.keys(WITHOUT_CONTRACT).toSorted());
  });

  it('in the list have tests that exist', () => {
    const named = Object.values(WITHOUT_CONTRACT).flat();
    expect(named.filter((file) => !existsSync(path.join(PROJECT_ROOT, file)))).toEqual([]);
  });

  it('of GitHub all have one', () => {
    expect(Object.keys(WITHOUT_CONTRACT).filter((name) => name.startsWith('github/'))).toEqual([]);
    expect(callable.filter((port) => nameOf(port).startsWith('github/'))).toHaveLength(8);
  });

  it('are each named by what checks them', () => {
    const files = readdirSync(CONTRACTS).filter((file) => !file.endsWith('-under-test.ts'));
    const known = new Set(callable.map((port) => path.basename(nameOf(port))));
    expect(files.filter((file) => !known.has(file.replace(/(?:\.test)?\.ts$/, '')))).toEqual([]);
  });

  it('have fakes that keep the contract: each fake is used by one', () => {
    const contracts = readSources(['test/contracts/ports', 'test/core/adapters']);
    const used = new Set(contracts.flatMap(({ imports }) => imports.map(({ target }) => path.basename(target))));
    expect(readdirSync(FAKES).filter((file) => !used.has(file))).toEqual([]);
  });

  it('find a method, a generic method and a function type, and take plain data for what it is', () => {
    const file = (text: string): SourceFile => ({ path: 'core/ports/x/y.ts', text, imports: [], packages: [] });
    expect(isInterface(file('export interface A {\n  read(path: string): void;\n}'))).toBe(true);
    expect(isInterface(file('export interface A {\n  read<T>(of: T): T;\n}'))).toBe(true);
    expect(isInterface(file('export type Open = (name: string) => void;'))).toBe(true);
    expect(isInterface(file('/** read(path) => x */\nexport interface A {\n  readonly path: string;\n}'))).toBe(false);
  });
});
