import type { TableColumn, TableDescription } from '../../domain/table/table.ts';
import { fromReference, parseTableReference, type TableReference } from '../../domain/warehouse/table-reference.ts';
import { columnTypeOf } from '../../domain/warehouse/warehouse-dialect.ts';
import { UserError } from '../../errors.ts';
import type { AnswerColumns, Question } from '../../ports/evaluate/relation-engine.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';

/** A table or query of the warehouse, as far as it was described. */
export interface WarehouseTable {
  readonly reference: TableReference;
  /** SQL after FROM, without an alias. */
  readonly from: string;
  readonly table: TableDescription;
  /** The engine's names of the columns' types. */
  readonly sqlTypes: ReadonlyMap<string, string>;
}

/**
 * Describes columns of a table: their types come from the engine.
 *
 * @param names At least one.
 * @throws {UserError} INPUT_INVALID for what is not a reference, DATA_UNSUPPORTED for a version that the engine does not know,
 *   DATA_INVALID where there is no row, and what the engine refuses, such as an unknown column.
 */
export async function describeTable(
  address: string,
  names: readonly string[],
  engine: SqlEngine,
): Promise<WarehouseTable> {
  const { reference, from } = openReference(address, engine);
  const { dialect } = engine;
  const columns = names.map((name) => dialect.identifier(name));
  const types = names.map((name, at) => `${dialect.typeOf(`t.${dialect.identifier(name)}`)} AS c${at}`);
  const answer = await engine.query({
    sql: `SELECT ${types.join(', ')} FROM (SELECT ${columns.join(', ')} FROM ${from} AS s LIMIT 1) AS t`,
    kinds: names.map(() => 'text'),
  });
  const found = names.map((name, at) => [name, String(answer[at]?.[0] ?? '')] as const);
  if (answer[0]?.length !== 1) throw withoutRows(address);
  return { reference, from, sqlTypes: new Map(found), table: { files: [address], columns: found.map(columnOf) } };
}

/** SQL after FROM for a reference. */
export function openReference(
  address: string,
  { dialect }: SqlEngine,
): { readonly reference: TableReference; readonly from: string } {
  const reference = parseTableReference(address);
  if ('problem' in reference) {
    throw new UserError('INPUT_INVALID', `"${address}" ${reference.problem}`, {
      fix: 'Write sql://catalog.schema.table or sql://(SELECT …).',
    });
  }
  const from = fromReference(reference, dialect);
  if (from !== undefined) return { reference, from };
  throw new UserError('DATA_UNSUPPORTED', `${dialect.name} has no such version of a table: ${address}`, {
    fix: 'Remove the part after @, or name an instant if the engine has time travel.',
  });
}

/** The error for a table without rows. */
export function withoutRows(address: string): UserError {
  return new UserError('DATA_INVALID', `${address} has no rows`, {
    fix: 'Check the query or the job that fills the table: a model needs rows to be judged on.',
  });
}

function columnOf([name, sqlType]: readonly [string, string]): TableColumn {
  const type = columnTypeOf(sqlType);
  return type === 'other' ? { name, type, unreadable: `is of the type ${sqlType}` } : { name, type };
}

/** SQL of a column as relations have it: text, or doubles; NULL where it is missing. */
export function relatedSql(name: string, alias: string, { of, engine }: ColumnOwner): string {
  const { dialect } = engine;
  const column = of.table.columns.find((one) => one.name === name);
  const value = `${alias}.${dialect.identifier(name)}`;
  if (column === undefined || column.type === 'other') {
    throw new UserError(
      'DATA_INVALID',
      `column ${name} of ${of.reference.text} ${column?.unreadable ?? 'was not described'}`,
      { fix: 'Name a column of numbers, text, booleans or times.' },
    );
  }
  if (column.type === 'text') return dialect.text(value);
  if (column.type === 'boolean') return `CASE WHEN ${value} THEN 1e0 WHEN NOT ${value} THEN 0e0 END`;
  const isTime = column.type === 'time';
  return dialect.double(isTime ? dialect.epochMs(value, bareType(of.sqlTypes.get(name) ?? '')) : value);
}

/** Whose column it is. */
export interface ColumnOwner {
  readonly of: WarehouseTable;
  readonly engine: SqlEngine;
}

function bareType(sqlType: string): string {
  return (sqlType.toLowerCase().split(/[[(]/, 1)[0] ?? '').trim();
}

/** Numbers of one row. */
export async function askNumbers(
  columns: readonly string[],
  from: string,
  engine: SqlEngine,
): Promise<readonly number[]> {
  const question: Question = {
    sql: `SELECT ${columns.map((sql, at) => `${sql} AS c${at}`).join(', ')} FROM ${from}`,
    kinds: columns.map(() => 'number'),
  };
  const answer: AnswerColumns = await engine.query(question);
  return answer.map(([value]) => (typeof value === 'number' ? value : Number.NaN));
}
