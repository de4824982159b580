import type { ModelPolicy } from '../policy/model-policy.ts';
import type { TableColumnType } from '../table/table.ts';
import { isFiniteSql, type SqlDialect } from './sql-dialect.ts';

/** SQL of a label. */
export interface LabelSql {
  /** The number itself, 0 or 1, or the index of the class. */
  readonly value: string;
  /** True if it is such a label. */
  readonly isValid: string;
  /** True if it is any number, and no class. */
  readonly isNumber: boolean;
}

/** A column of labels. */
export interface LabelColumn {
  /** SQL: text for a column of text, else a double. */
  readonly raw: string;
  readonly type: TableColumnType;
}

/** A label as aggregates take it; undefined where the column cannot hold labels of the task at all. */
export function labelSql(
  { raw, type }: LabelColumn,
  { task, evaluate }: ModelPolicy,
  dialect: SqlDialect,
): LabelSql | undefined {
  if (type === 'time') return undefined;
  const classes = evaluate.classes?.map(String);
  if (task === 'regression') {
    return type === 'text' || type === 'boolean'
      ? undefined
      : { value: raw, isValid: isFiniteSql(raw), isNumber: true };
  }
  if (classes === undefined) {
    if (task !== 'binary-classification' || type === 'text') return undefined;
    return { value: raw, isValid: `${raw} * (${raw} - 1) = 0`, isNumber: false };
  }
  const cases = classes.flatMap((name, index) => {
    const value = literalOf(name, type, dialect);
    return value === undefined ? [] : [`WHEN ${raw} = ${value} THEN ${index}`];
  });
  if (cases.length === 0) return undefined;
  const value = `CASE ${cases.join(' ')} END`;
  return { value, isValid: `${value} IS NOT NULL`, isNumber: false };
}

/** The value of a column that is written as a class's name; undefined: none is. */
function literalOf(name: string, type: TableColumnType, dialect: SqlDialect): string | undefined {
  if (type === 'text') return dialect.literal(name);
  if (type === 'boolean') return name === 'true' ? '1' : name === 'false' ? '0' : undefined;
  const number = Number(name);
  return String(number) === name && Number.isFinite(number) ? dialect.literal(number) : undefined;
}
