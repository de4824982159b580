import { loadNativeModule } from '../../core/adapters/native/native-module.ts';
import { DUCKDB_COMMAND } from '../../core/domain/warehouse/dialects/duckdb.ts';
import { UserError } from '../../core/errors.ts';
import type { AnswerColumns, AnswerKind, Question } from '../../core/ports/evaluate/relation-engine.ts';
import type { SqlEngine } from '../../core/ports/evaluate/sql-engine.ts';
import { PROJECT_MODULES } from '../../scripts/project-root.ts';

/** A database of DuckDB that is asked in this process. */
export interface DuckDbDatabase {
  /** Columns of an answer as the engine's module gives them. Throws what the engine says. */
  readonly columns: (sql: string) => Promise<readonly (readonly unknown[])[]>;
  readonly close: () => void;
}

/** Opens a database file for reading. */
export async function openDatabase(file: string): Promise<DuckDbDatabase> {
  const options = { env: {}, nodeModules: PROJECT_MODULES, log: () => {} };
  const { DuckDBInstance } = await loadNativeModule('@duckdb/node-api', options);
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const columns = async (sql: string) => {
    const connection = await instance.connect();
    try {
      const reader = await connection.runAndReadAll(sql);
      const found = reader.getColumns();
      // Without rows the module gives no columns.
      return found.length > 0 ? found : reader.columnNames().map(() => []);
    } finally {
      connection.closeSync();
    }
  };
  return { columns, close: () => instance.closeSync() };
}

/** Answers as a client does, without a process: much faster. */
export class InProcessDuckDb implements SqlEngine {
  readonly dialect = DUCKDB_COMMAND;
  readonly shown = 'DuckDB';
  readonly isRemote = false;
  readonly #database: DuckDbDatabase;

  constructor(database: DuckDbDatabase) {
    this.#database = database;
  }

  async query({ sql, kinds }: Question): Promise<AnswerColumns> {
    const columns = await this.#database.columns(sql).catch((cause: unknown) => {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new UserError('WAREHOUSE_REFUSED', message, { fix: 'Correct the statement.', cause });
    });
    if (columns.length !== kinds.length) throw invalid(`the answer has ${columns.length} columns`);
    return columns.map((column, at) => column.map((value) => fieldOf(value, kinds[at] ?? 'number')));
  }
}

function fieldOf(value: unknown, kind: AnswerKind): number | string | null {
  if (value === null) return null;
  if (kind === 'text' && typeof value === 'string') return value;
  // Decimals are objects that say their number as text.
  if (kind === 'number' && typeof value !== 'string')
    return typeof value === 'object' ? Number(String(value)) : Number(value);
  throw invalid(`the answer holds ${String(value)} where a ${kind} belongs`);
}

function invalid(message: string): UserError {
  return new UserError('WAREHOUSE_ANSWER_INVALID', message, { fix: 'Correct the statement.' });
}
