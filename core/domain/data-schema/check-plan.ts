import type { TableColumn, TableDescription } from '../table/table.ts';
import { type ColumnValues, columnValues, isStoredText, relatedType } from './column-values.ts';
import type { ColumnSchema, DataSchema } from './data-schema.ts';
import { type RowCheck, rowChecks } from './schema-checks.ts';

/** A column that is there, with all that is checked of it. */
export interface PlannedColumn {
  readonly name: string;
  /** The name in the relation. */
  readonly as: string;
  readonly schema: ColumnSchema;
  /** The column with the type in which the relation has to give it. */
  readonly related: TableColumn;
  readonly values: ColumnValues;
  readonly checks: readonly RowCheck[];
}

/** Checks of a schema on a table that was described. */
export interface CheckPlan {
  readonly columns: readonly PlannedColumn[];
  /** Names of the schema that the table does not have. */
  readonly absent: readonly string[];
  /** Columns that the schema does not name. */
  readonly extra: readonly string[];
  /** Columns that hold what is not read, although the schema declares a type. */
  readonly unreadable: readonly TableColumn[];
}

/** Finds the columns of a schema in a table, and the checks of each. */
export function planChecks(schema: DataSchema, table: TableDescription): CheckPlan {
  const known = new Map(table.columns.map((column) => [column.name, column]));
  const declared = Object.entries(schema.columns);
  const there = declared.flatMap(([name, column]) => {
    const found = known.get(name);
    return found === undefined ? [] : [{ name, schema: column, found }];
  });
  const isRead = ({ found, schema: { type } }: (typeof there)[number]) => found.type !== 'other' && type !== 'other';
  return {
    columns: there.filter(isRead).map(({ name, schema: column, found }, index) => {
      const as = `v${index}`;
      const isCompared = column.unique || schema.key.includes(name);
      const related = { ...found, type: relatedType(found, { declared: column.type, isCompared }) };
      const values = columnValues(as, {
        related: related.type,
        declared: column.type,
        form: table.form,
        isStoredText: isStoredText(found, table.form),
      });
      return { name, as, schema: column, related, values, checks: rowChecks(name, column, values) };
    }),
    absent: declared.flatMap(([name]) => (known.has(name) ? [] : [name])),
    extra: table.columns.flatMap(({ name }) => (Object.hasOwn(schema.columns, name) ? [] : [name])),
    unreadable: there.flatMap(({ found, schema: { type } }) =>
      found.type === 'other' && type !== 'other' ? [found] : [],
    ),
  };
}

/** The table with columns in the types in which a relation has to give them. */
export function relatedTable(table: TableDescription, columns: readonly PlannedColumn[]): TableDescription {
  const changed = new Map(columns.map(({ name, related }) => [name, related]));
  return { ...table, columns: table.columns.map((column) => changed.get(column.name) ?? column) };
}
