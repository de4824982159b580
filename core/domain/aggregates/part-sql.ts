import type { Grouping } from '../policy/grouping.ts';
import { DAY_MS } from '../time/day.ts';
import { isFiniteSql, type SqlDialect } from './sql-dialect.ts';

/** Chosen: an interval by 512 parts is as wide as that by rows; 3 % of its width is the standard deviation of that. */
export const MOST_PARTS = 512;

/** A group's value; null for rows without one, which form one group together. */
export type GroupValue = string | number | null;

/** Part of each row. */
export interface PartSql {
  /** SQL after the relation, to give `part` a meaning. */
  readonly join: string;
  readonly part: string;
  readonly parts: number;
}

/** Parts at random, by the number of the row alone: in every run the same. */
export function partOfRow(dialect: SqlDialect): PartSql {
  return { join: '', part: dialect.scatter('row_no', MOST_PARTS), parts: MOST_PARTS };
}

/** SQL of what rows of one group share; NULL for rows without a group. */
export function groupSql(column: string, { kind }: Grouping, isText: boolean): string {
  if (isText) return column;
  const value = kind === 'day' ? `floor(${column} / ${DAY_MS})` : column;
  return `CASE WHEN ${isFiniteSql(column)} THEN ${value} END`;
}

/**
 * Groups as parts, numbered as their values are ordered; of more groups than there are parts several share one, chosen by
 * the group's value, which are as independent of each other as the groups were.
 *
 * @param values All of the groups, or more of them than there are parts.
 */
export function partOfGroup(group: string, values: readonly GroupValue[], dialect: SqlDialect): PartSql {
  if (values.length > MOST_PARTS) {
    return { join: '', part: `mod(${dialect.hash(group)}, ${MOST_PARTS})`, parts: MOST_PARTS };
  }
  const known = values.filter((value) => value !== null).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const parts = Math.max(1, values.length);
  if (known.length === 0) return { join: '', part: '0', parts };
  const rows = known.map((value, part) => [dialect.literal(value), part] as const);
  const join = ` LEFT JOIN ${dialect.numbered(rows, 'known')} ON ${group} = known.value`;
  return { join, part: `COALESCE(known.code, ${known.length})`, parts };
}
