/** Format of a table. */
export type TableFormat = 'parquet' | 'csv' | 'jsonl';

const FORMATS: readonly { readonly format: TableFormat; readonly name: RegExp }[] = [
  { format: 'parquet', name: /\.parquet$/i },
  { format: 'csv', name: /\.(csv|tsv)(\.gz|\.zst)?$/i },
  { format: 'jsonl', name: /\.(jsonl|ndjson)(\.gz|\.zst)?$/i },
];

/** Format of a file by its extension; undefined if it is not a table format. */
export function tableFormat(file: string): TableFormat | undefined {
  return FORMATS.find(({ name }) => name.test(file))?.format;
}
