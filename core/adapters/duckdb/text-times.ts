import { isOf, mayBe } from './column-types.ts';
import { identifier } from './table-scan.ts';

type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** Chosen: enough rows to see of most columns of text that they are not columns of times. */
const SAMPLE_ROWS = 200;

/**
 * Columns of text whose values are all times with the year first, as in CSV and JSON lines. Rows without a value do not
 * count, and a column without any value is not one of times.
 *
 * @param names Columns of text of the table.
 */
export async function textTimes(from: string, names: readonly string[], query: Query): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const sample = await query(`SELECT ${names.map(identifier).join(', ')} FROM ${from} LIMIT ${SAMPLE_ROWS}`);
  const candidates = names.filter((_, at) => {
    const texts = sample.flatMap((row) => (typeof row[at] === 'string' ? [row[at]] : []));
    return texts.every((text) => mayBe('time', text));
  });
  const times = new Set<string>();
  for (const name of candidates) {
    const column = identifier(name);
    // One other text is enough, and mostly near: a column without values has none either.
    const isOther = `CASE WHEN ${column} IS NULL THEN false ELSE NOT ${isOf(column, 'time')} END`;
    const others = await query(`SELECT 1 FROM ${from} WHERE ${isOther} LIMIT 1`);
    if (others.length > 0) continue;
    const present = await query(`SELECT 1 FROM ${from} WHERE ${column} IS NOT NULL LIMIT 1`);
    if (present.length > 0) times.add(name);
  }
  return times;
}
