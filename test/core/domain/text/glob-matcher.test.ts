import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../../core/domain/text/glob-matcher.ts';

describe('globMatcher', () => {
  it.each([
    ['*.csv', 'a.csv', true],
    ['*.csv', 'a/b.csv', false],
    ['**/*.csv', 'a/b/c.csv', true],
    ['**/*.csv', 'c.csv', true],
    ['data/**', 'data/a/b', true],
    ['train@*', 'train@cnn', true],
    ['f?.bin', 'f1.bin', true],
    ['f?.bin', 'f.bin', false],
    ['f[0-3].bin', 'f2.bin', true],
    ['f[!0-3].bin', 'f2.bin', false],
    ['a+b(1).*', 'a+b(1).x', true],
    ['a.b', 'axb', false],
  ])('%s for %s: %s', (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });
});
