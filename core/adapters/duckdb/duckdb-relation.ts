import type { DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import type { RelatedColumn, Relation } from '../../ports/evaluate/relation-engine.ts';
import { columnOf, type OpenedFiles, refuseChanged, relatedValue, type TableSource } from './table-source.ts';
import { unreadable } from './unreadable.ts';

/** Context in which relations are created. */
export interface RelationContext {
  readonly instance: DuckDBInstance;
  readonly sourceOf: (files: readonly string[]) => TableSource;
  /** Of a table that does not exist yet. */
  readonly name: string;
}

type Query = Relation['query'];

/**
 * Columns of tables side by side, by the order of their rows. Tables whose rows are numbered where they are stored
 * are read in place by each statement; others are read once, into a table of the engine.
 */
export async function createRelation(columns: readonly RelatedColumn[], context: RelationContext): Promise<Relation> {
  const tables = [...new Set(columns.map(({ table }) => table.files))];
  const parts = tables.map((files): OpenedFiles => ({ files, source: context.sourceOf(files) }));
  const run = (sql: string) => ask(sql, parts, context.instance);
  const query: Query = async ({ sql, kinds }) => {
    const answer = await run(sql);
    // Without rows the engine's module gives no columns either.
    return answer.length > 0 ? answer : kinds.map(() => []);
  };
  const selected = columns.map(({ as, table, column }) => {
    const at = tables.indexOf(table.files);
    const source = context.sourceOf(table.files);
    return `${relatedValue(source, columnOf({ columns: table.columns }, column), `t${at}`)} AS ${as}`;
  });
  const [first] = parts;
  if (first === undefined) throw new RangeError('a relation without a column');
  const beside = (isNumbered: boolean) =>
    parts
      .map(({ source }, at) => `${isNumbered && at === 0 ? source.numbered.from : source.from} AS t${at}`)
      .join(' POSITIONAL JOIN ');
  if (parts.every(({ source }) => source.numbered.isStored)) {
    const row = `t0.${first.source.numbered.row} AS row_no`;
    return {
      from: `(SELECT ${[...selected, row].join(', ')} FROM ${beside(true)}) AS related`,
      query,
      close: async () => {},
    };
  }
  const { name } = context;
  await run(`CREATE TABLE ${name} AS SELECT ${selected.join(', ')} FROM ${beside(false)}`);
  return {
    from: `(SELECT *, rowid AS row_no FROM ${name}) AS related`,
    query,
    close: async () => {
      await run(`DROP TABLE IF EXISTS ${name}`);
    },
  };
}

/** All of an answer: a statement that fails throws, whereas a stream of it would end. */
async function ask(sql: string, parts: readonly OpenedFiles[], instance: DuckDBInstance): ReturnType<Query> {
  // Statements on connections of their own run at the same time.
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    const columns = reader.getColumns().map((values) => values.map(plain));
    await refuseChanged(parts);
    return columns;
  } catch (cause) {
    await refuseChanged(parts);
    // A statement that is wrong is a defect, whatever the files hold.
    if (cause instanceof Error && /^(?:Parser|Binder|Catalog) Error/.test(cause.message)) throw cause;
    throw unreadable(parts.flatMap(({ files }) => files).join(', '), cause);
  } finally {
    connection.closeSync();
  }
}

function plain(value: DuckDBValue): number | string | null {
  if (typeof value === 'number' || typeof value === 'string' || value === null) return value;
  if (typeof value === 'bigint') return Number(value);
  throw new TypeError(`an answer that is neither number nor text: ${String(value)}`);
}
