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
    expect(found.pValue).toBeCloseTo(Number(pValue), 12);
    expect(found.effect).toBeCloseTo(Math.abs(now.missing / now.rows - before.missing / before.rows), 12);
    expect(missingValues.pastEffect(before, now)).toBe(found.effect);
  });

  it('says both shares', () => {
    expect(missingValues.compare(profile(5, 95), profile(10, 90))).toMatchObject({
      note: ' Missing: 5 % before, 10 % now.',
    });
  });

  it('has nothing to test where nothing is missing, or there are no rows', () => {
    expect(missingValues.compare(profile(0, 50), profile(0, 70))).toEqual({ untested: null });
    expect(missingValues.compare(profile(3, 50), profile(0, 0))).toEqual({ untested: null });
    expect(missingValues.pastEffect(profile(3, 50), profile(0, 0))).toBeUndefined();
  });
});
