import type { BatchColumn, TableBatch, TableColumn, TableDescription } from '../../core/domain/table/table.ts';
import { nearest } from '../../core/domain/text/nearest.ts';
import { UserError } from '../../core/errors.ts';
import type { ReadOptions, TableReader } from '../../core/ports/evaluate/table-reader.ts';

type Cell = number | string | boolean | null;

/** A table in memory: the type of each column, and rows. */
export interface MemoryTable {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** Tables by path. */
export class InMemoryTableReader implements TableReader {
  readonly #tables: ReadonlyMap<string, MemoryTable>;

  constructor(tables: Readonly<Record<string, MemoryTable>>) {
    this.#tables = new Map(Object.entries(tables));
  }

  async describe(path: string): Promise<TableDescription> {
    const table = this.#tables.get(path);
    if (table === undefined) throw new UserError('DATA_NOT_FOUND', `there is no file ${path}`, { fix: 'Add it.' });
    return { files: [path], columns: table.columns };
  }

  async rowsAbove({ files }: TableDescription, limit: number): Promise<number | null> {
    const rows = this.#tables.get(files[0] ?? '')?.rows.length ?? 0;
    return rows > limit ? rows : null;
  }

  async sharedRows(table: TableDescription, other: TableDescription): Promise<number | null> {
    const known = new Set(other.columns.map(({ name }) => name));
    const shared = table.columns.map(({ name }) => name).filter((name) => known.has(name));
    const keys = ({ files }: TableDescription) =>
      (this.#tables.get(files[0] ?? '')?.rows ?? []).map((row) => JSON.stringify(shared.map((name) => row[name])));
    const found = new Set(keys(other));
    return shared.length === 0 ? null : keys(table).filter((key) => found.has(key)).length;
  }

  async *read({ files }: TableDescription, { columns, batchRows, share = 1 }: ReadOptions): AsyncIterable<TableBatch> {
    const table = this.#tables.get(files[0] ?? '');
    if (table === undefined) throw new Error('read before describe');
    const wanted = columns.map((name) => {
      const found = table.columns.find((column) => column.name === name);
      if (found !== undefined) return found;
      const near = nearest(
        name,
        table.columns.map((column) => column.name),
      );
      throw new UserError('DATA_INVALID', `the table has no column "${name}"`, { fix: `Did you mean "${near}"?` });
    });
    const all = table.rows.filter((_, row) => share >= 1 || (row * 2_654_435_761) % 2 ** 32 < share * 2 ** 32);
    for (let from = 0; from < all.length; from += batchRows) {
      const rows = all.slice(from, from + batchRows);
      yield { rows: rows.length, columns: wanted.map((column) => columnOf(column, rows)) };
    }
  }
}

function columnOf({ name, type }: TableColumn, rows: MemoryTable['rows']): BatchColumn {
  const cells = rows.map((row) => row[name] ?? null);
  if (type === 'text') return { kind: 'text', values: cells.map((cell) => (cell === null ? null : String(cell))) };
  return { kind: 'numeric', values: Float64Array.from(cells, (cell) => numberOf(cell, type)) };
}

function numberOf(cell: Cell, type: TableColumn['type']): number {
  if (cell === null) return Number.NaN;
  return type === 'time' ? Date.parse(`${String(cell)}Z`) : Number(cell);
}
