import { describe, expect, it } from 'vitest';
import { measurePopulation } from '../../../../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../../../../core/domain/evaluation/population.ts';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';
import { judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';
import type { Metric } from '../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';
import golden from '../../../golden/metrics.json' with { type: 'json' };

const LOSSES = ['median_absolute_error'].flatMap((name) => findMetric(name, 'regression') ?? []);
const metric = (name: string): Metric => {
  const found = findMetric(name, 'binary-classification');
  if (found === undefined) throw new Error(name);
  return found;
};
const rule = (metricName: string, bound: GateRule['bound']): GateRule => ({
  index: 0,
  metric: metricName,
  bound,
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
});
const plan = (name: string, bound: GateRule['bound']) => ({
  metrics: [metric(name)],
  rules: [rule(name, bound)],
  confidence: 0.95,
  decisionThreshold: 0.5,
});
const population: ScoredPopulation = {
  labels: Float64Array.from(golden.rows.label),
  candidate: Float64Array.from(golden.rows.candidate),
  champion: Float64Array.from(golden.rows.champion),
  weights: null,
  classes: 2,
  sampling: { kind: 'clusters', ids: Uint32Array.from(golden.rows.day), count: 12 },
};
const tight = { kind: 'max-regression', margin: { kind: 'absolute', value: 0.001 } } as const;

function verdictOf(rows: ScoredPopulation, name: string, bound: GateRule['bound']): string {
  const found = measurePopulation(rows, plan(name, bound)).evidence.get(0);
  if (found === undefined || 'missing' in found) return found?.missing ?? 'no evidence';
  return judgeEvidence(found.evidence, 0.95).verdict;
}

describe('measurePopulation', () => {
  it('pairs the models row by row', () => {
    const [compared] = measurePopulation(population, plan('roc_auc', tight)).comparisons;
    const half = ((compared?.difference.interval?.upper ?? 0) - (compared?.difference.interval?.lower ?? 0)) / 2;
    // t quantile of 11 degrees of freedom times the delete-a-day jackknife.
    expect(half / (2.200985 * golden.auc_difference_jackknife)).toBeCloseTo(1, 0);
    expect(compared?.difference.pValue).toBeGreaterThan(0);
  });

  it('knows identical predictions exactly: the difference is [0, 0] and no margin is broken', () => {
    const same = { ...population, champion: population.candidate.slice() };
    const [compared] = measurePopulation(same, plan('roc_auc', tight)).comparisons;
    expect(compared?.difference).toMatchObject({ value: 0, interval: { lower: 0, upper: 0 } });
    expect(verdictOf(same, 'roc_auc', tight)).toBe('pass');
    expect(verdictOf(same, 'log_loss', { kind: 'max-regression', margin: { kind: 'relative', value: 0 } })).toBe(
      'pass',
    );
  });

  it('says the same of the same evidence', () => {
    const bound = { kind: 'max-regression', margin: { kind: 'relative', value: 0.01 } } as const;
    for (const name of ['roc_auc', 'log_loss', 'f1', 'accuracy', 'average_precision']) {
      const [first, second] = [0, 1].map(() => measurePopulation(population, plan(name, bound)));
      expect(second?.metrics).toEqual(first?.metrics);
      expect(second?.comparisons).toEqual(first?.comparisons);
    }
  });

  it.each([
    { name: 'is judged', exact: 10, expected: 'pass' },
    {
      name: 'is open where the interval of the champion reaches 0',
      exact: 45,
      expected: "the interval of the champion's value includes 0, so a relative difference is undefined",
    },
    {
      name: "is open where the champion's value is 0",
      exact: 60,
      expected: "the champion's value is 0, so a relative difference is undefined",
    },
  ])('of a relative margin $name', ({ exact, expected }) => {
    // 100 rows: the interval of their median is between the 40th and the 61st.
    const champion = Float64Array.from({ length: 100 }, (_, i) => (i < exact ? 0 : 1 + i / 100));
    const rows: ScoredPopulation = {
      labels: new Float64Array(100),
      candidate: champion.map((error) => error * 0.5),
      champion,
      weights: null,
      classes: 1,
      sampling: { kind: 'rows' },
    };
    const bound = { kind: 'max-regression', margin: { kind: 'relative', value: 0.1 } } as const;
    const asked = { ...plan('roc_auc', bound), metrics: LOSSES, rules: [rule('median_absolute_error', bound)] };
    const found = measurePopulation(rows, asked).evidence.get(0);
    if (found === undefined || 'missing' in found) expect(found?.missing).toBe(expected);
    else expect(judgeEvidence(found.evidence, 0.95).verdict).toBe(expected);
  });

  it('is open with fewer than ten groups', () => {
    const ids = Uint32Array.from(golden.rows.day, (day) => day % 9);
    const few: ScoredPopulation = { ...population, sampling: { kind: 'clusters', ids, count: 9 } };
    const [own] = measurePopulation(few, plan('roc_auc', tight)).metrics;
    expect(own).toMatchObject({ interval: null, reason: expect.stringContaining('9 independent groups') });
    expect(verdictOf(few, 'roc_auc', tight)).toBe('inconclusive');
  });

  it('never takes no variation for certainty: no error in 12 groups, of which the largest has 30 of 240 rows, leaves up to 40 %', () => {
    const perfect = { ...population, candidate: population.labels.slice() };
    const [own] = measurePopulation(perfect, plan('accuracy', { kind: 'min', value: 0.9 })).metrics;
    expect(own).toMatchObject({ value: 1, interval: { upper: 1, method: 'Hoeffding bound by group' } });
    expect(own?.interval?.lower).toBeCloseTo(1 - ((30 * 12) / 240) * (1 - 0.025 ** (1 / 12)), 9);
    expect(verdictOf(perfect, 'accuracy', { kind: 'min', value: 0.9 })).toBe('inconclusive');
    expect(verdictOf(perfect, 'accuracy', { kind: 'min', value: 0.5 })).toBe('pass');
  });

  it('shows of 171 rows that nearly all pairs are in the right order: the better a model, the more', () => {
    // 63 rows of label 1, one of which scores below 40 of the other label: ROC AUC 0.994.
    const labels = Float64Array.from({ length: 171 }, (_, row) => (row < 63 ? 1 : 0));
    const candidate = labels.map((label, row) =>
      row === 0 ? 0.2 : label === 1 ? 0.9 - row / 1000 : row < 103 ? 0.3 : 0.1,
    );
    const rows: ScoredPopulation = {
      labels,
      candidate,
      champion: null,
      weights: null,
      classes: 2,
      sampling: { kind: 'rows' },
    };
    const of = (name: string, value: number) => verdictOf(rows, name, { kind: 'min', value });
    const [own] = measurePopulation(rows, plan('roc_auc', { kind: 'min', value: 0.5 })).metrics;
    expect(own).toMatchObject({
      value: expect.closeTo(1 - 40 / 63 / 108, 12),
      interval: { method: 'Hoeffding bound of pairs' },
    });
    expect(own?.interval?.lower).toBeGreaterThan(0.9);
    expect([of('roc_auc', 0.5), of('roc_auc', 0.9), of('roc_auc', 0.95)]).toEqual(['pass', 'pass', 'inconclusive']);
    expect(of('average_precision', 0.5)).toBe('pass');
    expect(verdictOf(rows, 'brier_score', { kind: 'max', value: 0.2 })).toBe('pass');
    expect(of('f1', 0.8)).toBe('pass');
  });

  it('has no value where a model gave no finite score', () => {
    const broken = { ...population, candidate: population.candidate.map((score, i) => (i === 3 ? Number.NaN : score)) };
    expect(verdictOf(broken, 'roc_auc', { kind: 'min', value: 0.1 })).toContain('no finite score for 1 rows');
  });

  it('gives no evidence for a champion rule without a champion', () => {
    expect(verdictOf({ ...population, champion: null }, 'roc_auc', tight)).toBe('no evidence');
  });
});

describe('the gate under no difference at all, days sharing their weather', () => {
  it('calls a harmless candidate worse in no more than the stated share of trials', () => {
    const random = seededRandom(2001);
    const trials = 300;
    let failed = 0;
    let missed = 0;
    for (let trial = 0; trial < trials; trial++) {
      const rows = simulate(random);
      if (verdictOf(rows, 'brier_score', { kind: 'max-regression', margin: { kind: 'absolute', value: 0 } }) === 'fail')
        failed++;
      const [compared] = measurePopulation(rows, plan('brier_score', tight)).comparisons;
      const interval = compared?.difference.interval;
      if (interval && (interval.lower > 0 || interval.upper < 0)) missed++;
    }
    expect(failed / trials).toBeLessThan(0.06);
    expect(missed / trials).toBeLessThan(0.08);
  });
});

/** Both models add noise of the same law to the truth; whole days move together. */
function simulate(random: ReturnType<typeof seededRandom>): ScoredPopulation {
  const days = 20;
  const rows = 400;
  const shift = Array.from({ length: days * 2 }, () => 0.08 * random.normal());
  const ids = Uint32Array.from({ length: rows }, (_, i) => i % days);
  const clip = (value: number) => Math.min(0.99, Math.max(0.01, value));
  const scores = (model: number) =>
    Float64Array.from(ids, (day) => clip(0.3 + (shift[day * 2 + model] ?? 0) + 0.1 * random.normal()));
  const labels = Float64Array.from({ length: rows }, () => (random.uniform() < 0.3 ? 1 : 0));
  const sampling = { kind: 'clusters', ids, count: days } as const;
  return { labels, candidate: scores(0), champion: scores(1), weights: null, classes: 2, sampling };
}
