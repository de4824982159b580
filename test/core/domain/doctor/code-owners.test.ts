import { describe, expect, it } from 'vitest';
import { ownersOf, parseCodeOwners } from '../../../../core/domain/doctor/code-owners.ts';

const owns = (pattern: string, path: string) => ownersOf(path, parseCodeOwners(`${pattern} @a\n`)).length > 0;

describe('ownersOf', () => {
  // The examples of GitHub Docs, "About code owners".
  it.each([
    ['*', 'a/b/c.txt', true],
    ['*.js', 'src/deep/x.js', true],
    ['*.js', 'src/x.jsx', false],
    ['/build/logs/', 'build/logs/a/b.log', true],
    ['/build/logs/', 'x/build/logs/a.log', false],
    ['docs/*', 'docs/getting-started.md', true],
    ['docs/*', 'docs/build-app/troubleshooting.md', false],
    ['apps/', 'x/apps/y/z', true],
    ['apps/', 'apps', false],
    ['/docs/', 'docs/a/b', true],
    ['/docs/', 'x/docs/a', false],
    ['/scripts/', 'scripts/a', true],
    ['**/logs', 'build/logs', true],
    ['**/logs', 'deeply/nested/logs/x', true],
    ['/apps/github', 'apps/github/x', true],
    ['/.github/', '.github/workflows/new.yml', true],
    ['/*', 'tidegate.yaml', true],
    ['/*', 'k8s/model.yaml', false],
    ['/k8s/**/model.yaml', 'k8s/overlays/production/model.yaml', true],
    ['tidegate.yaml', 'sub/tidegate.yaml', true],
    ['/Tidegate.yaml', 'tidegate.yaml', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(owns(pattern, path)).toBe(expected);
  });

  it('takes the last line that fits, also where it takes the owner away', () => {
    const rules = parseCodeOwners('* @all\n/k8s/ @ops\n/k8s/free/\n');
    expect(ownersOf('k8s/a.yaml', rules)).toEqual(['@ops']);
    expect(ownersOf('k8s/free/a.yaml', rules)).toEqual([]);
    expect(ownersOf('a', rules)).toEqual(['@all']);
  });

  it('leaves out lines that GitHub does not read, comments, and what follows one', () => {
    const rules = parseCodeOwners('# * @none\n!a @b\n[ab] @b\n/a nobody\n/b @x # @y\n/c\\ d  m@x.org\r\n');
    expect(rules).toEqual([
      { pattern: '/b', owners: ['@x'] },
      { pattern: '/c d', owners: ['m@x.org'] },
    ]);
  });

  it('takes no time for a pattern that is made to', () => {
    const pattern = `${'*a'.repeat(240)}b ${'**/'.repeat(100)}`;
    const path = `${'a'.repeat(500)}/${'a/'.repeat(200)}`;
    expect(owns(pattern.replace(' ', '/'), path)).toBe(false);
  });
});
