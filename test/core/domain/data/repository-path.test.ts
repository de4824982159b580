import { describe, expect, it } from 'vitest';
import { folderOf, isWithin, joinRepositoryPath } from '../../../../core/domain/data/repository-path.ts';

describe('joinRepositoryPath', () => {
  it.each([
    ['', 'a/./b//c', 'a/b/c'],
    ['sub', '../data', 'data'],
    ['sub', '.', 'sub'],
    ['', '', ''],
  ])('joins %j and %j', (folder, path, expected) => {
    expect(joinRepositoryPath(folder, path, 'f')).toBe(expected);
  });

  it.each(['../x', '/x', 'a/../../x', 'C:/x', 'a\\b', '.git/config', '.GIT/config', '.dvc/cache'])(
    'refuses %j',
    (path) => {
      expect(() => joinRepositoryPath('', path, 'f')).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
    },
  );
});

describe('isWithin', () => {
  it('asks for whole segments', () => {
    expect(isWithin('a/b', 'a')).toBe(true);
    expect(isWithin('ab', 'a')).toBe(false);
    expect(isWithin('a', 'a')).toBe(true);
    expect(isWithin('a', '')).toBe(true);
  });
});

describe('folderOf', () => {
  it('is empty at the root', () => {
    expect(folderOf('a')).toBe('');
    expect(folderOf('a/b/c')).toBe('a/b');
  });
});
