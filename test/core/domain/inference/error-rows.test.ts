import { describe, expect, it } from 'vitest';
import { hasFewErrors } from '../../../../core/domain/inference/error-rows.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import type { StandardError } from '../../../../core/domain/inference/standard-error.ts';
import type { DistributionFree, MetricEstimate } from '../../../../core/domain/metrics/metric.ts';

const rows: Population = { sampling: { kind: 'rows' }, labels: new Float64Array(100), weights: null };
const groups: Population = { ...rows, sampling: { kind: 'clusters', ids: new Uint32Array(100), count: 50 } };
const errorOf = (errorRows: number) => ({ errorRows }) as StandardError;
const estimate = (distributionFree?: DistributionFree, more: Partial<MetricEstimate> = {}): MetricEstimate => ({
  ...{ kind: 'estimate', value: 0.5, influence: () => new Float64Array(100), byClass: false, ...more },
  ...(distributionFree && { distributionFree }),
});
const limits = () => undefined;
const exact = estimate({ limits, paired: { kind: 'losses', width: 1 } });
/** Influences describe it to first order only. */
const firstOrder = estimate({ limits });

describe('hasFewErrors', () => {
  it.each([
    ['a mean of rows', [exact], rows, 10],
    ['a mean of groups', [exact], groups, 6],
    ['a difference of means of rows', [exact, exact], rows, 10],
    ['a metric to first order', [firstOrder], groups, 10],
    ['a difference of which one is to first order', [exact, firstOrder], groups, 12],
  ] as const)('of %s needs so many equal rows with an error', (_, estimates, population, needed) => {
    expect(hasFewErrors(estimates, errorOf(needed), population)).toBe(false);
    expect(hasFewErrors(estimates, errorOf(needed * (1 - 1e-12)), population)).toBe(false);
    expect(hasFewErrors(estimates, errorOf(needed - 0.01), population)).toBe(true);
  });

  it('counts the errors that a metric names itself', () => {
    const counted = estimate({ limits, paired: { kind: 'losses', width: 1 } }, { errors: 9 });
    expect(hasFewErrors([counted], errorOf(50), rows)).toBe(true);
    expect(hasFewErrors([exact, counted], errorOf(50), rows)).toBe(true);
  });

  it('does not ask of parts of rows, nor of metrics without limits for every law', () => {
    expect(hasFewErrors([exact], errorOf(1), { ...rows, rows: 1e7 })).toBe(false);
    expect(hasFewErrors([exact, estimate()], errorOf(1), rows)).toBe(false);
  });
});
