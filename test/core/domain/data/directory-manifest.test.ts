import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatDirectoryManifest, parseDirectoryManifest } from '../../../../core/domain/data/directory-manifest.ts';
import { dvcObjectKey } from '../../../../core/domain/data/dvc-object-key.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const files = (contents: Readonly<Record<string, string>>) =>
  Object.entries(contents).map(([path, content]) => ({ path, md5: md5(content) }));

describe('formatDirectoryManifest', () => {
  // The expected digests are those of DVC's own tests.
  it.each([
    [{ foo: 'foo', bar: 'bar' }, '5ea40360f5b4ec688df672a4db9c17d1'],
    [{ foo: 'foo\n', bar: 'bar\n' }, '168fd6761b9c3f2c081085b51fd7bf15'],
    [{ one: 'one', two: 'two' }, '6b18131dc289fd37006705affe961ef8'],
    [{}, 'd751713988987e9331980363e24189ce'],
  ])('of %j has the MD5 that DVC has', (contents, expected) => {
    expect(md5(formatDirectoryManifest(files(contents)))).toBe(expected);
  });

  it('sorts by code points and escapes all but ASCII', () => {
    const text = formatDirectoryManifest(
      files({ '\u{1F600}': '', '\uFF21': '', 'é"': '', 'a/b': '', 'a.b': '', 'a-b': '' }),
    );
    const order = [...text.matchAll(/"relpath": "((?:[^"\\]|\\.)*)"/g)].map((found) => found[1]);
    expect(order).toEqual(['a-b', 'a.b', 'a/b', '\\u00e9\\"', '\\uff21', '\\ud83d\\ude00']);
  });

  it('is what parseDirectoryManifest reads back', () => {
    const entries = files({ 'a/é': 'x', b: 'y' });
    expect(parseDirectoryManifest(formatDirectoryManifest(entries), 'list')).toEqual(entries);
  });
});

describe('parseDirectoryManifest', () => {
  it('accepts further keys', () => {
    const text = JSON.stringify([{ md5: md5(''), relpath: 'a', size: 0, etag: 'x' }]);
    expect(parseDirectoryManifest(text, 'list')).toEqual([{ path: 'a', md5: md5('') }]);
  });

  it.each([
    '../x',
    '/x',
    'a/../b',
    './a',
    'a//b',
    '',
    'a\\..\\b',
    '.git\\hooks',
    '.git/config',
    'x/.GIT/hooks/y',
    '.dvc/config',
    'x/.git. /config',
    'x/GIT~1/config',
    'x/.g\u200cit/config',
    'a\0b',
    '\ud800',
  ])('refuses the path %j', (relpath) => {
    const text = JSON.stringify([{ md5: md5(''), relpath }]);
    expect(() => parseDirectoryManifest(text, 'list')).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
  });

  it('refuses a path twice, and a path that is a file and a folder', () => {
    for (const paths of [
      ['a', 'a'],
      ['a', 'a/b'],
    ]) {
      const text = JSON.stringify(paths.map((relpath) => ({ md5: md5(''), relpath })));
      expect(() => parseDirectoryManifest(text, 'list')).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
    }
  });

  it.each(['', '{}', '[1]', '[{"md5": "x", "relpath": "a"}]', '[{"relpath": "a"}]', '<html>'])('refuses %j', (text) => {
    expect(() => parseDirectoryManifest(text, 'list')).toThrow(expect.objectContaining({ code: 'DVC_INVALID' }));
  });
});

describe('dvcObjectKey', () => {
  it('is the layout of DVC 3', () => {
    expect(dvcObjectKey(md5('foo'))).toBe('files/md5/ac/bd18db4cc2f85cedef654fccc4a4d8');
    expect(dvcObjectKey('6fdb5336fce0dbfd669f83065f107551.dir')).toBe(
      'files/md5/6f/db5336fce0dbfd669f83065f107551.dir',
    );
  });
});
