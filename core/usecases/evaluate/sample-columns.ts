import { ColumnCollector } from '../../domain/table/column-collector.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { TableReader } from '../../ports/evaluate/table-reader.ts';

/** Chosen: a distribution function of the given number of rows is known to 0.002 (99 %, Dvoretzky-Kiefer-Wolfowitz). */
const SAMPLE_ROWS = 500_000;
const BATCH_ROWS = 100_000;

/** Rows to sample. */
export interface SampledColumns {
  /** Columns of the table. */
  readonly sampled: readonly string[];
  /** Number of rows of the table. */
  readonly rows: number;
}

/** Rows that were drawn. */
export interface SampledRows {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

/** Columns of a random sample of rows: each row is in it with the same probability, in every run the same rows. */
export async function sampleColumns(
  table: TableDescription,
  { sampled, rows }: SampledColumns,
  { tables }: { readonly tables: TableReader },
): Promise<SampledRows> {
  const typeOf = (name: string) => table.columns.find((column) => column.name === name)?.type ?? 'other';
  const collectors = sampled.map((name) => ({ name, collector: new ColumnCollector(typeOf(name)) }));
  let count = 0;
  if (sampled.length === 0) return { rows: 0, columns: new Map() };
  const share = Math.min(1, SAMPLE_ROWS / rows);
  for await (const batch of tables.read(table, { columns: sampled, batchRows: BATCH_ROWS, share })) {
    count += batch.rows;
    for (const [at, { collector }] of collectors.entries()) {
      const column = batch.columns[at];
      if (column !== undefined) collector.add(column);
    }
  }
  return { rows: count, columns: new Map(collectors.map(({ name, collector }) => [name, collector.finish()])) };
}
