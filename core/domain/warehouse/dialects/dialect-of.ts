import type { DialectName, WarehouseDialect } from '../warehouse-dialect.ts';
import { BIGQUERY } from './bigquery.ts';
import { DUCKDB_COMMAND } from './duckdb.ts';
import { POSTGRES } from './postgres.ts';
import { SNOWFLAKE } from './snowflake.ts';
import { DATABRICKS, SPARK } from './spark.ts';
import { TRINO } from './trino.ts';

const DIALECTS: Readonly<Record<DialectName, WarehouseDialect>> = {
  trino: TRINO,
  spark: SPARK,
  bigquery: BIGQUERY,
  snowflake: SNOWFLAKE,
  databricks: DATABRICKS,
  postgres: POSTGRES,
  duckdb: DUCKDB_COMMAND,
};

/** The dialect of a name. */
export function dialectOf(name: DialectName): WarehouseDialect {
  return DIALECTS[name];
}
