import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tidegateJsonSchema } from '../../core/config/json-schema.ts';
import { type ConfigSchema, configKeys } from '../../scripts/config-keys.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';

/** Keys as texts name them: `gate.rules`, without the model and without list marks. */
const KEYS = new Set(
  configKeys(tidegateJsonSchema() as ConfigSchema).map(({ section, name }) =>
    `${section}.${name}`.replace(/^\.|^models\.<name>\./, '').replaceAll('[]', ''),
  ),
);
const ROOTS = new Set([...KEYS].map((key) => key.split('.')[0] ?? ''));

/** Names that only look like keys of tidegate.yaml: files, and a value of Helm. */
const OTHER = new Set(['train.py', 'evaluate.py', 'drift.json', 'drift.html', 'image.tag']);

/** Dotted names in the prose of a page that begin like a key. */
function namedKeys(page: string): readonly string[] {
  const prose = page.replace(/^```.*?^```/gms, '');
  const names = [...prose.matchAll(/`([a-z][a-z-]*(?:\.[a-z][a-z-]*)+)(?:: [^`]*)?`/g)].map((found) => found[1] ?? '');
  return names.filter((name) => ROOTS.has(name.split('.')[0] ?? '') && !OTHER.has(name));
}

const pages = globSync(['README.md', 'docs/**/*.md', 'actions/*/README.md'], { cwd: PROJECT_ROOT }).sort();

describe('keys of tidegate.yaml in texts', () => {
  it.each(pages)('%s names keys that exist', (page) => {
    const named = namedKeys(readFileSync(join(PROJECT_ROOT, page), 'utf8'));
    expect(named.filter((name) => !KEYS.has(name))).toEqual([]);
  });

  it('are found, and a wrong one is noticed', () => {
    const all = pages.flatMap((page) => namedKeys(readFileSync(join(PROJECT_ROOT, page), 'utf8')));
    expect(all.length).toBeGreaterThan(80);
    expect(namedKeys('Set `gate.rule` or `evaluate.metrics-file: a.json`.')).toEqual([
      'gate.rule',
      'evaluate.metrics-file',
    ]);
    expect(KEYS.has('gate.rule')).toBe(false);
  });
});
