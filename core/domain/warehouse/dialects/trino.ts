import { doubleQuoted, selectedVersion, warehouseDialect } from '../warehouse-dialect.ts';

/** Trino; versions are those of Iceberg and Delta tables. */
export const TRINO = warehouseDialect({
  name: 'trino',
  small: (number) => `CAST(floor(${number}) AS INTEGER)`,
  whole: (number) => `CAST(floor(${number}) AS BIGINT)`,
  hash: (value) =>
    `COALESCE(bitwise_right_shift(from_big_endian_64(xxhash64(to_utf8(CAST(${value} AS VARCHAR)))), 1), 0)`,
  median: (number) => `approx_percentile(${number}, 0.5)`,
  double: (number) => `CAST(${number} AS DOUBLE)`,
  fromHex: (digits) => `from_utf8(from_hex('${digits}'))`,
  identifier: doubleQuoted,
  versionOf: (table, version) =>
    selectedVersion(
      table,
      version.kind === 'snapshot'
        ? `FOR VERSION AS OF ${version.number}`
        : `FOR TIMESTAMP AS OF from_iso8601_timestamp('${version.at}')`,
    ),
  text: (value) => `CAST(${value} AS VARCHAR)`,
  hex: (text) => `to_hex(to_utf8(${text}))`,
  typeOf: (value) => `typeof(${value})`,
  epochMs: (value, type) => `to_unixtime(${type === 'date' ? `CAST(${value} AS TIMESTAMP)` : value}) * 1000`,
  quantile: (value, share) => `approx_percentile(${value}, ${share})`,
});
