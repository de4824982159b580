import type { Population } from '../inference/population.ts';
import type { BinaryAggregates } from './binary-aggregates.ts';
import { type PartSizes, partSizes } from './part-influence.ts';
import { coarseCount } from './score-bins.ts';
import type { SqlDialect } from './sql-dialect.ts';
import {
  type Cut,
  EMPTY,
  keySql,
  type ScoredRelation,
  type Statement,
  selecting,
  sizeSql,
  sourceOf,
  stable,
} from './statement.ts';

/** Why intervals of random parts are those of rows. */
const PARTS_METHOD = 'influence function (t), summed by 512 random parts of the rows';

/** Number of rows, independent of the models. */
export interface PopulationCounts {
  readonly rows: number;
  readonly sizes: PartSizes;
  /** By label, of classes. */
  readonly labelRows: Float64Array;
}

/** Rows to count. */
export interface CountedRows {
  readonly relation: ScoredRelation;
  readonly cut: Cut;
  /** Of the label; 1 for numbers. */
  readonly classes: number;
}

/** The statement for the sizes of a population, one entry a slice. */
export function countStatement(
  { relation, cut, classes }: CountedRows,
  dialect: SqlDialect,
): Statement<readonly PopulationCounts[]> {
  const { label, weight, part, parts } = relation;
  const labels = classes > 1 ? classes : 1;
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: part, size: parts },
    { sql: label, size: labels },
  ]);
  return {
    ...selecting([dialect.whole(key.sql), 'COUNT(*)', sizeSql(weight)], `${sourceOf(cut)} GROUP BY 1`),
    read: (answer) => readCounts(answer, { count: cut.count, parts, labels }),
  };
}

function readCounts(
  [keys = EMPTY, rows = EMPTY, weights = EMPTY]: readonly Float64Array[],
  { count, parts, labels }: { readonly count: number; readonly parts: number; readonly labels: number },
): readonly PopulationCounts[] {
  const slices = Array.from({ length: count }, () => ({
    rows: new Float64Array(parts),
    weights: new Float64Array(parts),
    labelRows: new Float64Array(labels),
  }));
  for (let i = 0; i < keys.length; i++) {
    const at = keys[i] ?? 0;
    const slice = slices[Math.floor(at / labels / parts)];
    if (slice === undefined) continue;
    const part = Math.floor(at / labels) % parts;
    slice.rows[part] = (slice.rows[part] ?? 0) + (rows[i] ?? 0);
    slice.weights[part] = stable((slice.weights[part] ?? 0) + (weights[i] ?? 0));
    slice.labelRows[at % labels] = (slice.labelRows[at % labels] ?? 0) + (rows[i] ?? 0);
  }
  return slices.map((slice) => ({
    rows: slice.rows.reduce((sum, own) => sum + own, 0),
    sizes: partSizes(slice.weights, slice.rows),
    labelRows: slice.labelRows,
  }));
}

/** The same from the cells of a model's scores. */
export function countsOfCells({ coarse, coarseRows, shape }: BinaryAggregates): PopulationCounts {
  const bins = coarseCount(shape);
  const parts = coarse.length / bins / 2;
  const [rows, weights] = [new Float64Array(parts), new Float64Array(parts)];
  const labelRows = new Float64Array(2);
  coarseRows.forEach((count, at) => {
    const part = Math.floor(at / bins / 2);
    const label = Math.floor(at / bins) % 2;
    rows[part] = (rows[part] ?? 0) + count;
    weights[part] = (weights[part] ?? 0) + (coarse[at] ?? 0);
    labelRows[label] = (labelRows[label] ?? 0) + count;
  });
  const sizes = partSizes(weights.map(stable), rows);
  return { rows: rows.reduce((sum, own) => sum + own, 0), sizes, labelRows };
}

/** Population for intervals: parts instead of rows. */
export function populationOf({ rows, sizes }: PopulationCounts, isGrouped: boolean): Population {
  const { weights, total, used } = sizes;
  const ids = Uint32Array.from(used.keys());
  const method = isGrouped ? {} : { method: PARTS_METHOD };
  const shares = Float64Array.from(used, (part) => (weights[part] ?? 0) / total);
  const sampling = { kind: 'clusters', ids, count: used.length, ...method } as const;
  return { sampling, labels: new Float64Array(0), weights: null, shares, rows };
}
