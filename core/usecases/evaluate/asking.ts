import type { SqlDialect } from '../../domain/aggregates/sql-dialect.ts';
import type { Statement } from '../../domain/aggregates/statement.ts';

/** Asks an engine. */
export interface Asking {
  readonly dialect: SqlDialect;
  readonly ask: <Answer>(statement: Statement<Answer>) => Promise<Answer>;
}
