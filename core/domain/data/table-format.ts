/** What a table is written in. */
export type TableFormat = 'parquet' | 'csv' | 'jsonl';

const FORMATS: readonly { readonly format: TableFormat; readonly name: RegExp }[] = [
  { format: 'parquet', name: /\.parquet$/i },
  { format: 'csv', name: /\.(csv|tsv)(\.gz|\.zst)?$/i },
  { format: 'jsonl', name: /\.(jsonl|ndjson)(\.gz|\.zst)?$/i },
];

/** What a file is written in, by the ending of its name; undefined where that is no table's. */
export function tableFormat(file: string): TableFormat | undefined {
  return FORMATS.find(({ name }) => name.test(file))?.format;
}
