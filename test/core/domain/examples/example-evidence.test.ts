import { describe, expect, it } from 'vitest';
import {
  type ComparedExamples,
  exampleEvidence,
  NO_EXAMPLES,
} from '../../../../core/domain/examples/example-evidence.ts';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';
import { judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';
import type { ColumnValues } from '../../../../core/domain/table/column-values.ts';
import golden from '../../../golden/examples.json' with { type: 'json' };

const ids = (rows: number) => Array.from({ length: rows }, (_, row) => `q${row}`);
const numeric = (values: readonly number[]): ColumnValues => ({ kind: 'numeric', values: Float64Array.from(values) });

interface Compared {
  readonly candidate: readonly number[];
  readonly champion?: readonly number[] | { readonly problem: string } | null;
  readonly groups?: readonly number[] | null;
  readonly slices?: ComparedExamples['slices'];
  readonly columns?: ReadonlyMap<string, ColumnValues>;
}

function evidenceOf({ candidate, champion = null, groups = null, slices = [], columns = new Map() }: Compared) {
  const values = (of: readonly number[]) => new Map([['score', Float64Array.from(of)]]);
  const all = new Map([...columns, ...(groups === null ? [] : [['group', numeric(groups)] as const])]);
  return exampleEvidence({
    candidate: { ids: ids(candidate.length), values: values(candidate), columns: all },
    champion: champion === null || 'problem' in champion ? champion : { values: values(champion) },
    metrics: [{ name: 'score', direction: 'higher-is-better' }],
    grouping: groups === null ? { kind: 'none' } : { kind: 'column', column: 'group', label: 'group' },
    slices,
  });
}

const rule = (bound: GateRule['bound'], index = 0): GateRule => ({
  index,
  metric: 'score',
  bound,
  direction: 'higher-is-better',
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
});
const NOT_WORSE = rule({ kind: 'max-regression', margin: { kind: 'absolute', value: 0.02 } });
const FLOOR = rule({ kind: 'min', value: 0.5 }, 1);
const plan = { metrics: [], rules: [NOT_WORSE, FLOOR], confidence: 0.95, decisionThreshold: 0.5 };

const verdictOf = (compared: Compared, index: number) => {
  const found = evidenceOf(compared).measureAll(plan).evidence.get(index);
  return found === undefined || 'missing' in found ? found : judgeEvidence(found.evidence, 0.95).verdict;
};

describe('exampleEvidence', () => {
  it.each(golden.cases)('has the mean and the paired difference of SciPy: $name', (one) => {
    const { metrics, comparisons } = evidenceOf(one).measureAll(plan);
    for (const [found, wanted] of [
      [metrics[0], one.mean],
      [comparisons[0]?.difference, one.difference],
    ] as const) {
      expect(found?.value).toBeCloseTo(wanted.value, 12);
      expect(found?.interval?.lower).toBeCloseTo(wanted.lower, 9);
      expect(found?.interval?.upper).toBeCloseTo(wanted.upper, 9);
    }
  });

  it.each([
    ['values of 0 in 1 example', Array(1).fill(0)],
    ['values of 0 in 100 examples', Array(100).fill(0)],
    ['values of 0 and 1 in 100 examples', Array.from({ length: 100 }, (_, row) => (row < 90 ? 1 : 0))],
    ['the same number in 100 examples', Array(100).fill(0.5)],
    ['the same two numbers in 2 examples', [0.5, 0.6]],
    ['the same numbers in 9 examples', Array.from({ length: 9 }, (_, row) => row / 10)],
  ])('does not take equal results for equal models: %s', (_, values: readonly number[]) => {
    expect(verdictOf({ candidate: values, champion: values }, 0)).not.toBe('pass');
  });

  it('shows by enough equal results of 0 and 1 that there is no regression', () => {
    const values = Array(1000).fill(0);
    expect(verdictOf({ candidate: values, champion: values }, 0)).toBe('pass');
  });

  it('knows two models that gave each example the same score', () => {
    const values = Array.from({ length: 100 }, (_, row) => 0.5 + row / 1000);
    expect(verdictOf({ candidate: values, champion: values }, 0)).toBe('pass');
  });

  it('has the exact interval of a share for values of 0 and 1, and the exact test of changed ones', () => {
    const { metrics, comparisons } = evidenceOf(golden.binary).measureAll(plan);
    const { lower, upper, value } = golden.binary.mean;
    expect(metrics[0]).toMatchObject({ value, interval: { method: 'Clopper-Pearson' } });
    expect(metrics[0]?.interval?.lower).toBeCloseTo(lower, 9);
    expect(metrics[0]?.interval?.upper).toBeCloseTo(upper, 9);
    expect(comparisons[0]?.difference.test).toBe('exact McNemar');
    expect(comparisons[0]?.difference.pValue).toBeCloseTo(golden.binary.mcnemar, 9);
  });

  it('takes a share of one model and a mean of the other for two means', () => {
    const candidate = golden.binary.candidate;
    const champion = candidate.map((value, row) => (row % 7 === 0 ? 0.5 : value));
    const { metrics } = evidenceOf({ candidate, champion }).measureAll(plan);
    expect(metrics[0]?.interval?.method).toBe('influence function (t)');
  });

  it('is exact for the same values, so that they are not worse', () => {
    const candidate = golden.cases[0]?.candidate ?? [];
    expect(verdictOf({ candidate, champion: candidate }, 0)).toBe('pass');
  });

  it.each([
    { name: 'one example', candidate: [0.9] },
    { name: 'nine examples', candidate: Array.from({ length: 9 }, (_, row) => 0.8 + row / 100) },
    { name: 'no variation', candidate: Array.from({ length: 300 }, () => 0.9) },
    {
      name: 'few groups',
      candidate: golden.cases[0]?.candidate ?? [],
      groups: Array.from({ length: 60 }, (_, i) => i % 3),
    },
    { name: 'one value that outweighs all others', candidate: [...Array.from({ length: 300 }, () => 0.6), 1e59] },
  ])('is inconclusive where nothing tells the error: $name', (compared) => {
    expect(verdictOf(compared, 1)).toBe('inconclusive');
  });

  it('says why a champion cannot be compared with, and judges floors nevertheless', () => {
    const candidate = golden.cases[0]?.candidate ?? [];
    const champion = { problem: 'its values per example are not kept' };
    expect(verdictOf({ candidate, champion }, 0)).toEqual({
      missing: 'the champion cannot be compared with: its values per example are not kept',
    });
    expect(verdictOf({ candidate, champion }, 1)).toBe('pass');
  });

  it('cuts slices by a column, with the groups that they have', () => {
    const { candidate, champion, groups } = golden.cases[1] ?? { candidate: [], champion: [], groups: null };
    const codes = Int32Array.from(candidate, (_, row) => row % 2);
    const columns = new Map([['language', { kind: 'categorical', codes, categories: ['de', 'en'] } as const]]);
    const { slices } = evidenceOf({ candidate, champion, groups, columns, slices: [{ column: 'language' }] });
    expect(slices.map(({ key, rows }) => [key, rows])).toEqual([
      [{ column: 'language', value: 'de' }, 120],
      [{ column: 'language', value: 'en' }, 120],
    ]);
    const odd = candidate.filter((_, row) => row % 2 === 1);
    const measured = slices[1]?.measure(plan);
    expect(measured?.metrics[0]?.value).toBeCloseTo(odd.reduce((sum, value) => sum + value, 0) / odd.length, 12);
    expect(measured?.metrics[0]?.slice).toEqual({ column: 'language', value: 'en' });
  });
});

describe('NO_EXAMPLES', () => {
  it('has no value of any metric', () => {
    expect(NO_EXAMPLES.measureAll(plan)).toMatchObject({ rows: 0, metrics: [], comparisons: [] });
  });
});
