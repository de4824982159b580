import { doubleQuoted, selectedVersion, warehouseDialect } from '../warehouse-dialect.ts';

/** Snowflake; versions are its time travel. */
export const SNOWFLAKE = warehouseDialect({
  name: 'snowflake',
  whole: (number) => `CAST(floor(${number}) AS INTEGER)`,
  hash: (value) => `BITSHIFTRIGHT(BITAND(HASH(CAST(${value} AS VARCHAR)), 9223372036854775806), 1)`,
  median: (number) => `APPROX_PERCENTILE(${number}, 0.5)`,
  double: (number) => `CAST(${number} AS DOUBLE)`,
  fromHex: (digits) => `HEX_DECODE_STRING('${digits}')`,
  identifier: doubleQuoted,
  versionOf: (table, version) =>
    version.kind === 'snapshot'
      ? undefined
      : selectedVersion(table, `AT (TIMESTAMP => CAST('${version.at}' AS TIMESTAMP_TZ))`),
  text: (value) => `CAST(${value} AS VARCHAR)`,
  hex: (text) => `HEX_ENCODE(${text})`,
  typeOf: (value) => `SYSTEM$TYPEOF(${value})`,
  epochMs: (value, type) =>
    `DATE_PART(EPOCH_MILLISECOND, ${type === 'date' ? `CAST(${value} AS TIMESTAMP_NTZ)` : value})`,
  quantile: (value, share) => `APPROX_PERCENTILE(${value}, ${share})`,
});
