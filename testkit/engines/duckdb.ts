import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandEngine } from '../../core/adapters/warehouse/command-engine.ts';
import { DUCKDB_COMMAND } from '../../core/domain/warehouse/dialects/duckdb.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runSql } from '../write-parquet.ts';
import type { EngineTables } from './engine-tables.ts';
import type { StartedEngine } from './started-engine.ts';

/** A database of DuckDB that a client of its own reads: what needs no server. */
export async function makeDuckDb(tables: EngineTables): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-duckdb-'));
  const database = join(folder, 'ml.duckdb');
  const copies = Object.entries(tables).map(
    ([name, { file }]) => `CREATE TABLE ml.${name} AS SELECT * FROM '${file('parquet')}'`,
  );
  await runSql(`ATTACH '${database}' AS ml`, ...copies, 'DETACH ml');
  const command = `${process.execPath} ${join(PROJECT_ROOT, 'testkit', 'engines', 'duckdb-client.ts')} ${database}`;
  const engine = new CommandEngine({
    dialect: DUCKDB_COMMAND,
    command,
    format: 'csv',
    timeoutMs: 120_000,
    directory: folder,
    env: process.env,
    place: { file: 'tidegate.yaml' },
  });
  return {
    engine,
    config: `{ dialect: duckdb, command: ${JSON.stringify(command)} }`,
    address: (table) => `sql://main.${table}`,
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
