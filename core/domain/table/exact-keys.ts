import type { ModelPolicy } from '../policy/model-policy.ts';
import type { TableDescription } from './table.ts';

/**
 * A table in which columns of long whole numbers (identifiers) that are compared, not computed with, are read as text: as
 * doubles several of them would be one.
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
  if (!table.columns.some(({ name, isInexact }) => isInexact === true && isKey(name))) return table;
  const columns = table.columns.map((column) =>
    column.isInexact === true && isKey(column.name) ? { ...column, type: 'text' as const } : column,
  );
  return { ...table, columns };
}

function keysOf({ evaluate }: ModelPolicy): readonly string[] {
  const { grouping } = evaluate;
  const group = grouping.kind === 'column' ? [grouping.column] : [];
  return [
    ...group,
    ...evaluate.slices.flatMap((slice) => ('bins' in slice && slice.bins !== undefined ? [] : [slice.column])),
  ];
}
