import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DRIFT_TESTS, ROW_TESTS } from '../../../../core/domain/drift/drift-test-registry.ts';
import { CATEGORICAL_TESTS, NUMERIC_TESTS } from '../../../../core/domain/drift/tests/drift-test.ts';
import { PROJECT_ROOT } from '../../../../scripts/project-root.ts';

const tests = Object.values(DRIFT_TESTS);

describe('DRIFT_TESTS', () => {
  it('has each test under its name, and one file for each', () => {
    expect(tests.map(({ name }) => name)).toEqual(Object.keys(DRIFT_TESTS));
    const files = globSync('core/domain/drift/tests/*.ts', { cwd: PROJECT_ROOT });
    expect(files).toHaveLength(tests.length + 1);
    expect(files).toContain(join('core', 'domain', 'drift', 'tests', 'drift-test.ts'));
  });

  it('has the tests that tidegate.yaml names for each kind of column, and the others for all columns', () => {
    for (const name of NUMERIC_TESTS) expect(DRIFT_TESTS[name].columns).toBe('numeric');
    for (const name of CATEGORICAL_TESTS) expect(DRIFT_TESTS[name].columns).toBe('categorical');
    expect([...NUMERIC_TESTS, ...CATEGORICAL_TESTS, ...ROW_TESTS.map(({ name }) => name)].sort()).toEqual(
      tests.map(({ name }) => name).sort(),
    );
  });
});
