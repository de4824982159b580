import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { readSources, type SourceFile, stripComments } from './import-graph.ts';

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

const contracts = readSources(['test/contracts/ports']);

/** A file of contracts that is named for the port, and is about it. */
function hasContract(port: SourceFile): boolean {
  const base = `test/contracts/ports/${path.basename(nameOf(port))}`;
  const own = contracts.find((file) => file.path === `${base}.test.ts` || file.path === `${base}.ts`);
  return own?.imports.some(({ target }) => target === port.path) ?? false;
}

describe('the ports', () => {
  const callable = ports.filter(isInterface);

  it('have a contract test each', () => {
    expect(callable.filter((port) => !hasContract(port)).map(nameOf)).toEqual([]);
    expect(callable.length).toBeGreaterThan(25);
  });

  it('have contracts that run: those that are functions are called by a test', () => {
    const called = new Set(readSources(['test']).flatMap(({ imports }) => imports.map(({ target }) => target)));
    const shared = contracts.filter((file) => !file.path.endsWith('.test.ts'));
    expect(shared.filter((file) => !called.has(file.path)).map((file) => file.path)).toEqual([]);
  });

  it('of GitHub are nine', () => {
    expect(callable.filter((port) => nameOf(port).startsWith('github/'))).toHaveLength(9);
  });

  it('are each named by what checks them', () => {
    const files = readdirSync(CONTRACTS).filter((file) => !file.endsWith('-under-test.ts'));
    const known = new Set(callable.map((port) => path.basename(nameOf(port))));
    expect(files.filter((file) => !known.has(file.replace(/(?:\.test)?\.ts$/, '')))).toEqual([]);
  });

  it('have fakes that keep the contract: each fake is used by one', () => {
    const tests = [...contracts, ...readSources(['test/core/adapters'])];
    const used = new Set(tests.flatMap(({ imports }) => imports.map(({ target }) => path.basename(target))));
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
