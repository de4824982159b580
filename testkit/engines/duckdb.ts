import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandEngine } from '../../core/adapters/warehouse/command-engine.ts';
import { DUCKDB_COMMAND } from '../../core/domain/warehouse/dialects/duckdb.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runSql } from '../write-parquet.ts';
import { InProcessDuckDb, openDatabase } from './duckdb-in-process.ts';
import type { EngineTables } from './engine-tables.ts';
import type { StartedEngine } from './started-engine.ts';

/**
 * A database of DuckDB: what needs no server.
 *
 * @param by `client`: a process per statement, as engines have them; `in-process`: without one, which is faster.
 */
export async function makeDuckDb(
  tables: EngineTables,
  by: 'client' | 'in-process',
): Promise<StartedEngine & { readonly database: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-duckdb-'));
  const database = join(folder, 'ml.duckdb');
  const copies = Object.entries(tables).map(
    ([name, { file }]) => `CREATE TABLE ml.${name} AS SELECT * FROM '${file('parquet')}'`,
  );
  await runSql(`ATTACH '${database}' AS ml`, ...copies, 'DETACH ml');
  const command = `${process.execPath} ${join(PROJECT_ROOT, 'testkit', 'engines', 'duckdb-client.ts')} ${database}`;
  const opened = by === 'client' ? undefined : await openDatabase(database);
  const client = new CommandEngine({
    dialect: DUCKDB_COMMAND,
    command,
    format: 'csv',
    timeoutMs: 120_000,
    directory: folder,
    env: process.env,
    place: { file: 'tidegate.yaml' },
  });
  return {
    database,
    engine: opened === undefined ? client : new InProcessDuckDb(opened),
    config: `{ dialect: duckdb, command: ${JSON.stringify(command)} }`,
    address: (table) => `sql://main.${table}`,
    stop: async () => {
      opened?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
