import { DAY_MS } from '../../time/day.ts';
import { backticked, selectedVersion, type WarehouseDialect, warehouseDialect } from '../warehouse-dialect.ts';

/** Spark 3.4 and newer; versions are those of Delta and Iceberg tables. */
export const SPARK = warehouseDialect({
  name: 'spark',
  small: (number) => `CAST(floor(${number}) AS INT)`,
  whole: (number) => `CAST(floor(${number}) AS BIGINT)`,
  hash: (value) => `shiftrightunsigned(xxhash64(CAST(${value} AS STRING)), 1)`,
  median: (number) => `percentile_approx(${number}, CAST(0.5 AS DOUBLE), 10000)`,
  double: (number) => `CAST(${number} AS DOUBLE)`,
  fromHex: (digits) => `CAST(X'${digits}' AS STRING)`,
  identifier: backticked,
  versionOf: (table, version) =>
    selectedVersion(
      table,
      version.kind === 'snapshot' ? `VERSION AS OF ${version.number}` : `TIMESTAMP AS OF '${version.at}'`,
    ),
  text: (value) => `CAST(${value} AS STRING)`,
  hex: (text) => `hex(${text})`,
  typeOf: (value) => `typeof(${value})`,
  epochMs,
  quantile: (value, share) => `percentile_approx(${value}, CAST(${share} AS DOUBLE), 10000)`,
});

/** Databricks SQL: Spark's. */
export const DATABRICKS: WarehouseDialect = { ...SPARK, name: 'databricks' };

/** A time without a zone is cut into its parts: a cast would take it as one of the session's zone. */
function epochMs(value: string, type: string): string {
  if (type === 'timestamp') return `unix_micros(${value}) / 1000`;
  // A number of days is an INT, whose product would overflow.
  const days = `CAST(unix_date(CAST(${value} AS DATE)) AS BIGINT) * ${DAY_MS}`;
  if (type === 'date') return days;
  return `${days} + hour(${value}) * 3600000 + minute(${value}) * 60000 + second(${value}) * 1000`;
}
