import { doubleQuoted, warehouseDialect } from '../warehouse-dialect.ts';

/** PostgreSQL 11 and newer, and what speaks its SQL. A table has no versions there. */
export const POSTGRES = warehouseDialect({
  name: 'postgres',
  whole: (number) => `CAST(floor(${number}) AS BIGINT)`,
  hash: (value) => `COALESCE(hashtextextended(CAST(${value} AS TEXT), 0) & 9223372036854775807, 0)`,
  median: (number) => `percentile_disc(0.5) WITHIN GROUP (ORDER BY ${number})`,
  double: (number) => `CAST(${number} AS DOUBLE PRECISION)`,
  fromHex: (digits) => `convert_from(decode('${digits}', 'hex'), 'UTF8')`,
  identifier: doubleQuoted,
  versionOf: () => undefined,
  text: (value) => `CAST(${value} AS TEXT)`,
  hex: (text) => `encode(convert_to(${text}, 'UTF8'), 'hex')`,
  typeOf: (value) => `CAST(pg_typeof(${value}) AS TEXT)`,
  epochMs: (value) => `CAST(EXTRACT(EPOCH FROM ${value}) * 1000 AS DOUBLE PRECISION)`,
  quantile: (value, share) => `percentile_disc(${share}) WITHIN GROUP (ORDER BY ${value})`,
});
