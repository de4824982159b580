import { unnumbered } from './engine-names.ts';
import { fileList, partitioning, type TableFiles } from './table-scan.ts';

type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** Keys of JSON lines, where the engine's names for columns are not all of them. */
export interface JsonKeys {
  /** Those that the engine names as they are. */
  readonly clear: ReadonlySet<string>;
  /** The others, with why they cannot be read: a clause after the name. */
  readonly unclear: ReadonlyMap<string, string>;
}

const TWICE = 'differs from another key only by upper and lower case';

/**
 * The keys of files whose columns the engine may have renamed: it numbers names that differ by their case alone (`A_1`),
 * and calls one without a name `C0`. null: all names are keys.
 *
 * @param names The names that the engine gives.
 */
export async function jsonKeys(table: TableFiles, names: readonly string[], query: Query): Promise<JsonKeys | null> {
  const known = new Set(names.map((name) => name.toLowerCase()));
  if (!names.some((name) => known.has(unnumbered(name)) || isPlace(name))) return null;
  const objects = `read_json_objects(${fileList(table.files)}, format = 'newline_delimited', ${partitioning(table)})`;
  const found = await query(`SELECT DISTINCT unnest(json_keys(json)) FROM ${objects}`);
  const keys = found.map(([key]) => String(key)).sort();
  const alike = Map.groupBy(keys, (key) => key.toLowerCase());
  const isTwice = (lower: string) => (alike.get(lower)?.length ?? 0) > 1;
  const unclear = new Map<string, string>();
  for (const key of keys) {
    // A key that is written as the engine writes another one may be either of them.
    if (isTwice(key.toLowerCase()) || isTwice(unnumbered(key))) unclear.set(key, TWICE);
    else if (key === '' || (isPlace(key) && alike.has('')))
      unclear.set(key, 'has an empty name, or the placeholder name for one');
  }
  return { clear: new Set(keys.filter((key) => !unclear.has(key))), unclear };
}

function isPlace(name: string): boolean {
  return /^(C\d+(_\d+)*)?$/i.test(name);
}
