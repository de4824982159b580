import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

/** Tests of test/core that are about more than one file, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'adapters/git/git-refuses': 'three adapters, which have to refuse the same',
  'domain/statistics/distributions': 'golden values of SciPy over all distributions, with one tolerance',
  'domain/yaml/costly-texts': 'the cost of the largest texts over every parser of YAML',
  'render/hostile': 'hostile texts over everything that is rendered',
  'render/inert': 'what GitHub would act on, over everything that is rendered',
};

const tests = globSync('test/core/**/*.test.ts', { cwd: PROJECT_ROOT }).map((path) =>
  path.replaceAll('\\', '/').slice('test/core/'.length, -'.test.ts'.length),
);

const isSource = (path: string) => existsSync(join(PROJECT_ROOT, 'core', path));

/** Whether there is a file that a test is named for: `x.test.ts` and `x-<aspect>.test.ts` for `x.ts`, or a folder `x`. */
function hasSource(test: string): boolean {
  const words = basename(test).split('-');
  const names = words.map((_, index) => `${dirname(test)}/${words.slice(0, index + 1).join('-')}`);
  // A file with much to test has a folder of its name.
  return names.some((name) => isSource(`${name}.ts`)) || isSource(test) || isSource(`${dirname(test)}.ts`);
}

describe('the tests of core', () => {
  it('mirror the tree: each is named for the file that it tests', () => {
    expect(tests.filter((test) => !hasSource(test) && !Object.hasOwn(ELSEWHERE, test))).toEqual([]);
  });

  it('have no exception that is gone, or that needs none', () => {
    expect(Object.keys(ELSEWHERE).filter((test) => !tests.includes(test) || hasSource(test))).toEqual([]);
  });
});
