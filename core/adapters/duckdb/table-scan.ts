import { UserError } from '../../errors.ts';

const FORMATS: readonly { readonly name: RegExp; readonly reader: string; readonly options: string }[] = [
  { name: /\.parquet$/i, reader: 'read_parquet', options: '' },
  { name: /\.(csv|tsv)(\.gz|\.zst)?$/i, reader: 'read_csv', options: ', sample_size = 100000' },
  { name: /\.(jsonl|ndjson)(\.gz|\.zst)?$/i, reader: 'read_json', options: ", format = 'newline_delimited'" },
];

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path in which no character stands for others. */
export function literalGlob(path: string): string {
  return path.replace(/[*?[]/g, (character) => `[${character}]`);
}

/** Whether a file is of a format that is read. */
export function isTable(file: string): boolean {
  return FORMATS.some(({ name }) => name.test(file));
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * The table function that reads files, by the ending of their names.
 *
 * @param files At least one, of one format; columns are matched by name.
 * @throws {UserError} DATA_UNSUPPORTED for another ending, or several formats at once.
 */
export function scanOf(files: readonly string[]): string {
  const formats = new Set(files.map((file) => FORMATS.find(({ name }) => name.test(file))));
  const [format] = formats;
  if (format === undefined || formats.size > 1) {
    const odd = files.find((file) => !FORMATS.some(({ name }) => name.test(file))) ?? files.join(', ');
    throw new UserError('DATA_UNSUPPORTED', `${odd} is of no known table format`, {
      fix: 'Use files of one format: .parquet, .csv, .tsv, .jsonl or .ndjson (text also as .gz or .zst).',
    });
  }
  // `column=value` folders of a partitioned dataset are columns; those of one file's own path are not.
  const partitions = files.length > 1 ? ', hive_partitioning = true' : '';
  return `${format.reader}([${files.map(literal).join(', ')}], union_by_name = true${partitions}${format.options})`;
}
