import { unnumbered } from './engine-names.ts';
import { fileList, type TableFiles } from './table-scan.ts';

type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** A column of files of Parquet. */
export interface ParquetName {
  readonly name: string;
  /** Name in the engine. */
  readonly alias: string;
  /** Why it cannot be read: a clause after its name; undefined: it can. */
  readonly unreadable?: string | undefined;
}

const TWICE = 'differs from another column only by upper and lower case';
/** Column of a file whose name a folder has too, as the engine returns it. */
export const HIDDEN = 'has the name of a folder above the dataset';
/** Chosen by the engine, which makes a double of longer ones, with other values. */
const MOST_DIGITS = 38;

/**
 * The names of columns as the files have them. The engine does not tell upper from lower case: in one file it numbers such
 * columns (`A_1`), of several files it makes them one.
 *
 * @param engine The names that the engine gives, in their order.
 */
export async function parquetNames(
  table: TableFiles,
  engine: readonly string[],
  query: Query,
): Promise<readonly ParquetName[]> {
  const list = fileList(table.files);
  const written = await query(`SELECT name, max(precision) FROM parquet_schema(${list}) GROUP BY name`);
  const long = new Set(written.flatMap(([name, digits]) => (Number(digits) > MOST_DIGITS ? [String(name)] : [])));
  const hidden = new Set(table.partitions.length === 0 ? [] : table.above);
  const problemOf = (name: string) => {
    if (hidden.has(name)) return HIDDEN;
    return long.has(name) ? `holds decimals of more than ${MOST_DIGITS} digits` : undefined;
  };
  const known = new Set([...written.map(([name]) => String(name)), ...table.partitions]);
  const isSure = !areAlike(known) && engine.every((name) => known.has(name));
  if (isSure) return engine.map((name) => ({ name, alias: name, unreadable: problemOf(name) }));
  const files = topNames(await query(`SELECT file_name, name, coalesce(num_children, 0) FROM parquet_schema(${list})`));
  const [first = []] = files;
  if (files.length === 1 && table.partitions.length === 0 && first.length === engine.length) {
    return first.map((name, at) => {
      const unreadable = count(first, name) > 1 ? 'occurs more than once' : problemOf(name);
      return { name, alias: engine[at] ?? name, unreadable };
    });
  }
  return ofSeveral(files, [...table.partitions], new Set(engine)).map((one) => ({
    ...one,
    unreadable: one.unreadable ?? problemOf(one.name),
  }));
}

/** Names of several files: those that differ by case alone are one column for the engine. */
function ofSeveral(
  files: readonly (readonly string[])[],
  partitions: readonly string[],
  engine: ReadonlySet<string>,
): readonly ParquetName[] {
  const names = [...new Set([...files.flat(), ...partitions])];
  const lower = names.map((name) => name.toLowerCase());
  const doubled = new Set([...lower.filter((name) => count(lower, name) > 1), ...files.flatMap(twice)]);
  return names.map((name) => {
    const isDoubled = doubled.has(name.toLowerCase()) || doubled.has(unnumbered(name));
    return { name, alias: name, unreadable: isDoubled || !engine.has(name) ? TWICE : undefined };
  });
}

function areAlike(names: ReadonlySet<string>): boolean {
  return new Set([...names].map((name) => name.toLowerCase())).size < names.size;
}

function count(names: readonly string[], wanted: string): number {
  return names.filter((name) => name === wanted).length;
}

/** Names that a file has twice, in lower case. */
function twice(names: readonly string[]): readonly string[] {
  const lower = names.map((name) => name.toLowerCase());
  return lower.filter((name) => count(lower, name) > 1);
}

/** The names of the columns of each file, of all nodes of their schemas, which are listed before what is in them. */
function topNames(nodes: readonly (readonly unknown[])[]): readonly (readonly string[])[] {
  const files = [...Map.groupBy(nodes, ([file]) => file).values()];
  return files.map((own) => {
    const names: string[] = [];
    for (let at = 1; at < own.length; at = after(own, at)) names.push(String(own[at]?.[1]));
    return names;
  });
}

/** Offset of the node after this one and its content. */
function after(nodes: readonly (readonly unknown[])[], at: number): number {
  let next = at + 1;
  for (let left = Number(nodes[at]?.[2]); left > 0 && next < nodes.length; left--) next = after(nodes, next);
  return next;
}
