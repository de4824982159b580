import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSources } from './import-graph.ts';

const sources = readSources(['core', 'actions', 'bot', 'cli']);
const entries = sources.filter(({ path }) => /^core\/adapters\/[^/]+\/[^/]+-worker\.ts$/.test(path));

describe('threads', () => {
  it('run files, no text: no eval, and no source of a function', () => {
    const text = /\beval\s*:|(?<!\.)\beval\(|\bnew Function\(|toString\(\)\s*\}\s*\)\s*\(/;
    expect(sources.filter((source) => text.test(source.text)).map(({ path }) => path)).toEqual([]);
  });

  it('are started in one file', () => {
    const starting = sources.filter(({ text }) => /\bnew Worker\(/.test(text)).map(({ path }) => path);
    expect(starting).toEqual(['core/adapters/threads/worker-thread.ts']);
  });

  it('are nothing that the domain or a use case knows', () => {
    const inner = sources.filter(({ path }) => /^core\/(?!adapters\/)/.test(path));
    const threads = inner.filter(
      ({ text, packages }) =>
        packages.some(({ name }) => name === 'node:worker_threads') || /\b(?:Worker|SharedArrayBuffer)\b/.test(text),
    );
    expect(threads.map(({ path }) => path)).toEqual([]);
  });

  it('have an entry for each name, and a name for each entry', () => {
    const named = sources.flatMap(({ text }) =>
      [...text.matchAll(/\bworkerEntry\(\s*'([^']+)'/g)].map((one) => one[1]),
    );
    const files = entries.map(({ path }) => path.slice('core/adapters/'.length, -'.ts'.length));
    expect(named.toSorted()).toEqual(files.toSorted());
    // In a bundle they are in one folder.
    expect(new Set(files.map((file) => basename(file))).size).toBe(files.length);
  });

  it('load no package: the build makes one small file of an entry', () => {
    const loaded = entries.flatMap(({ path, packages }) =>
      packages.filter(({ name, isType }) => !isType && !name.startsWith('node:')).map(({ name }) => `${path}: ${name}`),
    );
    expect(loaded).toEqual([]);
  });
});
