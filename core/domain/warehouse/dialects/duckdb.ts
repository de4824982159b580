import { DUCKDB } from '../../aggregates/sql-dialect.ts';
import { doubleQuoted, warehouseDialect } from '../warehouse-dialect.ts';

/** A database of DuckDB that a program of its own reads. A table has no versions there. */
export const DUCKDB_COMMAND = warehouseDialect({
  name: 'duckdb',
  small: DUCKDB.small,
  whole: DUCKDB.whole,
  hash: DUCKDB.hash,
  countIf: DUCKDB.countIf,
  median: DUCKDB.median,
  double: DUCKDB.double,
  fromHex: (digits) => `decode(unhex('${digits}'))`,
  identifier: doubleQuoted,
  versionOf: () => undefined,
  text: (value) => `CAST(${value} AS VARCHAR)`,
  hex: (text) => `hex(${text})`,
  typeOf: (value) => `typeof(${value})`,
  epochMs: (value) => `epoch_ms(CAST(${value} AS TIMESTAMP))`,
  quantile: (value, share) => `quantile_disc(${value}, ${share})`,
});
