import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countChecks, MOST_RESULT_BYTES } from '../../../../core/adapters/files/check-results.ts';
import type { ResultFormat } from '../../../../core/domain/metrics/check-counts.ts';
import { UserError } from '../../../../core/errors.ts';

// The scripts next to these files wrote them with the real tools.
const bytesOf = (name: string) => readFileSync(new URL(`../../../fixtures/results/${name}.json`, import.meta.url));
const jsonOf = (name: string): Record<string, unknown> => JSON.parse(bytesOf(name).toString());
const count = (value: unknown, format: ResultFormat) =>
  countChecks(Buffer.from(JSON.stringify(value)), { shown: 'results.json', format });
const ofFile = (name: string, format: ResultFormat) => countChecks(bytesOf(name), { shown: `${name}.json`, format });
const refused = (act: () => unknown) => {
  try {
    return { counts: act() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

describe('countChecks of Great Expectations', () => {
  it('counts each expectation, and one that raised as a failure too', () => {
    expect(ofFile('great-expectations-pass', 'great-expectations')).toEqual({
      ...{ checks: 3, passed: 3, failures: 0, errors: 0 },
    });
    expect(ofFile('great-expectations-fail', 'great-expectations')).toEqual({
      ...{ checks: 4, passed: 1, failures: 3, errors: 1 },
    });
  });

  it("counts those of a checkpoint's validations", () => {
    const counts = ofFile('great-expectations-checkpoint', 'great-expectations');
    // It does not say which of them raised.
    expect(counts).toEqual({ checks: 4, passed: 1, failures: 3 });
  });

  it('refuses a suite without an expectation: nothing was checked', () => {
    expect(refused(() => ofFile('great-expectations-empty', 'great-expectations'))).toBe(
      'DATA_INVALID: great-expectations-empty.json has no expectation',
    );
  });

  it.each([
    ['success that its results deny', { success: true }],
    ['numbers that its results deny', { statistics: { evaluated_expectations: 4, unsuccessful_expectations: 0 } }],
    ['results that are left out', { results: [] }],
    ['a version that is not known', { meta: { great_expectations_version: '0.18.19' } }],
    ['no version', { meta: {} }],
    ['a result without a success', { results: [{ expectation_config: {} }] }],
    ['results that are no list', { results: { length: 0 } }],
  ])('refuses %s', (_, change) => {
    const found = refused(() => count({ ...jsonOf('great-expectations-fail'), ...change }, 'great-expectations'));
    expect(found).toMatch(/^DATA_INVALID: results.json/);
  });
});

describe('countChecks of a checkpoint of Great Expectations', () => {
  it.each([
    ['success that its validations deny', { success: true }],
    ['a validation that is left out', { validation_results: [] }],
    ['numbers of other validations', { statistics: { evaluated_validations: 2, unsuccessful_validations: 1 } }],
    ['no numbers', { statistics: undefined }],
  ])('refuses %s', (_, change) => {
    const found = refused(() => count({ ...jsonOf('great-expectations-checkpoint'), ...change }, 'great-expectations'));
    expect(found).toMatch(/^DATA_INVALID: results.json says success/);
  });
});

describe('countChecks of pandera', () => {
  it('counts cases, and the checks that they are of', () => {
    expect(ofFile('pandera-fail', 'pandera')).toEqual({ failures: 5, cases: 6 });
  });

  it('takes an empty table as no failure: its columns show what it is', () => {
    expect(ofFile('pandera-pass', 'pandera')).toEqual({ failures: 0, cases: 0 });
  });

  it.each([
    ['an empty list', []],
    ['an empty mapping', {}],
    ['records', [{ schema_context: 'Column', column: 'a', check: 'b', check_number: 0, failure_case: 1, index: 0 }]],
    ['a missing column', { ...jsonOf('pandera-fail'), check: undefined }],
    ['a column of other rows', { ...jsonOf('pandera-fail'), index: {} }],
    ['a case without a check', { ...jsonOf('pandera-pass'), ...rowOf(null) }],
  ])('refuses %s', (_, value) => {
    expect(refused(() => count(value, 'pandera'))).toMatch(/^DATA_INVALID: results.json/);
  });
});

function rowOf(check: string | null) {
  const columns = ['schema_context', 'column', 'check', 'check_number', 'failure_case', 'index'];
  return Object.fromEntries(columns.map((name) => [name, { 0: name === 'check' ? check : 'x' }]));
}

describe('countChecks of dbt', () => {
  it('counts tests, and what did not run as a failure', () => {
    expect(ofFile('dbt-pass', 'dbt')).toEqual({
      ...{ checks: 2, passed: 2, failures: 0, errors: 0, warnings: 0, skipped: 0 },
    });
    // One test failed; three models and a test were skipped after it.
    expect(ofFile('dbt-fail', 'dbt')).toEqual({
      ...{ checks: 4, passed: 1, failures: 5, errors: 0, warnings: 1, skipped: 4 },
    });
  });

  it('counts a model with an error, and what is after it, as failures', () => {
    const { failures, errors, skipped } = ofFile('dbt-error', 'dbt');
    expect({ failures, errors, skipped }).toEqual({ failures: 2, errors: 1, skipped: 1 });
  });

  it.each(['dbt-empty', 'dbt-untested'])('refuses a run without a test: %s', (name) => {
    expect(refused(() => ofFile(name, 'dbt'))).toBe(`DATA_INVALID: ${name}.json has no test`);
  });

  it('refuses a run in which no test ran', () => {
    const found = refused(() => count(withStatus('skipped'), 'dbt'));
    expect(found).toBe('DATA_INVALID: results.json has 2 tests, and none of them ran');
  });

  it.each(['PASS', 'passed', 'constructor', '', null, undefined, 1])('refuses the unknown status %s', (status) => {
    expect(refused(() => count(withStatus(status), 'dbt'))).toMatch(/^DATA_INVALID: results.json has the status/);
  });

  it.each([
    'https://schemas.getdbt.com/dbt/run-results/v7.json',
    'https://example.org/run-results/v6.json',
    'https://schemas.getdbt.com/dbt/manifest/v6.json',
    undefined,
  ])('refuses the schema %s', (version) => {
    const value = { ...jsonOf('dbt-pass'), metadata: { dbt_schema_version: version } };
    expect(refused(() => count(value, 'dbt'))).toMatch(/^DATA_INVALID: results.json is not a run_results.json/);
  });
});

function withStatus(status: unknown) {
  const { results, ...rest } = jsonOf('dbt-pass');
  const list = Array.isArray(results) ? results : [];
  return { ...rest, results: list.map((result: object) => ({ ...result, status })) };
}

describe('countChecks of a hostile file', () => {
  const formats = ['great-expectations', 'pandera', 'dbt'] as const;

  it.each(formats)('refuses what is not JSON, and quotes none of it: %s', (format) => {
    for (const text of ['', '{"results":[', 'secret-text', '{} {}', '<xml/>']) {
      const found = refused(() => countChecks(Buffer.from(text), { shown: 'results.json', format }));
      expect(found).toBe('DATA_INVALID: results.json is not JSON');
    }
  });

  it.each(formats)('refuses plain values, and a result of another tool: %s', (format) => {
    const others = ['great-expectations-pass', 'pandera-pass', 'dbt-pass'].filter((name) => !name.startsWith(format));
    for (const value of [null, true, 0, 'pass', [], {}, [[]], { __proto__: null }, ...others.map(jsonOf)]) {
      expect(refused(() => count(value, format))).toMatch(/^DATA_INVALID: results.json/);
    }
  });

  it('refuses more than 16 MiB, and bytes that are not UTF-8', () => {
    const large = new Uint8Array(MOST_RESULT_BYTES + 1).fill(0x20);
    expect(refused(() => countChecks(large, { shown: 'r', format: 'dbt' }))).toMatch(/more than 16777216 bytes/);
    const broken = Uint8Array.of(0x22, 0xff, 0x22);
    expect(refused(() => countChecks(broken, { shown: 'r', format: 'dbt' }))).toBe('DATA_INVALID: r is not UTF-8');
  });

  it('refuses what is nested a million times, without an end of the stack', () => {
    const deep = Buffer.from('['.repeat(1_000_000) + ']'.repeat(1_000_000));
    for (const format of formats) {
      expect(refused(() => countChecks(deep, { shown: 'r', format }))).toMatch(/^DATA_INVALID/);
    }
  });
});
