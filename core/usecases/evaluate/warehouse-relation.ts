import { UserError } from '../../errors.ts';
import type { RelatedColumn, Relation, RelationMaker } from '../../ports/evaluate/relation-engine.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';
import { askNumbers, relatedSql, type WarehouseTable } from './warehouse-table.ts';

/** A dataset in the warehouse, and the predictions for it. */
export interface WarehouseTables {
  readonly dataset: WarehouseTable;
  /** The dataset itself where scores are columns of it. */
  readonly predictions: WarehouseTable;
  /** The column that identifies rows; undefined: rows are put into parts by their group alone. */
  readonly key: string | undefined;
}

/**
 * Number of rows of the dataset, once its keys identify them.
 *
 * @throws {UserError} DATA_INVALID for rows without a key and, where predictions are joined by it, for a key of two rows.
 */
export async function countRows({ dataset, predictions, key }: WarehouseTables, engine: SqlEngine): Promise<number> {
  const isJoined = predictions !== dataset;
  const name = key === undefined ? undefined : engine.dialect.identifier(key);
  const columns = (of: string | undefined) => [
    'COUNT(*)',
    of === undefined ? 'COUNT(*)' : `COUNT(t.${of})`,
    of === undefined || !isJoined ? 'COUNT(*)' : `COUNT(DISTINCT t.${of})`,
  ];
  const [rows = 0, keyed = 0, distinct = 0] = await askNumbers(columns(name), `${dataset.from} AS t`, engine);
  const address = dataset.reference.text;
  if (keyed < rows) throw wrongKey(`${rows - keyed} rows of ${address} have no ${key}`);
  if (!isJoined) return rows;
  if (distinct < rows) throw wrongKey(`${rows} rows of ${address} have only ${distinct} values of ${key}`);
  const [all = 0, , own = 0] = await askNumbers(columns(name), `${predictions.from} AS t`, engine);
  if (own < all) throw wrongKey(`${all} rows of ${predictions.reference.text} have only ${own} values of ${key}`);
  return rows;
}

function wrongKey(what: string): UserError {
  return new UserError('DATA_INVALID', `evaluate.key does not identify the rows: ${what}`, {
    fix: 'Name a column that has another value in each row, or remove the rows that occur twice.',
  });
}

/** Relates columns where they are stored: by columns of one table, or of two that are joined by the key. */
export class WarehouseRelations implements RelationMaker {
  readonly dialect;
  readonly #tables: WarehouseTables;
  readonly #engine: SqlEngine;

  constructor(tables: WarehouseTables, engine: SqlEngine) {
    this.dialect = engine.dialect;
    this.#tables = tables;
    this.#engine = engine;
  }

  async relate(columns: readonly RelatedColumn[]): Promise<Relation> {
    const { dataset, predictions, key } = this.#tables;
    const engine = this.#engine;
    const selected = columns.map(({ as, table, column }) => {
      const isOwn = table === dataset.table;
      const of = isOwn ? dataset : predictions;
      return `${relatedSql(column, isOwn ? 't0' : 't1', { of, engine })} AS ${as}`;
    });
    const { identifier, hash, text } = this.dialect;
    // Rows of one key are in one part. Without a key parts are groups, and any number of a row will do.
    const row = key === undefined ? '0' : hash(text(`t0.${identifier(key)}`));
    const joined =
      predictions === dataset || key === undefined
        ? ''
        : ` LEFT JOIN ${predictions.from} AS t1 ON t0.${identifier(key)} = t1.${identifier(key)}`;
    return {
      from: `(SELECT ${[...selected, `${row} AS row_no`].join(', ')} FROM ${dataset.from} AS t0${joined}) AS related`,
      query: (question) => engine.query(question),
      close: async () => {},
    };
  }
}
