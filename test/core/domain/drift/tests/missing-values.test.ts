import { describe, expect, it } from 'vitest';
import { missingValues } from '../../../../../core/domain/drift/tests/missing-values.ts';
import golden from '../../../../golden/drift.json' with { type: 'json' };

const profile = (missing: number, values: number) =>
  ({ name: 'x', kind: 'numeric', rows: missing + values, missing, quantiles: [1] }) as const;

describe('missingValues', () => {
  it.each(golden.missing)('equals chi2_contingency on %j', (table, statistic, pValue) => {
    const [before, now] = (table as [number[], number[]]).map(([missing = 0, values = 0]) => profile(missing, values));
    if (before === undefined || now === undefined) throw new Error('two samples');
    const found = missingValues.compare(before, now);
    if ('untested' in found) throw new Error('tested');
    expect(found.statistic).toBeCloseTo(Number(statistic), 9);
    // Of few rows it is Fisher's.
    if (before.missing >= 5) expect(found.pValue).toBeCloseTo(Number(pValue), 12);
  });

  it('has nothing to test where nothing is missing, or there are no rows', () => {
    expect(missingValues.compare(profile(0, 50), profile(0, 70))).toEqual({ untested: null });
    expect(missingValues.compare(profile(3, 50), profile(0, 0))).toEqual({ untested: null });
  });
});
