import type { CheckPlan, PlannedColumn } from './check-plan.ts';
import type { DataSchema } from './data-schema.ts';

/** Roles of columns in the checks of rows and columns together. */
export interface ColumnRoles {
  readonly label: string;
  /** Neither features nor label. */
  readonly exclude: readonly string[];
}

/** Columns that a model may learn from: all but the label, the key, the time and those that are excluded or unique. */
export function featureColumns(
  schema: DataSchema,
  plan: CheckPlan,
  { label, exclude }: ColumnRoles,
): readonly PlannedColumn[] {
  const others = new Set([label, ...exclude, ...schema.key, schema.time?.column]);
  return plan.columns.filter(({ name, schema: { unique } }) => !others.has(name) && !unique);
}

/** SQL after FROM: rows with `is_conflict`: another row has the same features and another label. */
export function conflictFrom(features: readonly PlannedColumn[], label: PlannedColumn, from: string): string {
  const same = features.map(({ values }) => values.raw).join(', ');
  const { raw } = label.values;
  const over = `OVER (PARTITION BY ${same})`;
  return `(SELECT *, MIN(${raw}) ${over} <> MAX(${raw}) ${over} AS is_conflict FROM ${from}) AS compared`;
}

/** SELECT of one number per column, `c0`, `c1`, …: 1 where it has one value, without missing ones, in all rows. */
export function constantSql(columns: readonly PlannedColumn[], from: string): string {
  const selected = columns.map(
    ({ values: { raw } }, at) =>
      `CASE WHEN COUNT(${raw}) = COUNT(*) AND MIN(${raw}) = MAX(${raw}) THEN 1 ELSE 0 END AS c${at}`,
  );
  return `SELECT ${selected.join(', ')} FROM ${from}`;
}

/** SQL of the larger of two classes, as 0 and 1; NULL where there is no label. */
function classSql({ values: { raw } }: PlannedColumn, from: string): string {
  return `CASE WHEN ${raw} = (SELECT MAX(${raw}) FROM ${from}) THEN 1 WHEN ${raw} IS NOT NULL THEN 0 END`;
}

/**
 * SELECT of `c0` the area under the ROC curve of a number alone (midranks), `c1` rows of the larger class, `c2` of the other;
 * and `c3` the number of classes.
 */
export function aucSql(feature: PlannedColumn, label: PlannedColumn, from: string): string {
  const rows = `SELECT ${feature.values.value} AS x, ${classSql(label, from)} AS y FROM ${from}`;
  const there = `SELECT x, y, rank() OVER (ORDER BY x) + (COUNT(*) OVER (PARTITION BY x) - 1) / 2.0 AS r FROM (${rows}) AS a WHERE x IS NOT NULL AND y IS NOT NULL`;
  const sums = `SELECT CAST(SUM(r * y) AS DOUBLE) AS ranks, CAST(SUM(y) AS DOUBLE) AS ones, CAST(COUNT(*) - SUM(y) AS DOUBLE) AS zeros FROM (${there}) AS b`;
  const classes = `(SELECT CAST(COUNT(DISTINCT ${label.values.raw}) AS DOUBLE) FROM ${from})`;
  return `SELECT (ranks - ones * (ones + 1) / 2) / NULLIF(ones * zeros, 0) AS c0, ones AS c1, zeros AS c2, ${classes} AS c3 FROM (${sums}) AS c`;
}

/** SELECT of `c0` the correlation of a number with the label, and `c1` the number of rows with both. */
export function correlationSql(feature: PlannedColumn, label: PlannedColumn, from: string): string {
  const finite = ({ values: { value } }: PlannedColumn) => `CASE WHEN ABS(${value}) < 1e150 THEN ${value} END`;
  const rows = `SELECT ${finite(feature)} AS x, ${finite(label)} AS y FROM ${from}`;
  const spread = 'CASE WHEN MIN(x) = MAX(x) OR MIN(y) = MAX(y) THEN NULL ELSE corr(x, y) END';
  return `SELECT ${spread} AS c0, CAST(COUNT(*) AS DOUBLE) AS c1 FROM (${rows}) AS a WHERE x IS NOT NULL AND y IS NOT NULL`;
}
