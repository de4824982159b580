import { describe, expect, it } from 'vitest';
import { TEST_COUNT_METRICS, testCountOf } from '../../../../core/domain/metrics/test-counts.ts';

describe('testCountOf', () => {
  it('is what comes after junit: of each metric that the configuration offers', () => {
    expect(TEST_COUNT_METRICS.map(testCountOf)).toEqual(['tests', 'passed', 'failures', 'errors', 'skipped']);
  });

  it.each([
    'failures',
    'junit:',
    'junit',
    'junit:failure',
    'junit:toString',
    'dbt:failures',
    'xunit:tests',
    'ajunit:tests',
    '',
  ])('does not take %j for one', (metric) => expect(testCountOf(metric)).toBeUndefined());
});
