import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadNativeModule } from '../../core/adapters/native/native-module.ts';
import { CommandEngine } from '../../core/adapters/warehouse/command-engine.ts';
import { DUCKDB_COMMAND } from '../../core/domain/warehouse/dialects/duckdb.ts';
import { UserError } from '../../core/errors.ts';
import type { AnswerKind } from '../../core/ports/evaluate/relation-engine.ts';
import type { SqlEngine } from '../../core/ports/evaluate/sql-engine.ts';
import { PROJECT_MODULES, PROJECT_ROOT } from '../../scripts/project-root.ts';
import { runSql } from '../write-parquet.ts';
import type { EngineTables } from './engine-tables.ts';
import type { StartedEngine } from './started-engine.ts';

/**
 * A database of DuckDB: what needs no server.
 *
 * @param by `client`: a process per statement, as engines have them; `in-process`: without one, which is faster.
 */
export async function makeDuckDb(tables: EngineTables, by: 'client' | 'in-process'): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-duckdb-'));
  const database = join(folder, 'ml.duckdb');
  const copies = Object.entries(tables).map(
    ([name, { file }]) => `CREATE TABLE ml.${name} AS SELECT * FROM '${file('parquet')}'`,
  );
  await runSql(`ATTACH '${database}' AS ml`, ...copies, 'DETACH ml');
  const command = `${process.execPath} ${join(PROJECT_ROOT, 'testkit', 'engines', 'duckdb-client.ts')} ${database}`;
  const inProcess = by === 'in-process' ? await openInProcess(database) : undefined;
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
    engine: inProcess ?? client,
    config: `{ dialect: duckdb, command: ${JSON.stringify(command)} }`,
    address: (table) => `sql://main.${table}`,
    stop: async () => {
      inProcess?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Answers as a client does, without a process. */
async function openInProcess(database: string): Promise<SqlEngine & { close(): void }> {
  const options = { env: {}, nodeModules: PROJECT_MODULES, log: () => {} };
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', options);
  const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
  const fieldOf = (value: unknown, kind: AnswerKind) =>
    value === null ? null : kind === 'text' ? String(value) : Number(value);
  return {
    dialect: DUCKDB_COMMAND,
    shown: 'DuckDB',
    isRemote: false,
    query: async ({ sql, kinds }) => {
      const connection = await instance.connect();
      try {
        const reader = await connection.runAndReadAll(sql);
        return reader.getColumns().map((column, at) => column.map((value) => fieldOf(value, kinds[at] ?? 'number')));
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new UserError('WAREHOUSE_REFUSED', message, { fix: 'Correct the statement.', cause });
      } finally {
        connection.closeSync();
      }
    },
    close: () => instance.closeSync(),
  };
}
