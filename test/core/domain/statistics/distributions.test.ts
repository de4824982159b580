import { describe, expect, it } from 'vitest';
import { benjaminiHochberg } from '../../../../core/domain/statistics/benjamini-hochberg.ts';
import { chiSquareUpperTail } from '../../../../core/domain/statistics/chi-square.ts';
import { holm } from '../../../../core/domain/statistics/holm.ts';
import { kolmogorovUpperTail } from '../../../../core/domain/statistics/kolmogorov.ts';
import { normalCdf, normalQuantile } from '../../../../core/domain/statistics/normal.ts';
import { studentTCdf, studentTQuantile } from '../../../../core/domain/statistics/student-t.ts';
import drift from '../../../golden/drift.json' with { type: 'json' };
import golden from '../../../golden/statistics.json' with { type: 'json' };

/** 1e-9 absolute, and 1e-9 relative above 1. */
function expectClose(actual: number, expected: number | undefined, what: string): void {
  const difference = Math.abs(actual - (expected ?? Number.NaN)) / Math.max(1, Math.abs(expected ?? Number.NaN));
  expect(difference, `${what}: ${actual} instead of ${expected}`).toBeLessThan(1e-9);
}

describe('normalCdf', () => {
  it('equals SciPy', () => {
    for (const [x = 0, expected] of golden.normal_cdf) expectClose(normalCdf(x), expected, `x ${x}`);
  });
});

describe('normalQuantile', () => {
  it('equals SciPy', () => {
    for (const [p = 0, expected] of golden.normal_ppf) expectClose(normalQuantile(p), expected, `p ${p}`);
  });
});

describe('studentTCdf', () => {
  it('equals SciPy', () => {
    for (const [t = 0, df = 1, expected] of golden.t_cdf) expectClose(studentTCdf(t, df), expected, `${t}, ${df}`);
  });
});

describe('studentTQuantile', () => {
  it('equals SciPy', () => {
    for (const [p = 0, df = 1, expected] of golden.t_ppf) expectClose(studentTQuantile(p, df), expected, `${p}, ${df}`);
  });
});

describe('chiSquareUpperTail', () => {
  it('equals SciPy', () => {
    for (const [x = 0, df = 1, expected] of golden.chi2_sf)
      expectClose(chiSquareUpperTail(x, df), expected, `${x}, ${df}`);
  });
});

describe('kolmogorovUpperTail', () => {
  it('equals SciPy in every region', () => {
    for (const [d = 0, n = 1, expected] of golden.kstwo_sf)
      expectClose(kolmogorovUpperTail(d, n), expected, `${d}, ${n}`);
  });
});

describe('benjaminiHochberg', () => {
  it('equals SciPy', () => {
    const [pValues = [], expected = []] = golden.bh;
    benjaminiHochberg(pValues).forEach((value, index) => {
      expectClose(value, expected[index], `index ${index}`);
    });
  });
});

describe('holm', () => {
  it.each(drift.holm)('equals multipletests of statsmodels on %j', (pValues, expected) => {
    holm(pValues).forEach((value, index) => {
      expectClose(value, expected[index], `index ${index}`);
    });
  });

  it('multiplies the smallest by the number of tests and never decreases', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('keeps a single p-value', () => {
    expect(holm([0.3])).toEqual([0.3]);
  });
});
