import { describe, expect, it } from 'vitest';
import { readPythonFile } from '../../../../cli/init/python/python-file.ts';
import { importedElsewhere, reachedFrom } from '../../../../cli/init/python/reached-files.ts';

const filesOf = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([path, text]) => readPythonFile(path, text));

describe('reachedFrom', () => {
  it.each([
    { name: 'a module', text: 'import a', files: ['a.py'] },
    { name: 'several modules of one line', text: 'import a, b.c', files: ['a.py', 'b/c.py'] },
    { name: 'an import in a function', text: 'def f():\n    from a import x', files: ['a.py'] },
    {
      name: 'either of two',
      text: 'try:\n    import a as m\nexcept ImportError:\n    import b as m',
      files: ['a.py', 'b.py'],
    },
    {
      name: 'names in brackets, with comments',
      text: 'from p import (\n  a,  # one\n  b as c,\n)',
      files: ['p/a.py', 'p/b.py'],
    },
    {
      name: 'the packages around a module',
      text: 'from p.q.a import x',
      files: ['p/__init__.py', 'p/q/__init__.py', 'p/q/a.py'],
    },
    { name: 'a module of the source folder', text: 'from a import x', files: ['src/a.py'] },
    { name: 'a module at either of two places', text: 'import a', files: ['a.py', 'src/a.py'] },
  ])('leads to $name', ({ text, files }) => {
    const others = Object.fromEntries([...files, 'other.py'].map((file) => [file, '']));
    expect(reachedFrom('train.py', filesOf({ 'train.py': text, ...others })).toSorted()).toEqual(
      [...files, 'train.py'].toSorted(),
    );
  });

  it('leads on from the packages around a module', () => {
    const files = filesOf({
      'train.py': 'from p.a import x',
      'p/__init__.py': 'from . import b',
      'p/a.py': '',
      'p/b.py': '',
    });
    expect(reachedFrom('train.py', files)).toContain('p/b.py');
  });
});

describe('importedElsewhere', () => {
  it('names a module of the repository that is imported from a path that only the program knows', () => {
    const files = filesOf({ 'train.py': 'import numpy\nimport shared', 'lib/shared.py': '' });
    const reached = files.filter(({ path }) => reachedFrom('train.py', files).includes(path));
    expect(importedElsewhere(reached, ['train.py', 'lib/shared.py'])).toEqual(['shared']);
    expect(importedElsewhere(reached, ['train.py', 'lib/others.py'])).toEqual([]);
  });
});
