import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadNativeModule } from '../core/adapters/native/native-module.ts';
import { PROJECT_MODULES } from '../scripts/project-root.ts';

/** A table to write: SQL types by column, and rows. */
export interface WrittenTable {
  readonly types: Readonly<Record<string, 'DOUBLE' | 'BIGINT' | 'VARCHAR' | 'TIMESTAMP' | 'BOOLEAN'>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Runs statements one after the other, in an engine of their own. */
export async function runSql(...statements: readonly string[]): Promise<void> {
  const options = { env: {}, nodeModules: PROJECT_MODULES, log: () => {} };
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', options);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const sql of statements) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

/** Writes tables as files of Parquet, by the real engine. Paths are relative to the folder. */
export async function writeParquet(folder: string, tables: Readonly<Record<string, WrittenTable>>): Promise<void> {
  const statements: string[] = [];
  for (const [name, { types, rows }] of Object.entries(tables)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.jsonl`, rows.map((row) => JSON.stringify(row)).join('\n'));
    const columns = Object.entries(types).map(([column, type]) => `"${column}": '${type}'`);
    const rowsOf = `read_json('${file}.jsonl', format = 'newline_delimited', columns = {${columns.join(', ')}})`;
    statements.push(`COPY (SELECT * FROM ${rowsOf}) TO '${file}' (FORMAT parquet)`);
  }
  await runSql(...statements);
}
