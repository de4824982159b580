import { groupRows, MOST_GROUPS } from '../fairness/fairness-groups.ts';
import { type GroupedPopulation, measureFairness } from '../fairness/measure-fairness.ts';
import type { Sampling } from '../inference/population.ts';
import type { ScoredRows } from '../metrics/metric.ts';
import { columnsOfGrouping } from '../policy/grouping.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import { type ColumnValues, pickRows } from '../table/column-values.ts';
import { clusterRows } from './cluster-rows.ts';
import { curvesOf } from './curves.ts';
import type { Evidence, EvidenceSlice } from './evidence.ts';
import { type FoldedRows, testShare } from './folds.ts';
import { measureClasses } from './measure-classes.ts';
import { contendersOf, measureContenders, measurePopulation } from './measure-population.ts';
import { distinctIds, type ScoredPopulation, sliceOf } from './population.ts';
import type { Outcome } from './read-outcome.ts';
import { cutSlices } from './slice.ts';

/** Scored rows in memory. */
export interface ScoredDataset {
  /** Those that grouping and slices read. */
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly outcome: Outcome;
  /** One score a row, or one a class row by row. */
  readonly candidate: Float64Array;
  readonly champion: Float64Array | null;
  /** Of cross-validation: the rows of the columns that the outcome and the scores are of. */
  readonly folds?: FoldedRows;
}

/**
 * Evidence from rows in memory.
 *
 * @throws {UserError} DATA_INVALID for slices and groups that the dataset's columns do not give.
 */
export function rowEvidence(dataset: ScoredDataset, { data, evaluate }: ModelPolicy): Evidence {
  const population = populationOf(dataset, evaluate);
  const contenders = contendersOf(population);
  const { candidate, champion } = contenders;
  const names = dataset.outcome.classes;
  const { sampling } = population;
  return {
    grouping: evaluate.grouping,
    clusters: evaluate.grouping.kind !== 'none' && sampling.kind === 'clusters' ? sampling.count : null,
    measureAll: (plan) =>
      measureContenders((part) => (part === population ? contenders : contendersOf(part)), population, plan),
    slices: slicesOf(dataset, population, evaluate),
    measureClasses: (plan) => (names === null ? [] : measureClasses(population, { column: data.label, names }, plan)),
    measureFairness: (plan) =>
      (evaluate.fairness ?? []).map((policy) =>
        measureFairness({ population, groups: groupsOf(dataset, policy.column) }, policy, plan),
      ),
    curves: (plan) => {
      const drawn = (rows: ScoredRows) => curvesOf(rows, plan);
      return { candidate: drawn(candidate), champion: champion && drawn(champion) };
    },
  };
}

function populationOf(
  { columns, outcome, candidate, champion, folds }: ScoredDataset,
  { grouping }: ModelPolicy['evaluate'],
): ScoredPopulation {
  const { labels, weights, classes } = outcome;
  const [column] = columnsOfGrouping(grouping).map((name) => columns.get(name));
  const scored = { labels, weights, classes: classes === null ? 1 : classes.length, candidate, champion };
  if (folds === undefined) return { ...scored, sampling: clusterRows(grouping, column) };
  const { rows, folds: ids, names } = folds;
  const sampling = clusterRows(grouping, column && pickRows(column, rows));
  return {
    ...scored,
    sampling: sampling.kind === 'rows' ? oncePerRow(folds) : sampling,
    folds: { ids, names, rows, testShare: testShare(folds) },
  };
}

function distinctRows(places: Uint32Array, folds: FoldedRows | undefined): number {
  return folds === undefined ? places.length : distinctIds(places.map((at) => folds.rows[at] ?? 0));
}

/** A row that several folds test is one observation. */
function oncePerRow({ rows, datasetRows }: FoldedRows): Sampling {
  return rows.length === datasetRows ? { kind: 'rows' } : { kind: 'clusters', ids: rows, count: datasetRows };
}

function groupsOf({ columns }: ScoredDataset, column: string): GroupedPopulation['groups'] {
  const values = columns.get(column);
  if (values === undefined) return { problem: `the dataset has no column ${column}` };
  return groupRows(values) ?? { problem: `${column} has more than ${MOST_GROUPS} values` };
}

function slicesOf(
  { columns, folds }: ScoredDataset,
  population: ScoredPopulation,
  { slices }: ModelPolicy['evaluate'],
): readonly EvidenceSlice[] {
  const cut = slices.flatMap((declaration) => {
    const values = columns.get(declaration.column);
    if (values === undefined) return [];
    return cutSlices(declaration, folds === undefined ? values : pickRows(values, folds.rows));
  });
  return cut
    .filter(({ rows }) => rows.length > 0)
    .map(({ key, rows }) => ({
      key,
      rows: distinctRows(rows, folds),
      measure: (plan) => measurePopulation(sliceOf(population, key, rows), plan),
    }));
}
