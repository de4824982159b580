import { makeDuckDb } from './duckdb.ts';
import { type EngineName, ensureEngine } from './engine-programs.ts';
import type { EngineTables } from './engine-tables.ts';
import { startPostgres } from './postgres.ts';
import { startSpark } from './spark.ts';
import type { StartedEngine } from './started-engine.ts';
import { startTrino } from './trino.ts';

/** Starts an engine with tables; says why where this machine cannot. */
export async function startEngine(
  name: EngineName | 'duckdb',
  tables: EngineTables,
): Promise<StartedEngine | { readonly absent: string }> {
  if (name === 'duckdb') return makeDuckDb(tables, 'client');
  const found = await ensureEngine(name);
  if (found.kind === 'absent') return { absent: found.reason };
  if (name === 'postgres') return startPostgres(found.home, tables);
  return name === 'spark' ? startSpark(found, tables) : startTrino(found, tables);
}
