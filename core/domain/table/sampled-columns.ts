import { ColumnCollector } from './column-collector.ts';
import type { ColumnValues } from './column-values.ts';
import type { BatchColumn, FeatureBatch, TableDescription } from './table.ts';

/** Chosen: a distribution function of so many rows is known to 0.002 (99 %, Dvoretzky-Kiefer-Wolfowitz). */
const SAMPLE_ROWS = 500_000;

/** Columns of a random sample of rows: each row is in it with the same probability, in every run the same rows. */
export class SampledColumns {
  readonly #collectors: ReadonlyMap<string, ColumnCollector>;
  /** Of 2³². */
  readonly #share: number;
  #state = 0x2545f491;
  #rows = 0;

  /**
   * @param sampled Columns of the table.
   * @param rows How many rows the table has.
   */
  constructor(
    { columns }: TableDescription,
    { sampled, rows }: { readonly sampled: readonly string[]; readonly rows: number },
  ) {
    const typeOf = (name: string) => columns.find((column) => column.name === name)?.type ?? 'other';
    this.#collectors = new Map(sampled.map((name) => [name, new ColumnCollector(typeOf(name))]));
    this.#share = Math.min(1, SAMPLE_ROWS / rows) * 2 ** 32;
  }

  add(batch: FeatureBatch): void {
    if (this.#collectors.size === 0) return;
    const chosen = this.#choose(batch.rows);
    this.#rows += chosen.length;
    for (const [name, collector] of this.#collectors) {
      const column = batch.columns.get(name);
      if (column !== undefined) collector.add(pick(column, chosen));
    }
  }

  finish(): { readonly rows: number; readonly columns: ReadonlyMap<string, ColumnValues> } {
    const columns = [...this.#collectors].map(([name, collector]) => [name, collector.finish()] as const);
    return { rows: this.#rows, columns: new Map(columns) };
  }

  /** By G. Marsaglia's xorshift generator of 32 bits (J. Stat. Softw. 8, 2003). */
  #choose(rows: number): readonly number[] {
    const chosen: number[] = [];
    let x = this.#state;
    for (let i = 0; i < rows; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      if (x >>> 0 < this.#share) chosen.push(i);
    }
    this.#state = x;
    return chosen;
  }
}

function pick(column: BatchColumn, rows: readonly number[]): BatchColumn {
  if (column.kind === 'text') return { kind: 'text', values: rows.map((row) => column.values[row] ?? null) };
  return { kind: 'numeric', values: Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN) };
}
