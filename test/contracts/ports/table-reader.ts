import { describe, expect, it } from 'vitest';
import type { TableBatch } from '../../../core/domain/table/table.ts';
import { UserError } from '../../../core/errors.ts';
import type { TableReader } from '../../../core/ports/evaluate/table-reader.ts';

/** A table for the contract: three rows of five columns, in this order. */
export const CONTRACT_ROWS = [
  { id: 1, score: 0.5, city: 'a', at: '2001-01-02T03:04:05', late: true },
  { id: 2, score: null, city: null, at: '2001-01-03T00:00:00', late: false },
  { id: 3, score: -1.25, city: 'b,"c"', at: '2001-01-04T00:00:00', late: null },
] as const;

/** What every `TableReader` keeps. `create` gives a reader and the path of a table with CONTRACT_ROWS. */
export function tableReaderContract(name: string, create: () => Promise<{ reader: TableReader; path: string }>): void {
  describe(name, () => {
    const types = { id: 'integer', score: 'real', city: 'text', at: 'time', late: 'boolean' };

    it('describes the columns', async () => {
      const { reader, path } = await create();
      const { columns } = await reader.describe(path);
      expect(Object.fromEntries(columns.map((column) => [column.name, column.type]))).toEqual(types);
    });

    it('reads the columns in the order asked for, missing values as NaN and null', async () => {
      const { reader, path } = await create();
      const [batch] = await readAll(reader, path, { columns: ['city', 'score', 'late', 'at'], batchRows: 10 });
      expect(batch?.rows).toBe(3);
      expect(batch?.columns.map(({ values }) => [...values])).toEqual([
        ['a', null, 'b,"c"'],
        [0.5, Number.NaN, -1.25],
        [1, 0, Number.NaN],
        CONTRACT_ROWS.map(({ at }) => Date.parse(`${at}Z`)),
      ]);
    });

    it('cuts batches of the size asked for', async () => {
      const { reader, path } = await create();
      const batches = await readAll(reader, path, { columns: ['id'], batchRows: 2 });
      expect(batches.map(({ rows, columns }) => [rows, ...(columns[0]?.values ?? [])])).toEqual([
        [2, 1, 2],
        [1, 3],
      ]);
    });

    it('refuses an unknown column by name, with the nearest one', async () => {
      const { reader, path } = await create();
      const failing = readAll(reader, path, { columns: ['scor'], batchRows: 2 });
      await expect(failing).rejects.toMatchObject({ code: 'DATA_INVALID', fix: expect.stringContaining('"score"') });
    });

    it('reads several times at once, and counts rows above a limit', async () => {
      const { reader, path } = await create();
      const table = await reader.describe(path);
      const options = { columns: ['id'], batchRows: 2 };
      const [first, second] = [0, 1].map(() => reader.read(table, options)[Symbol.asyncIterator]());
      const rows = [await first?.next(), await second?.next(), await first?.next(), await second?.next()];
      expect(rows.map((found) => found?.value.rows)).toEqual([2, 2, 1, 1]);
      expect(await reader.rowsAbove(table, 2)).toBe(3);
      expect(await reader.rowsAbove(table, 3)).toBeNull();
    });

    it('reads a share of the rows, the same ones every time', async () => {
      const { reader, path } = await create();
      const table = await reader.describe(path);
      const idsOf = async (share: number) => {
        const found: unknown[] = [];
        for await (const { columns } of reader.read(table, { columns: ['id'], batchRows: 2, share })) {
          found.push(...(columns[0]?.values ?? []));
        }
        return found;
      };
      const [all, some] = [await idsOf(1), await idsOf(0.5)];
      expect(all).toHaveLength(3);
      // Of the numbers 0, 1 and 2: the first and, scattered by the golden ratio, the last.
      expect(some).toEqual([all[0], all[2]]);
      expect(await idsOf(0.5)).toEqual(some);
      expect(await idsOf(1e-9)).toEqual([all[0]]);
    });

    it('counts the rows that another table has too', async () => {
      const { reader, path } = await create();
      const table = await reader.describe(path);
      expect(await reader.sharedRows(table, table)).toBe(3);
      const renamed = { ...table, columns: table.columns.map(({ name, type }) => ({ name: `${name}2`, type })) };
      expect(await reader.sharedRows(renamed, table)).toBeNull();
    });

    it('says that there is no such table', async () => {
      const { reader, path } = await create();
      await expect(reader.describe(`${path}.missing`)).rejects.toBeInstanceOf(UserError);
    });
  });
}

async function readAll(
  reader: TableReader,
  path: string,
  options: Parameters<TableReader['read']>[1],
): Promise<readonly TableBatch[]> {
  return Array.fromAsync(reader.read(await reader.describe(path), options));
}
