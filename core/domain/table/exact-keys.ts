import type { ModelPolicy } from '../policy/model-policy.ts';
import { isWrittenAs } from '../text/written-as.ts';
import type { TableColumn, TableDescription } from './table.ts';

/**
 * A table in which columns that are compared, not computed with, are read as text where numbers would not do: long whole
 * numbers (identifiers), of which several would be one double, and labels of a file of text whose declared classes are
 * written as `01`, `1.0` or `True`.
 *
 * @param features Columns that models compute with; they stay numbers.
 */
export function withExactKeys(
  table: TableDescription,
  configs: readonly ModelPolicy[],
  features: readonly string[],
): TableDescription {
  const keys = new Set(configs.flatMap(keysOf));
  const isKey = (name: string) => keys.has(name) && !features.includes(name);
  const isText = (column: TableColumn) =>
    column.isInexact === true
      ? isKey(column.name)
      : !features.includes(column.name) && configs.some((config) => isWrittenLabel(column, config));
  if (!table.columns.some(isText)) return table;
  const columns = table.columns.map((column) => (isText(column) ? { ...column, type: 'text' as const } : column));
  return { ...table, columns };
}

function isWrittenLabel({ name, type, isWritten }: TableColumn, { data, evaluate }: ModelPolicy): boolean {
  const { classes } = evaluate;
  if (isWritten !== true || name !== data.label || classes === undefined) return false;
  return !classes.every((label) => isWrittenAs(type, String(label)));
}

function keysOf({ data, evaluate }: ModelPolicy): readonly string[] {
  const { grouping } = evaluate;
  const group = grouping.kind === 'column' ? [grouping.column] : [];
  return [
    ...group,
    ...(evaluate.key === undefined ? [] : [evaluate.key]),
    ...(evaluate.classes === undefined ? [] : [data.label]),
    ...(evaluate.fairness ?? []).map(({ column }) => column),
    ...evaluate.slices.flatMap((slice) => ('bins' in slice && slice.bins !== undefined ? [] : [slice.column])),
  ];
}
