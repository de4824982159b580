import { createHash } from 'node:crypto';
import type { BatchColumn, CsvOptions } from '../../core/domain/table/table.ts';
import type { TableReader } from '../../core/ports/evaluate/table-reader.ts';

/** Values of a column: bytes of doubles in base64, their digest where they are many, or texts. As table_peer.py writes them. */
export interface PeerColumn {
  readonly numbers?: string;
  readonly sha256?: string;
  readonly texts?: readonly (string | null)[];
}

/** As in table_peer.py. */
const MOST_SHOWN = 2000;

/** All values of all columns of a table. */
export async function readColumns(
  tables: TableReader,
  path: string,
  csv: CsvOptions = {},
): Promise<Readonly<Record<string, PeerColumn>>> {
  const table = await tables.describe(path, csv);
  const names = table.columns.map(({ name }) => name);
  const parts = names.map((): BatchColumn[] => []);
  for await (const { columns } of tables.read(table, { columns: names, batchRows: 10_000 })) {
    for (const [at, column] of columns.entries()) parts[at]?.push(copyOf(column));
  }
  return Object.fromEntries(names.map((name, at) => [name, joined(parts[at] ?? [])]));
}

function copyOf(column: BatchColumn): BatchColumn {
  return column.kind === 'text' ? column : { kind: 'numeric', values: column.values.slice() };
}

function joined(parts: readonly BatchColumn[]): PeerColumn {
  if (parts.some(({ kind }) => kind === 'text')) {
    return {
      texts: parts.flatMap(({ values }) => [...values].map((value) => (value === null ? null : String(value)))),
    };
  }
  const numbers = parts.flatMap(({ kind, values }) => (kind === 'numeric' ? [values] : []));
  const bytes = Buffer.concat(numbers.map((values) => bytesOf(values)));
  return bytes.length > 8 * MOST_SHOWN
    ? { sha256: createHash('sha256').update(bytes).digest('hex') }
    : { numbers: bytes.toString('base64') };
}

/** One NaN and one 0, as the peer writes them. */
function bytesOf(values: Float64Array): Buffer {
  return Buffer.from(Float64Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value + 0)).buffer);
}

/** A column as people read it: numbers, texts or a digest. */
export function shownColumn(column: PeerColumn | undefined): unknown {
  if (column?.numbers === undefined) return column?.texts ?? column?.sha256;
  const bytes = Buffer.from(column.numbers, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8));
}
