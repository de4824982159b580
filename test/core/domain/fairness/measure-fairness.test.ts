import { describe, expect, it } from 'vitest';
import { groupRows } from '../../../../core/domain/fairness/fairness-groups.ts';
import { type GroupedPopulation, measureFairness } from '../../../../core/domain/fairness/measure-fairness.ts';
import type { Sampling } from '../../../../core/domain/inference/population.ts';

interface Cell {
  readonly group: string | null;
  readonly label: 0 | 1;
  readonly score: number;
  readonly count: number;
}

const PLAN = { confidence: 0.95, decisionThreshold: 0.5, minRows: 30 };

function grouped(cells: readonly Cell[], clusterRows = 1): GroupedPopulation {
  const rows = cells.flatMap((cell) => Array.from({ length: cell.count }, () => cell));
  // Rows of all groups in each cluster.
  const order = rows.map((row, at) => ({ row, at: (at * 7919) % rows.length })).sort((a, b) => a.at - b.at);
  const shuffled = order.map(({ row }) => row);
  const categories = [...new Set(cells.flatMap(({ group }) => group ?? []))];
  const column = {
    kind: 'categorical' as const,
    codes: Int32Array.from(shuffled, ({ group }) => (group === null ? -1 : categories.indexOf(group))),
    categories,
  };
  const count = Math.ceil(rows.length / clusterRows);
  const ids = Uint32Array.from(shuffled, (_, row) => Math.floor(row / clusterRows));
  const sampling: Sampling = clusterRows === 1 ? { kind: 'rows' } : { kind: 'clusters', ids, count };
  const population = {
    labels: Float64Array.from(shuffled, ({ label }) => label),
    candidate: Float64Array.from(shuffled, ({ score }) => score),
    champion: null,
    weights: null,
    classes: 2,
    sampling,
  };
  return { population, groups: groupRows(column) ?? [] };
}

const decided = (group: string | null, selected: number, others: number): readonly Cell[] => [
  { group, label: 1, score: 0.9, count: selected },
  { group, label: 1, score: 0.1, count: others },
  { group, label: 0, score: 0.9, count: Math.round(selected / 2) },
  { group, label: 0, score: 0.1, count: others },
];

const measuresOf = (population: GroupedPopulation, privileged?: string) =>
  new Map(
    measureFairness(population, { column: 'sex', privileged }, PLAN).measures.map((measure) => [measure.name, measure]),
  );

describe('measureFairness', () => {
  it('makes the rows without a value a group of their own, which counts', () => {
    const found = measureFairness(
      grouped([...decided('f', 60, 40), ...decided('m', 60, 40), ...decided(null, 10, 90)]),
      { column: 'sex' },
      PLAN,
    );
    expect(found.groups.map(({ value }) => value)).toEqual(['f', 'm', null]);
    const [parity] = found.measures;
    expect(parity?.between).toContain(null);
    expect(parity?.value).toBeGreaterThan(0.3);
  });

  it('lists a group with few rows, and does not judge it', () => {
    const found = measureFairness(
      grouped([...decided('f', 60, 40), ...decided('m', 60, 40), ...decided('x', 4, 0)]),
      { column: 'sex' },
      PLAN,
    );
    expect(found.groups.find(({ value }) => value === 'x')).toEqual({
      value: 'x',
      rows: 6,
      isJudged: false,
      rates: [],
    });
    expect(found.measures[0]?.value).toBe(0);
  });

  it('has no true positive rate of a group without positives, and says so, but has the other measures', () => {
    const measures = measuresOf(
      grouped([
        ...decided('f', 60, 40),
        { group: 'm', label: 0, score: 0.9, count: 40 },
        { group: 'm', label: 0, score: 0.1, count: 40 },
      ]),
    );
    for (const name of [
      'equal_opportunity_difference',
      'equalized_odds_difference',
      'equal_opportunity_ratio',
    ] as const) {
      expect(measures.get(name)).toMatchObject({
        value: null,
        interval: null,
        reason: 'sex = m has no true positive rate: no row of it has the second class as its label',
      });
    }
    expect(measures.get('demographic_parity_difference')?.interval).not.toBeNull();
    expect(measures.get('false_positive_rate_difference')?.interval).not.toBeNull();
  });

  it('has no measure of one group, of a privileged group that is missing, and of a column that is not there', () => {
    const one = grouped(decided('f', 60, 40));
    expect(measuresOf(one).get('demographic_parity_difference')?.reason).toContain('fewer than two groups of sex');
    const two = grouped([...decided('f', 60, 40), ...decided('m', 60, 40)]);
    expect(measuresOf(two, 'x').get('demographic_parity_difference')?.reason).toContain('sex = x');
    const none = { ...two, groups: { problem: 'the dataset has no column sex' } };
    expect(measuresOf(none).get('calibration_difference')?.reason).toBe('the dataset has no column sex');
  });

  it('compares only with the privileged group where there is one', () => {
    const groups = grouped([...decided('a', 50, 50), ...decided('b', 70, 30), ...decided('c', 30, 70)]);
    const each = measuresOf(groups).get('equal_opportunity_difference')?.value ?? 0;
    const against = measuresOf(groups, 'a').get('equal_opportunity_difference');
    expect(each).toBeCloseTo(0.4, 12);
    expect(against?.value).toBeCloseTo(0.2, 12);
    expect(against?.between).toContain('a');
  });

  it.each([1, 10])('has no interval of width 0 where rows show no variation, in clusters of %d', (clusterRows) => {
    const cells: readonly Cell[] = ['f', 'm'].map((group) => ({ group, label: 1, score: 0.9, count: 100 }));
    for (const [name, { value, interval }] of measuresOf(grouped(cells, clusterRows))) {
      if (interval === null || value === null) continue;
      expect(interval.upper - interval.lower, name).toBeGreaterThan(0.02);
    }
    const parity = measuresOf(grouped(cells, clusterRows)).get('demographic_parity_difference');
    expect(parity?.value).toBe(0);
    expect(parity?.interval?.upper).toBeGreaterThan(0.02);
  });

  it('has a ratio of 0 where one group has a rate of 0, and none where all have', () => {
    const zero = (group: string): Cell => ({ group, label: 0, score: 0.1, count: 100 });
    const mixed = measuresOf(grouped([...decided('f', 60, 40), zero('m'), zero('x')])).get('demographic_parity_ratio');
    expect(mixed?.value).toBe(0);
    expect(mixed?.interval?.lower).toBe(0);
    expect(mixed?.interval?.upper).toBeLessThan(0.3);
    const none = measuresOf(grouped([zero('f'), zero('m')])).get('demographic_parity_ratio');
    expect(none).toMatchObject({
      value: null,
      reason: 'the selection rate of every group is 0, so that they have no ratio',
    });
  });

  it('gives a wider interval with more groups that are alike: the worst of several is not one that was chosen', () => {
    const of = (count: number) =>
      measuresOf(grouped(Array.from({ length: count }, (_, at) => decided(`g${at}`, 50, 50)).flat())).get(
        'demographic_parity_difference',
      )?.interval;
    expect(of(8)?.upper).toBeGreaterThanOrEqual(of(2)?.upper ?? 1);
    expect(of(8)?.lower).toBe(0);
  });
});

describe('groupRows', () => {
  it('refuses a column with more than 50 values: it has measurements', () => {
    const values = Float64Array.from({ length: 51 }, (_, at) => at);
    expect(groupRows({ kind: 'numeric', values })).toBeUndefined();
    expect(groupRows({ kind: 'numeric', values: values.subarray(1) })).toHaveLength(50);
  });
});
