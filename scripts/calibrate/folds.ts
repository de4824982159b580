import { foldedRows } from '../../core/domain/evaluation/folds.ts';
import type { Measured } from '../../core/domain/evaluation/measure-estimates.ts';
import { measurePopulation } from '../../core/domain/evaluation/measure-population.ts';
import { rowEvidence } from '../../core/domain/evaluation/row-evidence.ts';
import type { Metric } from '../../core/domain/metrics/metric.ts';
import { findMetric } from '../../core/domain/metrics/metric-registry.ts';
import { type SeededRandom, seededRandom } from '../../testkit/seeded-random.ts';

/** Cross-validation of a team: rows, folds, repeats, and the kind of label. */
export interface FoldScenario {
  readonly task: 'binary-classification' | 'regression';
  readonly rows: number;
  readonly folds: number;
  readonly repeats: number;
}

/** How often an interval missed the truth, in runs that had one. */
export interface FoldCounts {
  readonly metric: string;
  /** Intervals of the value that lie above the truth, and below it. */
  valueHigh: number;
  valueLow: number;
  /** Of the difference of two ways to train that are equally good: above 0, and below it. */
  differenceHigh: number;
  differenceLow: number;
  /** Runs without an interval of the value, and of the difference. */
  undecidedValue: number;
  undecidedDifference: number;
}

/** A scenario with its counts, and those of its first repetitions, which a test repeats. */
export interface FoldCell extends FoldScenario {
  readonly seed: number;
  readonly repetitions: number;
  readonly counts: readonly FoldCounts[];
  readonly sample: { readonly repetitions: number; readonly counts: readonly FoldCounts[] };
}

/** Cross-validation as teams of 30 to 200 rows do it; of as many folds as rows, each row is tested by itself. */
export const FOLD_SCENARIOS: readonly FoldScenario[] = (['binary-classification', 'regression'] as const).flatMap(
  (task) =>
    [
      { rows: 30, folds: 5, repeats: 1 },
      { rows: 60, folds: 10, repeats: 1 },
      { rows: 200, folds: 5, repeats: 1 },
      { rows: 200, folds: 10, repeats: 1 },
      { rows: 60, folds: 5, repeats: 10 },
      { rows: 50, folds: 50, repeats: 1 },
    ].map((split) => ({ task, ...split })),
);

const FEATURES = 4;
const TRUTH_RUNS = 400;
const TRUTH_ROWS = 4000;
const METRICS = {
  'binary-classification': ['accuracy', 'roc_auc', 'brier_score'],
  regression: ['mae', 'rmse'],
} as const;

interface Rows {
  readonly x: readonly Float64Array[];
  readonly y: Float64Array;
}

/** Rows whose label depends on all features alike, so that a model of the first half of them is as good as one of the second. */
function draw(random: SeededRandom, rows: number, task: FoldScenario['task']): Rows {
  const x: Float64Array[] = [];
  const y = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const features = Float64Array.from({ length: FEATURES }, () => random.normal());
    const sum = features.reduce((total, value) => total + value, 0);
    y[row] = task === 'regression' ? sum + 1.5 * random.normal() : sum + 1.5 * random.normal() > 0 ? 1 : 0;
    x.push(features);
  }
  return { x, y };
}

type Predict = (features: Float64Array) => number;

/** Two features from `from` on: least squares, or normal laws by class with a common variance. */
function train(
  { x, y }: Rows,
  at: readonly number[],
  { from, task }: { from: number; task: FoldScenario['task'] },
): Predict {
  return task === 'regression' ? leastSquares(x, y, at, from) : discriminant(x, y, at, from);
}

function leastSquares(x: readonly Float64Array[], y: Float64Array, at: readonly number[], from: number): Predict {
  const mean = (of: (row: number) => number) => at.reduce((sum, row) => sum + of(row), 0) / at.length;
  const feature = (k: number) => (row: number) => x[row]?.[from + k] ?? 0;
  const [m0, m1, my] = [mean(feature(0)), mean(feature(1)), mean((row) => y[row] ?? 0)];
  const centred = (k: number, m: number) => (row: number) => feature(k)(row) - m;
  const [a, b] = [centred(0, m0), centred(1, m1)];
  const target = (row: number) => (y[row] ?? 0) - my;
  const product = (p: (row: number) => number, q: (row: number) => number) => mean((row) => p(row) * q(row));
  const [aa, ab, bb, ay, by] = [product(a, a), product(a, b), product(b, b), product(a, target), product(b, target)];
  const determinant = aa * bb - ab * ab;
  const [w0, w1] = [(ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant];
  return (features) => my + w0 * ((features[from] ?? 0) - m0) + w1 * ((features[from + 1] ?? 0) - m1);
}

function discriminant(x: readonly Float64Array[], y: Float64Array, at: readonly number[], from: number): Predict {
  const ones = at.filter((row) => y[row] === 1);
  const zeros = at.filter((row) => y[row] === 0);
  const mean = (rows: readonly number[], k: number) =>
    rows.reduce((sum, row) => sum + (x[row]?.[from + k] ?? 0), 0) / Math.max(1, rows.length);
  const terms = [0, 1].map((k) => {
    const [high, low] = [mean(ones, k), mean(zeros, k)];
    const spread = at.reduce((sum, row) => sum + ((x[row]?.[from + k] ?? 0) - (y[row] === 1 ? high : low)) ** 2, 0);
    return { high, low, variance: spread / Math.max(1, at.length - 2) };
  });
  const prior = Math.log((ones.length + 0.5) / (zeros.length + 0.5));
  return (features) => {
    const logit = terms.reduce((sum, { high, low, variance }, k) => {
      const value = features[from + k] ?? 0;
      return sum + ((value - low) ** 2 - (value - high) ** 2) / (2 * variance);
    }, prior);
    return 1 / (1 + Math.exp(-logit));
  };
}

function metricsOf(task: FoldScenario['task']): readonly Metric[] {
  return METRICS[task].flatMap((name) => findMetric(name, task) ?? []);
}

const PLAN = { rules: [], confidence: 0.95, decisionThreshold: 0.5 };

/** The expected value of each metric of a model that was trained on the rows that a fold trains on. */
function truthOf({ task, rows, folds }: FoldScenario): ReadonlyMap<string, number> {
  const random = seededRandom(11);
  const sums = new Map<string, number>();
  const trained = Math.round(rows - rows / folds);
  for (let run = 0; run < TRUTH_RUNS; run++) {
    const training = draw(random, trained, task);
    const predict = train(training, [...training.y.keys()], { from: 0, task });
    const fresh = draw(random, TRUTH_ROWS, task);
    const candidate = Float64Array.from(fresh.x, (features) => predict(features));
    const measured = measurePopulation(
      {
        labels: fresh.y,
        candidate,
        champion: null,
        weights: null,
        classes: task === 'regression' ? 1 : 2,
        sampling: { kind: 'rows' },
      },
      { ...PLAN, metrics: metricsOf(task) },
    );
    for (const { name, value } of measured.metrics)
      sums.set(name, (sums.get(name) ?? 0) + (value ?? Number.NaN) / TRUTH_RUNS);
  }
  return sums;
}

function shuffled(random: SeededRandom, rows: number): number[] {
  const order = Array.from({ length: rows }, (_, row) => row);
  for (let at = rows - 1; at > 0; at--) {
    const other = Math.floor(random.uniform() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}

/** Simulates a scenario. The same seed gives the same counts. */
export function runFolds(
  scenario: FoldScenario,
  { repetitions, seed }: { readonly repetitions: number; readonly seed: number },
): readonly FoldCounts[] {
  const metrics = metricsOf(scenario.task);
  const truth = truthOf(scenario);
  const counts = metrics.map(
    ({ name: metric }): FoldCounts => ({
      metric,
      valueHigh: 0,
      valueLow: 0,
      differenceHigh: 0,
      differenceLow: 0,
      undecidedValue: 0,
      undecidedDifference: 0,
    }),
  );
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const measured = oneTeam(scenario, metrics, seed + repetition * 7919);
    for (const count of counts) {
      const value = measured.metrics.find(({ name }) => name === count.metric);
      const difference = measured.comparisons.find(({ name }) => name === count.metric)?.difference;
      tally(count, value, { truth: truth.get(count.metric) ?? Number.NaN, of: 'value' });
      tally(count, difference, { truth: 0, of: 'difference' });
    }
  }
  return counts;
}

function tally(
  count: FoldCounts,
  measured: Measured | undefined,
  { truth, of }: { readonly truth: number; readonly of: 'value' | 'difference' },
): void {
  const interval = measured?.interval;
  if (interval == null) count[of === 'value' ? 'undecidedValue' : 'undecidedDifference']++;
  else if (interval.lower > truth) count[`${of}High`]++;
  else if (interval.upper < truth) count[`${of}Low`]++;
}

function oneTeam({ task, rows, folds, repeats }: FoldScenario, metrics: readonly Metric[], seed: number) {
  const random = seededRandom(seed);
  const data = draw(random, rows, task);
  const tested: number[] = [];
  const fold: number[] = [];
  const [candidate, champion]: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const order = shuffled(random, rows);
    for (let k = 0; k < folds; k++) {
      const test = order.filter((_, at) => at % folds === k);
      const training = order.filter((_, at) => at % folds !== k);
      const models = [0, 2].map((from) => train(data, training, { from, task }));
      for (const row of test) {
        tested.push(row);
        fold.push(repeat * folds + k);
        candidate.push(models[0]?.(data.x[row] ?? new Float64Array()) ?? Number.NaN);
        champion.push(models[1]?.(data.x[row] ?? new Float64Array()) ?? Number.NaN);
      }
    }
  }
  const numeric = (values: readonly number[]) => ({ kind: 'numeric' as const, values: Float64Array.from(values) });
  const split = foldedRows({
    name: 'fold',
    fold: numeric(fold),
    keys: { name: 'id', dataset: numeric([...data.y.keys()]), predictions: numeric(tested) },
    datasetRows: rows,
  });
  const evidence = rowEvidence(
    {
      columns: new Map(),
      outcome: {
        labels: Float64Array.from(tested, (row) => data.y[row] ?? 0),
        classes: task === 'regression' ? null : ['0', '1'],
        weights: null,
      },
      candidate: Float64Array.from(candidate),
      champion: Float64Array.from(champion),
      folds: split,
    },
    {
      task,
      data: { label: 'y', exclude: [] },
      evaluate: { grouping: { kind: 'none' }, decisionThreshold: 0.5, slices: [], minRows: 1, confidence: 0.95 },
      gate: { rules: [] },
    },
  );
  return evidence.measureAll({ ...PLAN, metrics });
}
