import { describe, expect, it } from 'vitest';
import { isIgnored, parseIgnoreRules } from '../../../../core/domain/data/ignore-rules.ts';

describe('isIgnored', () => {
  // Expected as `git check-ignore` says of the same patterns.
  it.each([
    ['*.log', 'a/b.log', 'file', true],
    ['*.log', 'a/b.log.txt', 'file', false],
    ['/top', 'top', 'file', true],
    ['/top', 'a/top', 'file', false],
    ['a/*/c', 'a/b/c', 'file', true],
    ['a/*/c', 'a/b/b/c', 'file', false],
    ['a/**/c', 'a/b/b/c', 'file', true],
    ['a/**/c', 'a/c', 'file', true],
    ['**/c', 'x/y/c', 'file', true],
    ['build/', 'build', 'folder', true],
    ['build/', 'build', 'file', false],
    ['f?o', 'foo', 'file', true],
    ['[!a]b', 'ab', 'file', false],
    ['[!a]b', 'cb', 'file', true],
    ['\\#x', '#x', 'file', true],
    ['a.b', 'aXb', 'file', false],
    ['# comment', '# comment', 'file', false],
  ] as const)('%j and %s', (pattern, path, kind, expected) => {
    expect(isIgnored(parseIgnoreRules(pattern, ''), path, kind)).toBe(expected);
  });

  it('lets the last rule decide, and a rule reach no further than its folder', () => {
    const rules = parseIgnoreRules('*.txt\n!keep.txt\n', 'data');
    expect(isIgnored(rules, 'data/a.txt', 'file')).toBe(true);
    expect(isIgnored(rules, 'data/keep.txt', 'file')).toBe(false);
    expect(isIgnored(rules, 'a.txt', 'file')).toBe(false);
  });
});
