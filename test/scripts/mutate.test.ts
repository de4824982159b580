import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileResult, renderMutation } from '../../scripts/mutate/table.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

const files = globSync('core/domain/{gate,inference,metrics}/*.ts', { cwd: PROJECT_ROOT }).sort();
const read = (path: string) => readFileSync(join(PROJECT_ROOT, path), 'utf8');
const results = new Map<string, FileResult>(Object.entries(JSON.parse(read('docs/mutation.json'))));

describe('the committed mutation results', () => {
  it('leave no survivor unexplained, and the page is theirs', () => {
    const { text, unexplained } = renderMutation(results, JSON.parse(read('scripts/mutate/explained.json')), files);
    expect(unexplained).toEqual([]);
    expect(read('docs/mutation.md')).toBe(text);
  });
});

describe('renderMutation', () => {
  const survivor = { line: 7, from: 'a < b', to: 'a <= b' };
  const of = (survivors: FileResult['survivors']) =>
    new Map([['core/domain/gate/x.ts', { killed: 9, ignored: 1, survivors }]]);

  it('names a survivor that nothing explains', () => {
    const { text, unexplained } = renderMutation(
      of([survivor]),
      [{ file: 'y.ts', from: 'a < b', why: 'another file' }],
      [],
    );
    expect(unexplained).toEqual(['core/domain/gate/x.ts:7 ` a < b ` to ` a <= b `']);
    expect(text).toContain('Tests notice 9 of 10 changes (90.0 %). 0 of the others are explained below, 1 are not.');
    expect(text).toContain('**not explained**');
  });

  it('explains a change, or every change of a text', () => {
    const one = { file: 'x.ts', from: 'a < b', to: 'a <= b', why: 'they are never equal' };
    expect(renderMutation(of([survivor]), [one], []).unexplained).toEqual([]);
    expect(renderMutation(of([{ ...survivor, to: 'true' }]), [one], []).unexplained).toHaveLength(1);
    const { to: _, ...every } = one;
    expect(renderMutation(of([{ ...survivor, to: 'true' }]), [every], []).text).toContain('they are never equal');
  });

  it('is the same page, in whatever order files were run', () => {
    const both = [
      ...of([survivor]),
      ['core/domain/gate/a.ts', { killed: 1, ignored: 0, survivors: [survivor] }],
    ] as const;
    const page = renderMutation(new Map(both), [], []);
    expect(renderMutation(new Map([...both].reverse()), [], [])).toEqual(page);
    expect(page.unexplained.map((one) => one.split(':')[0])).toEqual([
      'core/domain/gate/a.ts',
      'core/domain/gate/x.ts',
    ]);
  });

  it('names the files that were not run', () => {
    const found = renderMutation(of([]), [], ['core/domain/gate/x.ts', 'core/domain/gate/z.ts']);
    expect(found.text).toContain('Not run yet: `gate/z.ts`.');
  });
});
