import { describe, expect, it } from 'vitest';
import { groupRows } from '../../../../core/domain/fairness/fairness-groups.ts';
import { measureFairness } from '../../../../core/domain/fairness/measure-fairness.ts';
import { FAIRNESS } from '../../../../testkit/golden-fairness.ts';

const categories = ['a', 'b', 'c', 'd'];

function measured(weights: Float64Array | null, privileged?: string) {
  const column = {
    kind: 'categorical' as const,
    codes: Int32Array.from(FAIRNESS.group, (name) => categories.indexOf(name)),
    categories,
  };
  const population = {
    labels: Float64Array.from(FAIRNESS.label),
    candidate: Float64Array.from(FAIRNESS.score),
    champion: null,
    weights,
    classes: 2,
    sampling: { kind: 'rows' as const },
  };
  const plan = { confidence: 0.95, decisionThreshold: FAIRNESS.threshold, minRows: 20 };
  return measureFairness({ population, groups: groupRows(column) ?? [] }, { column: 'group', privileged }, plan);
}

describe.each([
  ['rows of one weight', FAIRNESS.plain, null],
  ['weighted rows', FAIRNESS.weighted, Float64Array.from(FAIRNESS.weight)],
])('fairness measures of %s', (_, numbers, weights) => {
  it.each(Object.entries(numbers.measures))('%s is that of fairlearn', (name, value) => {
    const found = measured(weights).measures.find((one) => one.name === name);
    expect(Math.abs((found?.value ?? Number.NaN) - value)).toBeLessThan(1e-12);
  });

  it.each(Object.entries(numbers.privileged))('%s against one group is that of its definition', (name, value) => {
    const found = measured(weights, 'a').measures.find((one) => one.name === name);
    expect(Math.abs((found?.value ?? Number.NaN) - value)).toBeLessThan(1e-12);
  });

  it('rates of each group are those of fairlearn and scikit-learn', () => {
    for (const { value, rates } of measured(weights).groups) {
      for (const { name, value: rate } of rates) {
        const wanted = numbers.rates[String(value)]?.[name] ?? Number.NaN;
        expect(Math.abs((rate ?? Number.NaN) - wanted), `${name} of ${value}`).toBeLessThan(1e-12);
      }
    }
  });

  it('every measure has an interval around its value that is wider than 0', () => {
    for (const { name, value, interval } of measured(weights).measures) {
      expect(interval, name).not.toBeNull();
      expect(interval?.lower, name).toBeLessThanOrEqual(value ?? Number.NaN);
      expect(interval?.upper, name).toBeGreaterThanOrEqual(value ?? Number.NaN);
      expect((interval?.upper ?? 0) - (interval?.lower ?? 0), name).toBeGreaterThan(0.01);
    }
  });
});
