import { describe, expect, it } from 'vitest';
import { exactShareLimits, limitsAbout } from '../../../../core/domain/inference/mean-limits.ts';
import { GROUP_RATE_NAMES, GROUP_RATES } from '../../../../core/domain/metrics/group-rates.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import { FAIRNESS } from '../../../../testkit/golden-fairness.ts';
import { BINARY, rowsOf } from './metric-rows.ts';

type Name = (typeof GROUP_RATE_NAMES)[number];

const GROUPS = ['a', 'b', 'c', 'd'] as const;
const options = { decisionThreshold: FAIRNESS.threshold };
const TAIL = 0.025;
const SHARES = ['selection_rate', 'true_positive_rate', 'false_positive_rate', 'precision'] as const;
/** By label and decision: 1 where a row is a success, 0 where it is none, 2 where it does not count. */
const OUTCOME: Readonly<Record<(typeof SHARES)[number], (label: number, decided: number) => number>> = {
  selection_rate: (_, decided) => decided,
  true_positive_rate: (label, decided) => (label === 1 ? decided : 2),
  false_positive_rate: (label, decided) => (label === 0 ? decided : 2),
  precision: (label, decided) => (decided === 1 ? label : 2),
};

function ofGroup(group: string) {
  const rows = FAIRNESS.group.flatMap((one, row) => (one === group ? [row] : []));
  const pick = (values: readonly number[]) => rows.map((row) => values[row] ?? Number.NaN);
  return { labels: pick(FAIRNESS.label), scores: pick(FAIRNESS.score), weights: pick(FAIRNESS.weight) };
}

function rateOf(name: Name, ...rows: Parameters<typeof rowsOf>): MetricEstimate {
  const found = GROUP_RATES[name].estimate(rowsOf(...rows), options);
  if (found.kind === 'undefined') throw new Error(found.reason);
  return found;
}

describe.each(GROUPS)('rates of group %s', (group) => {
  const { labels, scores, weights } = ofGroup(group);

  it.each(GROUP_RATE_NAMES)('%s is that of fairlearn or scikit-learn, also by weight', (name) => {
    expect(rateOf(name, labels, scores).value).toBeCloseTo(FAIRNESS.plain.rates[group]?.[name] ?? Number.NaN, 12);
    expect(rateOf(name, labels, scores, weights).value).toBeCloseTo(
      FAIRNESS.weighted.rates[group]?.[name] ?? Number.NaN,
      12,
    );
  });

  it.each(GROUP_RATE_NAMES)('the influence of a row on %s is the derivative by its weight', (name) => {
    const influence = rateOf(name, labels, scores, weights).influence();
    const step = 1e-5;
    for (const [row, weight] of weights.entries()) {
      const changed = (by: number) => rateOf(name, labels, scores, weights.with(row, weight + by)).value;
      const derivative = (changed(step) - changed(-step)) / (2 * step);
      expect(influence[row]).toBeCloseTo(derivative * weight * weights.length, 6);
    }
  });

  it.each(SHARES)('%s counts the rows of its definition, with the exact limits of a share', (name) => {
    const outcomes = labels.map((label, row) =>
      OUTCOME[name](label, (scores[row] ?? Number.NaN) >= FAIRNESS.threshold ? 1 : 0),
    );
    const [ones, counted] = [outcomes.filter((one) => one === 1).length, outcomes.filter((one) => one !== 2).length];
    const found = rateOf(name, labels, scores);
    expect([...(found.outcomes?.() ?? [])]).toEqual(outcomes);
    expect(found.support).toEqual({ rows: counted, what: 'rows that it counts' });
    expect(found.distributionFree?.limits({ sampling: { kind: 'rows' }, weights: null }, TAIL)).toEqual(
      exactShareLimits(ones, counted, TAIL),
    );
    expect(rateOf(name, labels, scores, weights).outcomes).toBeUndefined();
  });

  it('the calibration error has the limits of losses from -1 to 1, and rests on the smaller class', () => {
    const found = rateOf('calibration_error', labels, scores);
    const sampling = { kind: 'rows' } as const;
    const of = { rows: labels.length, mass: null };
    const half = limitsAbout((found.value + 1) / 2, of, { sampling, tails: { lower: TAIL, upper: TAIL } });
    const limits = found.distributionFree?.limits({ sampling, weights: null }, TAIL);
    expect(limits?.lower).toBeCloseTo(2 * half.lower - 1, 12);
    expect(limits?.upper).toBeCloseTo(2 * half.upper - 1, 12);
    expect(found.distributionFree?.paired).toEqual({ kind: 'losses', width: 2 });
    const ones = labels.filter((label) => label === 1).length;
    expect(found.support?.rows).toBe(Math.min(ones, labels.length - ones));
  });
});

describe('a group without rows that a rate counts', () => {
  it.each([
    ['selection_rate', [], [], 'it has no rows of any weight'],
    ['true_positive_rate', [0, 0], [0.1, 0.9], 'no row of it has the second class as its label'],
    ['false_positive_rate', [1, 1], [0.1, 0.9], 'no row of it has the first class as its label'],
    ['precision', [0, 1], [0.1, 0.2], 'no score of it reaches the decision threshold'],
    ['calibration_error', [], [], 'there are no rows'],
  ] as const)('has no %s, rather than 0 as in fairlearn', (name, labels, scores, reason) => {
    expect(GROUP_RATES[name].estimate(rowsOf(labels, scores), options)).toEqual({ kind: 'undefined', reason });
  });

  it('has the other rates', () => {
    const [labels, scores] = [
      [0, 0],
      [0.1, 0.9],
    ];
    expect(rateOf('selection_rate', labels, scores).value).toBe(0.5);
    expect(rateOf('false_positive_rate', labels, scores).value).toBe(0.5);
    expect(rateOf('precision', labels, scores).value).toBe(0);
  });
});

describe('GROUP_RATES', () => {
  it.each([
    ['selection_rate', 'Selection rate', [0, 1]],
    ['true_positive_rate', 'True positive rate', [0, 1]],
    ['false_positive_rate', 'False positive rate', [0, 1]],
    ['precision', 'Precision', [0, 1]],
    ['calibration_error', 'Mean score less share of ones', [-1, 1]],
  ] as const)('%s has its name, its title and its range', (name, title, range) => {
    expect(GROUP_RATES[name]).toMatchObject({ name, title, range, task: BINARY });
  });

  it('has the rates that reports list, in their order', () => {
    expect(Object.keys(GROUP_RATES)).toEqual(GROUP_RATE_NAMES);
  });

  it('says that a smaller calibration error is better', () => {
    expect(GROUP_RATES.calibration_error.direction).toBe('lower-is-better');
  });
});
