import type { ColumnValues } from '../table/column-values.ts';
import { formatCount } from '../text/format-number.ts';
import type { ExampleTable } from './example-table.ts';

/** The champion's values in the order of the candidate's examples, or why they cannot be compared: a clause. */
export type MatchedExamples = { readonly values: ReadonlyMap<string, Float64Array> } | { readonly problem: string };

/**
 * Puts the examples of a champion in the order of the candidate's: both must be the same examples, in the same groups.
 *
 * @param group Column of groups; undefined for independent examples.
 */
export function matchExamples(
  candidate: ExampleTable,
  champion: ExampleTable,
  group: string | undefined,
): MatchedExamples {
  const places = new Map(champion.ids.map((id, row) => [id, row]));
  const rows = candidate.ids.map((id) => places.get(id) ?? -1);
  const added = rows.filter((row) => row === -1).length;
  const gone = champion.ids.length - (rows.length - added);
  if (added + gone > 0) {
    const problem = `its examples are others: ${formatCount(added)} ids of the candidate are not among the champion's, and ${formatCount(gone)} ids of the champion are not among the candidate's`;
    return { problem };
  }
  const moved = group === undefined ? 0 : regrouped(candidate.columns.get(group), champion.columns.get(group), rows);
  if (moved > 0) {
    return { problem: `its examples are grouped otherwise: ${group} is another one in ${formatCount(moved)} examples` };
  }
  const values = [...champion.values].map(([name, own]): [string, Float64Array] => [
    name,
    Float64Array.from(rows, (row) => own[row] ?? Number.NaN),
  ]);
  return { values: new Map(values) };
}

/** Number of examples whose group is another one; where only one table has groups, all. */
function regrouped(own: ColumnValues | undefined, other: ColumnValues | undefined, rows: readonly number[]): number {
  if (own === undefined || other === undefined) return own === other ? 0 : rows.length;
  return rows.filter((row, at) => textAt(own, at) !== textAt(other, row)).length;
}

function textAt(column: ColumnValues, row: number): string {
  if (column.kind === 'categorical') return column.categories[column.codes[row] ?? -1] ?? '';
  const value = column.values[row] ?? Number.NaN;
  return Number.isNaN(value) ? '' : String(value);
}
