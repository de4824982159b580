import type { DuckDBInstance } from '@duckdb/node-api';
import type { TableDescription } from '../../domain/table/table.ts';
import { identifier } from './table-scan.ts';
import type { TableSource } from './table-source.ts';

/** Context in which tables are created. */
export interface StoredContext {
  readonly instance: DuckDBInstance;
  readonly module: typeof import('@duckdb/node-api');
  /** Of a table that does not exist yet. */
  readonly name: string;
}

/** A table of numbers in the engine. */
export interface StoredNumbers {
  readonly add: (values: Float64Array) => Promise<void>;
  readonly finish: () => Promise<{ readonly table: TableDescription; readonly source: TableSource }>;
}

/** The rows of the engine's chunks. */
const CHUNK_ROWS = 2048;

/** Makes a table of numbers that grows row by row. */
export async function storeNumbers(
  names: readonly string[],
  { instance, module, name }: StoredContext,
): Promise<StoredNumbers> {
  const { DOUBLE, DuckDBDataChunk } = module;
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE ${name} (${names.map((column) => `${identifier(column)} DOUBLE`).join(', ')})`);
  const appender = await connection.createAppender(name);
  const types = names.map(() => DOUBLE);
  const width = names.length;
  let rows = 0;
  return {
    add: async (values) => {
      const count = values.length / width;
      for (let from = 0; from < count; from += CHUNK_ROWS) {
        const size = Math.min(CHUNK_ROWS, count - from);
        const chunk = DuckDBDataChunk.create(types, size);
        for (let column = 0; column < width; column++) {
          const own = Array.from({ length: size }, (_, row) => values[(from + row) * width + column] ?? Number.NaN);
          chunk.setColumnValues(column, own);
        }
        appender.appendDataChunk(chunk);
      }
      rows += count;
    },
    finish: async () => {
      appender.closeSync();
      connection.closeSync();
      const columns = names.map((column) => ({ name: column, type: 'real' as const }));
      const source: TableSource = {
        from: name,
        form: { format: 'parquet', rows },
        columns,
        stamp: undefined,
        numbered: { from: name, row: 'rowid', isStored: true },
        valueOf: (column, alias) => `${alias}.${identifier(column.name)}`,
      };
      return { table: { files: [`the table ${name}`], columns }, source };
    },
  };
}
