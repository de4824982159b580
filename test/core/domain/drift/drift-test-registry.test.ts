import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../core/config/parse-config.ts';
import { DRIFT_TESTS, effectLabel, ROW_TESTS, VALUE_TESTS } from '../../../../core/domain/drift/drift-test-registry.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';
import { MINIMAL } from '../../config/mistakes.ts';

const tests = Object.values(DRIFT_TESTS);

describe('DRIFT_TESTS', () => {
  it('has each test under its name, and one file for each', () => {
    expect(tests.map(({ name }) => name)).toEqual(Object.keys(DRIFT_TESTS));
    const files = globSync('core/domain/drift/tests/*.ts', { cwd: PROJECT_ROOT });
    expect(files).toHaveLength(tests.length + 1);
    expect(files).toContain(join('core', 'domain', 'drift', 'tests', 'drift-test.ts'));
  });

  it('has a test of the values of each kind of column, and the others for all columns', () => {
    for (const [kind, test] of Object.entries(VALUE_TESTS)) expect(test.columns).toBe(kind);
    expect([...Object.values(VALUE_TESTS), ...ROW_TESTS].map(({ name }) => name).sort()).toEqual(
      tests.map(({ name }) => name).sort(),
    );
  });

  it('has the floors that tidegate.yaml has where it says nothing', () => {
    const { models } = parseConfig(`${MINIMAL}    drift: { current: logs.csv }\n`).config;
    expect(models.m?.drift?.effect).toEqual(Object.fromEntries(tests.map((test) => [test.name, test.defaultFloor])));
  });
});

describe('effectLabel', () => {
  it('is what people read, and the name itself where it is unknown', () => {
    expect(tests.map(({ name }) => effectLabel(name))).toEqual(['KS', 'PSI', 'missing']);
    expect(effectLabel('wasserstein')).toBe('wasserstein');
  });
});
