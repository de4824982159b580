import type { ScoredRows } from '../metrics/metric.ts';
import { columnsOfGrouping } from '../policy/grouping.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import type { ColumnValues } from '../table/column-values.ts';
import { clusterRows } from './cluster-rows.ts';
import { curvesOf } from './curves.ts';
import type { Evidence, EvidenceSlice } from './evidence.ts';
import { measureClasses } from './measure-classes.ts';
import { contendersOf, measureContenders, measurePopulation } from './measure-population.ts';
import { type ScoredPopulation, sliceOf } from './population.ts';
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
    clusters: sampling.kind === 'clusters' ? sampling.count : null,
    measureAll: (plan) => measureContenders(contenders, population, plan),
    slices: slicesOf(dataset, population, evaluate),
    measureClasses: (plan) => (names === null ? [] : measureClasses(population, { column: data.label, names }, plan)),
    curves: (plan) => {
      const drawn = (rows: ScoredRows) => curvesOf(rows, plan);
      return { candidate: drawn(candidate), champion: champion && drawn(champion) };
    },
  };
}

function populationOf(
  { columns, outcome, candidate, champion }: ScoredDataset,
  { grouping }: ModelPolicy['evaluate'],
): ScoredPopulation {
  const { labels, weights, classes } = outcome;
  const [column] = columnsOfGrouping(grouping).map((name) => columns.get(name));
  const sampling = clusterRows(grouping, column);
  return { labels, weights, classes: classes === null ? 1 : classes.length, candidate, champion, sampling };
}

function slicesOf(
  { columns }: ScoredDataset,
  population: ScoredPopulation,
  { slices }: ModelPolicy['evaluate'],
): readonly EvidenceSlice[] {
  const cut = slices.flatMap((declaration) => {
    const values = columns.get(declaration.column);
    return values === undefined ? [] : cutSlices(declaration, values);
  });
  return cut
    .filter(({ rows }) => rows.length > 0)
    .map(({ key, rows }) => ({
      key,
      rows: rows.length,
      measure: (plan) => measurePopulation(sliceOf(population, key, rows), plan),
    }));
}
