import { describe, expect, it } from 'vitest';
import { addChecks, CHECK_COUNT_METRICS, checkCountOf } from '../../../../core/domain/metrics/check-counts.ts';

const BETTER = 'higher-is-better';
const WORSE = 'lower-is-better';

describe('checkCountOf', () => {
  it.each([
    ['great-expectations:checks', 'Great Expectations: checks', BETTER],
    ['great-expectations:passed', 'Great Expectations: passed checks', BETTER],
    ['great-expectations:failures', 'Great Expectations: failed checks', WORSE],
    ['great-expectations:errors', 'Great Expectations: checks with errors', WORSE],
    ['pandera:failures', 'Pandera: failed checks', WORSE],
    ['pandera:cases', 'Pandera: failure cases', WORSE],
    ['dbt:checks', 'dbt: checks', BETTER],
    ['dbt:passed', 'dbt: passed checks', BETTER],
    ['dbt:failures', 'dbt: failed checks', WORSE],
    ['dbt:errors', 'dbt: checks with errors', WORSE],
    ['dbt:warnings', 'dbt: checks with warnings', WORSE],
    ['dbt:skipped', 'dbt: skipped checks', WORSE],
  ])('%s is a count of a tool, with its title and its better direction', (metric, title, direction) => {
    expect(CHECK_COUNT_METRICS).toContain(metric);
    const [format, name] = metric.split(':');
    expect(checkCountOf(metric)).toEqual({ format, name, title, direction });
  });

  it.each([
    'dbt',
    'dbt:',
    'dbt:case',
    'dbt:cases',
    'dbt: failures',
    'dbt:dbt:failures',
    'dbt:toString',
    'dbt:__proto__',
    'my-dbt:failures',
    'failures:dbt:',
    'failures',
    'junit:failures',
    'pandera:passed',
    'toString:failures',
    '',
  ])('does not take %j for one', (metric) => {
    expect(checkCountOf(metric)).toBeUndefined();
    expect(CHECK_COUNT_METRICS).not.toContain(metric);
  });

  it('knows every metric that the configuration offers, each once', () => {
    expect(CHECK_COUNT_METRICS.filter((metric) => checkCountOf(metric) === undefined)).toEqual([]);
    expect(new Set(CHECK_COUNT_METRICS).size).toBe(12);
    expect(CHECK_COUNT_METRICS).toHaveLength(12);
  });
});

describe('addChecks', () => {
  const first = { format: 'dbt', counts: { checks: 5, failures: 2, skipped: 0 } } as const;
  const second = { format: 'dbt', counts: { checks: 3, failures: 1, skipped: 4 } } as const;

  it('has nothing of no file, and the counts of one as they are', () => {
    expect(addChecks([])).toEqual({});
    expect(addChecks([first])).toEqual({ dbt: first.counts });
  });

  it('adds the counts of files of one format, in any order, and keeps formats apart', () => {
    const other = { format: 'pandera', counts: { failures: 7, cases: 9 } } as const;
    const wanted = { dbt: { checks: 8, failures: 3, skipped: 4 }, pandera: other.counts };
    expect(addChecks([first, other, second])).toEqual(wanted);
    expect(addChecks([second, first, other])).toEqual(wanted);
  });

  it('does not know a count that one of the files does not say', () => {
    const without = { format: 'dbt', counts: { checks: 1, failures: 1 } } as const;
    for (const files of [
      [without, first, second],
      [first, without, second],
      [first, second, without],
    ]) {
      expect(addChecks(files)).toEqual({ dbt: { checks: 9, failures: 4 } });
    }
  });

  it('does not take what objects inherit for a count that a file says', () => {
    const named = { format: 'dbt', counts: { checks: 1, toString: 2 } } as const;
    expect(addChecks([first, named])).toEqual({ dbt: { checks: 6 } });
  });
});
