import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  folderOf,
  isClosedFolder,
  isWithin,
  joinRepositoryPath,
} from '../../../../core/domain/data/repository-path.ts';
import { gitEnvironment } from '../../../../testkit/host-environment.ts';

describe('joinRepositoryPath', () => {
  it.each([
    ['', 'a/./b//c', 'a/b/c'],
    ['sub', '../data', 'data'],
    ['sub', '.', 'sub'],
    ['', '', ''],
  ])('joins %j and %j', (folder, path, expected) => {
    expect(joinRepositoryPath(folder, path, 'f')).toBe(expected);
  });

  it.each([
    '../x',
    '/x',
    'a/../../x',
    'C:/x',
    'a\\..\\b',
    '.git\\hooks',
    '.git/config',
    '.GIT/config',
    '.dvc/cache',
    'sub/.git/hooks/post-checkout',
    '.github/workflows/x.yml',
    'a/b/.GitHub',
    'a/.dvc./config',
    'a/git~1/config',
  ])('refuses %j', (path) => {
    expect(() => joinRepositoryPath('', path, 'f')).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
    const deeper = path.includes('..') ? `../${path}` : path;
    expect(() => joinRepositoryPath('sub', deeper, 'f')).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
  });
});

describe('isClosedFolder', () => {
  it.each(['.gitignore', '.gitkeep', 'git', '.gi', 'github', 'gitt~1', '.git-data', 'dvc.yaml', '.dvcignore', 'a.git'])(
    'lets %j be',
    (name) => {
      expect(isClosedFolder(name)).toBe(false);
    },
  );

  it('refuses whatever the real git takes for its own folder on some file system', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-paths-'));
    const options = ['-c', 'core.protectHFS=true', '-c', 'core.protectNTFS=true'];
    const git = (...args: string[]) =>
      execFileSync('git', [...options, ...args], { cwd: folder, stdio: 'pipe', env: gitEnvironment() });
    const isRefused = (path: string): boolean => {
      try {
        git('update-index', '--add', '--cacheinfo', `100644,e69de29bb2d1d6434b8b29ae775ad8c2e48c5391,${path}`);
        return false;
      } catch {
        return true;
      }
    };
    try {
      git('init', '--quiet', '.');
      const ends = ['', '.', ' ', '. .', ':', '::$INDEX_ALLOCATION', ' ~1', '~1', '~12', 'x', '\u200d'];
      const starts = [
        '.git',
        '.GiT',
        '.g\u200cit',
        '\u200e.git',
        '\ufeff.gi\u206ft',
        'git~1',
        'GIT~1',
        'git~2',
        '.dvc',
        'data',
      ];
      let refused = 0;
      for (const name of starts.flatMap((start) => ends.map((end) => `${start}${end}`))) {
        if (!isRefused(`a/${name}/b`)) continue;
        refused++;
        expect(isClosedFolder(name), JSON.stringify(name)).toBe(true);
      }
      expect(refused).toBeGreaterThan(20);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
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
