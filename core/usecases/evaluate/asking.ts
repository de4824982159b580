import type { SqlDialect } from '../../domain/aggregates/sql-dialect.ts';
import type { Statement } from '../../domain/aggregates/statement.ts';
import type { AnswerColumns, Relation } from '../../ports/evaluate/relation-engine.ts';

/** Asks an engine. */
export interface Asking {
  readonly dialect: SqlDialect;
  readonly ask: <Answer>(statement: Statement<Answer>) => Promise<Answer>;
}

/** Asks for aggregates, and for rows. */
export interface AskingRows extends Asking {
  readonly query: Relation['query'];
}

/** Asks an engine by its way to answer questions. */
export function askingOf(dialect: SqlDialect, query: Relation['query']): AskingRows {
  return {
    dialect,
    query,
    ask: async ({ sql, width, read }) => {
      const kinds = Array.from({ length: width }, () => 'number' as const);
      return read((await query({ sql, kinds })).map(numbersOf));
    },
  };
}

/** NaN for what is missing. */
function numbersOf(column: AnswerColumns[number]): Float64Array {
  return Float64Array.from(column, (value) => (typeof value === 'number' ? value : Number.NaN));
}
