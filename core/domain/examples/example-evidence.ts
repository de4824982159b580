import { clusterRows } from '../evaluation/cluster-rows.ts';
import type { Evidence } from '../evaluation/evidence.ts';
import type { MeasuredPopulation, MeasurementPlan } from '../evaluation/measure-estimates.ts';
import { measurePopulation } from '../evaluation/measure-population.ts';
import { type ScoredPopulation, sliceOf } from '../evaluation/population.ts';
import { cutSlices, type DatasetSlice, type SliceDeclaration } from '../evaluation/slice.ts';
import { needsChampion } from '../gate/gate-rule.ts';
import { MIN_UNITS, unitsOf } from '../inference/uncertainty.ts';
import { meanOf } from '../metrics/mean-loss.ts';
import type { Metric } from '../metrics/metric.ts';
import { findMetric } from '../metrics/metric-registry.ts';
import type { Grouping } from '../policy/grouping.ts';
import type { ExampleTable } from './example-table.ts';
import type { MatchedExamples } from './match-examples.ts';
import type { ExampleMetric } from './resolve-custom-gate.ts';

/** Values per example of both models. */
export interface ComparedExamples {
  readonly candidate: ExampleTable;
  /** null: there is no champion. */
  readonly champion: MatchedExamples | null;
  readonly metrics: readonly ExampleMetric[];
  readonly grouping: Grouping;
  readonly slices: readonly SliceDeclaration[];
}

/** A metric with the values of both models. */
interface MeasuredColumn {
  readonly metric: Metric;
  readonly population: ScoredPopulation;
  /** Why the champion has no values: a clause. */
  readonly problem: string | undefined;
}

/**
 * Evidence from values per example: the mean of each column, with the intervals that a mean of losses of rows has; of a
 * column of 0 and 1 those of accuracy.
 */
export function exampleEvidence(examples: ComparedExamples): Evidence {
  const { candidate, grouping, slices } = examples;
  const [column] = grouping.kind === 'none' ? [] : [candidate.columns.get(grouping.column)];
  const sampling = clusterRows(grouping, column);
  const columns = examples.metrics.map((metric) => columnOf(examples, metric, sampling));
  const cut = slices.flatMap((declaration) => {
    const values = candidate.columns.get(declaration.column);
    return values === undefined ? [] : cutSlices(declaration, values);
  });
  return {
    grouping,
    clusters: sampling.kind === 'clusters' ? sampling.count : null,
    measureAll: (plan) => measure(columns, plan, candidate.ids.length),
    slices: cut
      .filter(({ rows }) => rows.length > 0)
      .map((slice) => ({
        key: slice.key,
        rows: slice.rows.length,
        measure: (plan) => measureSlice(columns, slice, plan),
      })),
    measureClasses: () => [],
    curves: () => ({ candidate: {}, champion: null }),
  };
}

/** Evidence without examples: there is nothing to compute metrics from. */
export const NO_EXAMPLES: Evidence = {
  grouping: { kind: 'none' },
  clusters: null,
  measureAll: () => ({ rows: 0, metrics: [], comparisons: [], evidence: new Map() }),
  slices: [],
  measureClasses: () => [],
  curves: () => ({ candidate: {}, champion: null }),
};

function columnOf(
  { candidate, champion }: ComparedExamples,
  { name, direction }: ExampleMetric,
  sampling: ScoredPopulation['sampling'],
): MeasuredColumn {
  const own = candidate.values.get(name) ?? new Float64Array(candidate.ids.length).fill(Number.NaN);
  const other = champion === null || 'problem' in champion ? undefined : champion.values.get(name);
  const missing = champion === null || other !== undefined ? undefined : `its examples have no numbers in ${name}`;
  // Of both models the same metric: a share of one and a mean of the other have no common error.
  const isShare = isBinary(own) && (other === undefined || isBinary(other));
  return {
    metric: isShare ? shareOf(name, direction) : meanMetric(name, direction),
    population: {
      // A share is the accuracy of decisions that should all be 1.
      labels: new Float64Array(own.length).fill(isShare ? 1 : 0),
      candidate: own,
      champion: other ?? null,
      weights: null,
      classes: isShare ? 2 : 1,
      sampling,
      // Two models that failed none of these examples may still differ in others, and a few equal numbers show as little.
      isCoarse: isShare || isConstant(own) || unitsOf({ sampling, labels: own }) < MIN_UNITS,
    },
    problem: champion !== null && 'problem' in champion ? champion.problem : missing,
  };
}

function isBinary(values: Float64Array): boolean {
  return values.every((value) => value === 0 || value === 1);
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0]);
}

function shareOf(name: string, direction: Metric['direction']): Metric {
  const accuracy = findMetric('accuracy', 'binary-classification');
  if (accuracy === undefined) throw new RangeError('there is no metric accuracy');
  return { ...accuracy, name, title: name, task: 'custom', direction };
}

function meanMetric(name: string, direction: Metric['direction']): Metric {
  return {
    name,
    title: name,
    task: 'custom',
    direction,
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    estimate: ({ scores }) => meanOf(scores.slice(), null),
  };
}

function measureSlice(columns: readonly MeasuredColumn[], { key, rows }: DatasetSlice, plan: MeasurementPlan) {
  const parts = columns.map((column) => ({ ...column, population: sliceOf(column.population, key, rows) }));
  return { ...measure(parts, plan, rows.length), slice: key };
}

/** Measures column by column: each has its own values of the same examples. */
function measure(columns: readonly MeasuredColumn[], plan: MeasurementPlan, rows: number): MeasuredPopulation {
  const measured = columns.map(({ metric, population, problem }) => {
    const rules = plan.rules.filter((rule) => rule.metric === metric.name);
    const found = measurePopulation(population, { ...plan, rules, metrics: [metric] });
    const missing = problem === undefined ? [] : rules.filter(needsChampion);
    const reasons = missing.map(({ index }) => [index, { missing: `${OF_CHAMPION}: ${problem}` }] as const);
    return { ...found, evidence: new Map([...found.evidence, ...reasons]) };
  });
  return {
    rows,
    metrics: measured.flatMap(({ metrics }) => metrics),
    comparisons: measured.flatMap(({ comparisons }) => comparisons),
    evidence: new Map(measured.flatMap(({ evidence }) => [...evidence])),
  };
}

const OF_CHAMPION = 'the champion cannot be compared with';
