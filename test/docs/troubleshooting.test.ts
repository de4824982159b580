import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../core/config/parse-config.ts';
import {
  moreAbout,
  SERVICE_ERROR_CODES,
  TROUBLESHOOTING_PAGE,
  USER_ERROR_CODES,
  UserError,
} from '../../core/errors.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { readSources } from '../contracts/import-graph.ts';

const PAGE = readFileSync(join(PROJECT_ROOT, 'docs/guide/troubleshooting.md'), 'utf8');
const CODES: readonly string[] = [...USER_ERROR_CODES, ...SERVICE_ERROR_CODES];
const sections = PAGE.split(/^### /m).slice(1);
const titles = sections.map((section) => section.split('\n')[0] ?? '');

describe('the page of error codes', () => {
  it('has a section for each code, and for nothing else', () => {
    expect([...titles].sort()).toEqual([...CODES].sort());
  });

  it.each(sections.map((text, index) => ({ title: titles[index], text })))('$title says what to do', ({ text }) => {
    expect(text.length).toBeGreaterThan(60);
  });

  it('is where the line under an error leads', () => {
    expect(TROUBLESHOOTING_PAGE).toMatch(/\/docs\/guide\/troubleshooting\.md$/);
    for (const code of CODES) {
      const [, anchor = ''] = moreAbout(code as (typeof USER_ERROR_CODES)[number]).split('#');
      // GitHub's anchor of a heading of letters and underscores.
      expect(titles.map((title) => title.toLowerCase())).toContain(anchor);
    }
  });

  it('begins with an error as it is printed', () => {
    const text = [
      'version: 1',
      'models:',
      '  delay:',
      '    task: binary-classification',
      '    artifact: model.onnx',
      '    data: { label: late }',
      '    evaluate: { dataset: test.csv }',
      '    gate:',
      '      rules: [{ metric: roc_auk, min: 0.5 }]',
    ].join('\n');
    try {
      parseConfig(text);
      expect.unreachable();
    } catch (error) {
      const problem = error instanceof UserError ? error.problems[0] : undefined;
      expect(PAGE).toContain(`✗ tidegate.yaml:${problem?.place?.line}: ${problem?.message}\n  ${problem?.fix}\n`);
      expect(PAGE).toContain(`  ${moreAbout('CONFIG_INVALID')}\n`);
    }
  });
});

describe('error codes', () => {
  const sources = readSources(['core', 'actions', 'bot', 'cli']);

  it.each(CODES)('%s is given by some source', (code) => {
    const using = sources.filter(({ path, text }) => path !== 'core/errors.ts' && text.includes(`'${code}'`));
    expect(using.map(({ path }) => path)).not.toEqual([]);
  });
});
