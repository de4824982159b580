import { type TableFormat, tableFormat } from '../../domain/data/table-format.ts';
import { UserError } from '../../errors.ts';

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path in which no character stands for others. */
export function literalGlob(path: string): string {
  return path.replace(/[*?[]/g, (character) => `[${character}]`);
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * The format of files, by the ending of their names.
 *
 * @param files At least one.
 * @throws {UserError} DATA_UNSUPPORTED for another ending, or several formats at once.
 */
export function formatOf(files: readonly string[]): TableFormat {
  const formats = new Set(files.map((file) => tableFormat(file)));
  const [format] = formats;
  if (format === undefined || formats.size > 1) {
    const odd = files.find((file) => tableFormat(file) === undefined) ?? files.join(', ');
    throw new UserError('DATA_UNSUPPORTED', `${odd} is of no known table format`, {
      fix: 'Use files of one format: .parquet, .csv, .tsv, .jsonl or .ndjson (text also as .gz or .zst).',
    });
  }
  return format;
}

/** The table function that reads files of Parquet or JSON lines; columns are matched by name. */
export function scanOf(files: readonly string[], format: 'parquet' | 'jsonl'): string {
  // `column=value` folders of a partitioned dataset are columns; those of one file's own path are not.
  const partitions = files.length > 1 ? ', hive_partitioning = true' : '';
  // All rows say what the columns are: the first ones would only guess.
  const options = format === 'jsonl' ? ", format = 'newline_delimited', sample_size = -1" : '';
  const reader = format === 'jsonl' ? 'read_json' : 'read_parquet';
  return `${reader}([${files.map(literal).join(', ')}], union_by_name = true${partitions}${options})`;
}
