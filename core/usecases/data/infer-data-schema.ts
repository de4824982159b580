import { type AskedColumn, type ColumnFacts, factsQuestion, shapeSql } from '../../domain/data-schema/column-facts.ts';
import { columnValues, isStoredText } from '../../domain/data-schema/column-values.ts';
import type { SchemaValue } from '../../domain/data-schema/data-schema.ts';
import { hasFewValues, type InferredFrom } from '../../domain/data-schema/infer-column.ts';
import { type InferredSchema, inferSchema } from '../../domain/data-schema/infer-schema.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { Relation, RelationEngine } from '../../ports/evaluate/relation-engine.ts';

/** Data that a schema is inferred from. */
export interface SchemaInference {
  readonly table: TableDescription;
  /** Columns of which no value may be written. */
  readonly sensitive: readonly string[];
  /** The column with the time of each row; undefined where none is known. */
  readonly time: string | undefined;
  /** Columns that identify a row; empty where none are known. */
  readonly key: readonly string[];
}

/** An inferred schema, and the number of rows that it was inferred from. */
export interface InferredFromRows extends InferredSchema {
  readonly rows: number;
}

/**
 * Infers a schema from all rows of a table: one pass for the facts, one question per column with few values.
 *
 * @throws {UserError} DATA_INVALID for a file that breaks off, DATA_MODIFIED for one that changed.
 */
export async function inferDataSchema(request: SchemaInference, engine: RelationEngine): Promise<InferredFromRows> {
  const { table, time, key } = request;
  const unread = table.columns.flatMap((column) => (column.type === 'other' ? [column.name] : []));
  const asked = askedColumns(table);
  if (asked.length === 0) {
    const rows = table.form?.rows ?? 0;
    return { rows, ...inferSchema({ rows, columns: [], unread, time, key: [] }) };
  }
  const relation = await engine.relate(
    asked.map(({ as, column }) => ({ as, table: relatedAs(table, asked), column: column.name })),
  );
  try {
    const question = factsQuestion(asked, relation.from);
    const kinds = Array.from({ length: question.width }, () => 'number' as const);
    const answer = await relation.query({ sql: question.sql, kinds });
    const { rows, facts } = question.read(answer.map(([value]) => (typeof value === 'number' ? value : null)));
    const columns: Omit<InferredFrom, 'rows'>[] = [];
    for (const [at, one] of asked.entries()) {
      const known = facts[at];
      if (known === undefined) throw new RangeError('a column without facts');
      const isSensitive = request.sensitive.includes(one.column.name);
      columns.push({
        column: one.column,
        facts: known,
        isSensitive,
        ...(await details(one, known, { relation, isSensitive })),
      });
    }
    return { rows, ...inferSchema({ rows, columns, unread, time, key }) };
  } finally {
    await relation.close();
  }
}

interface Asked extends AskedColumn {
  readonly as: string;
}

function askedColumns(table: TableDescription): readonly Asked[] {
  return table.columns.flatMap((found, index) => {
    if (found.type === 'other') return [];
    // A double does not hold all digits of such numbers: they are compared as text.
    const column = found.isInexact === true ? { ...found, type: 'text' as const } : found;
    const as = `v${index}`;
    const values = columnValues(as, {
      related: column.type,
      declared: found.isInexact === true ? 'integer' : found.type,
      form: table.form,
      isStoredText: isStoredText(found, table.form),
    });
    return [{ column: found, as, values: found.isInexact === true ? { ...values, raw: as } : values }];
  });
}

function relatedAs(table: TableDescription, asked: readonly Asked[]): TableDescription {
  const inexact = new Set(asked.flatMap(({ column }) => (column.isInexact === true ? [column.name] : [])));
  const columns = table.columns.map((column) =>
    inexact.has(column.name) ? { ...column, type: 'text' as const } : column,
  );
  return { ...table, columns };
}

async function details(
  { column, values: { raw } }: Asked,
  facts: ColumnFacts,
  { relation, isSensitive }: { readonly relation: Relation; readonly isSensitive: boolean },
): Promise<Pick<InferredFrom, 'values' | 'shape'>> {
  const ask = async (value: string): Promise<readonly SchemaValue[]> => {
    const kind = column.type === 'text' ? 'text' : 'number';
    const sql = `SELECT DISTINCT ${value} AS c0 FROM ${relation.from} WHERE ${raw} IS NOT NULL ORDER BY c0`;
    const [found = []] = await relation.query({ sql, kinds: [kind] });
    return found.flatMap((one) => one ?? []);
  };
  if (isSensitive) return { values: undefined, shape: undefined };
  if (hasFewValues(column, facts)) return { values: await ask(raw), shape: undefined };
  if (column.type !== 'text' || facts.shapes !== 1) return { values: undefined, shape: undefined };
  const [shape] = await ask(shapeSql(raw));
  return { values: undefined, shape: shape === undefined ? undefined : String(shape) };
}
