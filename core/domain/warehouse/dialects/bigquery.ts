import type { NumberedLiteral } from '../../aggregates/sql-dialect.ts';
import { selectedVersion, warehouseDialect } from '../warehouse-dialect.ts';

/** GoogleSQL of BigQuery; versions are its time travel. */
export const BIGQUERY = warehouseDialect({
  name: 'bigquery',
  whole: (number) => `CAST(floor(${number}) AS INT64)`,
  hash: (value) => `COALESCE(FARM_FINGERPRINT(CAST(${value} AS STRING)) & 0x7fffffffffffffff, 0)`,
  median: (number) => `APPROX_QUANTILES(${number}, 2)[OFFSET(1)]`,
  double: (number) => `CAST(${number} AS FLOAT64)`,
  fromHex: (digits) => `SAFE_CONVERT_BYTES_TO_STRING(FROM_HEX('${digits}'))`,
  identifier,
  table: (parts) => identifier(parts.join('.')),
  versionOf: (table, version) =>
    version.kind === 'snapshot' ? undefined : selectedVersion(table, `FOR SYSTEM_TIME AS OF TIMESTAMP '${version.at}'`),
  text: (value) => `CAST(${value} AS STRING)`,
  hex: (text) => `TO_HEX(CAST(${text} AS BYTES))`,
  typeOf: (value) => `TYPEOF(${value})`,
  epochMs: (value) => `UNIX_MILLIS(CAST(${value} AS TIMESTAMP))`,
  quantile: (value, share) => `APPROX_QUANTILES(${value}, 1000)[OFFSET(${Math.round(1000 * share)})]`,
  numbered: (rows, name) => `UNNEST(${structs(rows)}) AS ${name}`,
});

function structs(rows: readonly NumberedLiteral[]): string {
  const tuples = rows.map(([value, code], at) =>
    at === 0 ? `STRUCT(${value} AS value, ${code} AS code)` : `(${value}, ${code})`,
  );
  return `[${tuples.join(', ')}]`;
}

/** A backslash begins an escape within backticks. */
function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
