import { describe, expect, it } from 'vitest';
import {
  expandMatrix,
  isTriggered,
  matchesPatterns,
  parseWorkflow,
  type Trigger,
} from '../../../testkit/runner/workflow.ts';

const workflow = (on: string) => parseWorkflow(`on: ${on}\njobs: { a: { steps: [] } }`, 'w.yml');

describe('isTriggered', () => {
  const push = (ref: string): Trigger => ({ event: 'push', ref });
  const pull = (action: string): Trigger => ({ event: 'pull_request', action, ref: 'refs/heads/main' });
  const cases: readonly [string, Trigger, boolean][] = [
    ['push', push('refs/heads/x'), true],
    ['[push, pull_request]', pull('opened'), true],
    ['{ push: { branches: [main] } }', push('refs/heads/main'), true],
    ['{ push: { branches: [main] } }', push('refs/heads/other'), false],
    ['{ push: { branches: [main] } }', push('refs/tags/v1'), false],
    ["{ push: { tags: ['*@v*'] } }", push('refs/tags/m@v1.0.0'), true],
    ["{ push: { branches: ['release/**'] } }", push('refs/heads/release/a/b'), true],
    ['{ pull_request: }', pull('closed'), false],
    ['{ pull_request: { types: [closed] } }', pull('closed'), true],
    ['{ pull_request: { branches: [dev] } }', pull('opened'), false],
    ["{ push: { paths: ['data/**'] } }", { event: 'push', ref: 'refs/heads/x', changedPaths: ['src/a'] }, false],
    [
      '{ workflow_run: { workflows: [ci], types: [completed] } }',
      { event: 'workflow_run', action: 'completed', workflow: 'ci' },
      true,
    ],
    ['{ workflow_run: { workflows: [ci] } }', { event: 'workflow_run', action: 'completed', workflow: 'other' }, false],
  ];
  it.each(cases)('%s for %o: %s', (on, trigger, expected) => {
    expect(isTriggered(workflow(on), trigger)).toBe(expected);
  });
});

describe('matchesPatterns', () => {
  it('lets a later negation take away', () => {
    expect(matchesPatterns(['**', '!docs/**'], 'docs/a')).toBe(false);
    expect(matchesPatterns(['**', '!docs/**'], 'src/a')).toBe(true);
  });
});

describe('expandMatrix', () => {
  it('has one empty combination where there is no matrix', () => {
    expect(expandMatrix(undefined)).toEqual([{}]);
  });

  it('multiplies, excludes and includes', () => {
    const matrix = {
      a: [1, 2],
      b: ['x', 'y'],
      exclude: [{ a: 2, b: 'y' }],
      include: [{ a: 1, b: 'x', more: true }, { a: 3 }],
    };
    expect(expandMatrix(matrix)).toEqual([{ a: 1, b: 'x', more: true }, { a: 1, b: 'y' }, { a: 2, b: 'x' }, { a: 3 }]);
  });
});

describe('parseWorkflow', () => {
  it('refuses a file without jobs', () => {
    expect(() => parseWorkflow('on: push', 'w.yml')).toThrow('w.yml has no jobs');
  });
});
