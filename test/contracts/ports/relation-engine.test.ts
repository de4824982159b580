import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../core/adapters/duckdb/duckdb-table-reader.ts';
import type { TableDescription } from '../../../core/domain/table/table.ts';
import type {
  AnswerKind,
  RelatedColumn,
  Relation,
  RelationMaker,
} from '../../../core/ports/evaluate/relation-engine.ts';
import { WarehouseRelations } from '../../../core/usecases/evaluate/warehouse-relation.ts';
import { describeTable } from '../../../core/usecases/evaluate/warehouse-table.ts';
import { PROJECT_MODULES } from '../../../scripts/project-root.ts';
import { makeDuckDb } from '../../../testkit/engines/duckdb.ts';
import { runSql, writeParquet } from '../../../testkit/write-parquet.ts';
import { useFolders } from './folder-under-test.ts';

const ROWS = [
  { id: 1, delay: 0.1, is_late: true, at: '2001-01-02T03:04:05', region: "O'Brien" },
  { id: 2, delay: -1e300, is_late: false, at: '1969-12-31T23:59:59', region: '-- x' },
  { id: 3, delay: null, is_late: null, at: null, region: null },
] as const;
const TYPES = { id: 'BIGINT', delay: 'DOUBLE', is_late: 'BOOLEAN', at: 'TIMESTAMP', region: 'VARCHAR' } as const;
const SCORE_TYPES = { id: 'BIGINT', score: 'DOUBLE' } as const;
const SCORES = ROWS.map(({ id }) => ({ id, score: id / 8 }));
const NAMES = ['id', 'delay', 'is_late', 'at', 'region'];

interface World {
  readonly maker: RelationMaker;
  /** ROWS. */
  readonly dataset: TableDescription;
  /** Their scores. */
  readonly scores: TableDescription;
  readonly stop: () => Promise<void>;
}

/** What every `RelationMaker` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    let world: World;
    beforeAll(async () => {
      world = await create();
    });
    afterAll(() => world?.stop());

    const all = (): readonly RelatedColumn[] => [
      ...NAMES.map((column) => ({ as: `${column.replace('_', '')}x`, table: world.dataset, column })),
      { as: 'score', table: world.scores, column: 'score' },
    ];
    /** Columns of a relation, with the first one in ascending order. */
    async function rowsOf({ from, query }: Relation, columns: readonly string[], kinds: readonly AnswerKind[]) {
      const selected = columns.map((column, at) => `${column} AS c${at}`).join(', ');
      const answer = await query({ sql: `SELECT ${selected} FROM ${from} ORDER BY ${columns[0]}`, kinds });
      return (answer[0] ?? []).map((_, row) => answer.map((column) => column[row]));
    }
    async function related<Result>(use: (relation: Relation) => Promise<Result>, columns = all()): Promise<Result> {
      const relation = await world.maker.relate(columns);
      try {
        return await use(relation);
      } finally {
        await relation.close();
      }
    }

    it('has numbers, flags and times as doubles, texts as texts and missing values as null, row by row', async () => {
      const kinds = ['number', 'number', 'number', 'number', 'text', 'number'] as const;
      const rows = await related((one) => rowsOf(one, ['idx', 'delayx', 'islatex', 'atx', 'regionx', 'score'], kinds));
      expect(rows).toEqual(
        ROWS.map(({ id, delay, is_late, at, region }) => [
          id,
          delay,
          is_late === null ? null : Number(is_late),
          at === null ? null : Date.parse(`${at}Z`),
          region,
          id / 8,
        ]),
      );
    });

    it('gives each row a whole number, the same in every relation', async () => {
      const numbers = () => related((one) => rowsOf(one, ['idx', 'row_no'], ['number', 'number']));
      const rows = await numbers();
      expect(rows.every(([, number]) => Number.isInteger(number) && Number(number) >= 0)).toBe(true);
      expect(new Set(rows.map(([, number]) => number)).size).toBe(ROWS.length);
      expect(await numbers()).toEqual(rows);
    });

    it('computes in doubles: a sum of whole numbers and one of flags too', async () => {
      const answer = await related(({ query, from }) =>
        query({
          sql: `SELECT SUM(idx) AS c0, SUM(islatex) AS c1, COUNT(*) AS c2 FROM ${from}`,
          kinds: ['number', 'number', 'number'],
        }),
      );
      expect(answer).toEqual([[6], [1], [3]]);
    });

    it('gives an answer without rows as columns without values', async () => {
      const answer = await related(({ query, from }) =>
        query({ sql: `SELECT idx AS c0, regionx AS c1 FROM ${from} WHERE idx < 0`, kinds: ['number', 'text'] }),
      );
      expect(answer).toEqual([[], []]);
    });

    it('makes several relations at a time, and is closed twice as once', async () => {
      const [whole, other] = [await world.maker.relate(all()), await world.maker.relate(all().slice(0, 1))];
      await whole.close();
      await whole.close();
      expect(await rowsOf(other, ['idx'], ['number'])).toEqual([[1], [2], [3]]);
      await other.close();
    });

    it('refuses a column that the table does not have', async () => {
      const relating = world.maker.relate([{ as: 'x', table: world.dataset, column: 'no_such' }]);
      await expect(relating).rejects.toMatchObject({ code: 'DATA_INVALID' });
    });
  });
}

/** Tables of files, whose rows are in the same order. */
async function inFiles(ending: 'csv' | 'parquet'): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-relations-'));
  await writeParquet(folder, {
    'rows.parquet': { types: TYPES, rows: ROWS },
    'scores.parquet': { types: SCORE_TYPES, rows: SCORES },
  });
  for (const name of ending === 'csv' ? ['rows', 'scores'] : []) {
    const file = path.join(folder, name);
    await runSql(`COPY (SELECT * FROM '${file}.parquet') TO '${file}.csv' (HEADER)`);
  }
  const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });
  const described = (name: string) => reader.describe(path.join(folder, `${name}.${ending}`));
  const stop = async () => {
    await reader.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { maker: reader, dataset: await described('rows'), scores: await described('scores'), stop };
}

contract('DuckDbTableReader on Parquet', () => inFiles('parquet'));
contract('DuckDbTableReader on CSV', () => inFiles('csv'));

contract('WarehouseRelations', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidegate-relations-'));
  // In another order: rows are those of the same key.
  const written = { rows: { types: TYPES, rows: ROWS }, scores: { types: SCORE_TYPES, rows: SCORES.toReversed() } };
  await writeParquet(folder, { 'rows.parquet': written.rows, 'scores.parquet': written.scores });
  const file = (name: string) => () => path.join(folder, `${name}.parquet`);
  const started = await makeDuckDb(
    { rows: { types: TYPES, file: file('rows') }, scores: { types: SCORE_TYPES, file: file('scores') } },
    'in-process',
  );
  const dataset = await describeTable(started.address('rows'), NAMES, started.engine);
  const predictions = await describeTable(started.address('scores'), ['id', 'score'], started.engine);
  const stop = async () => {
    await started.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const maker = new WarehouseRelations({ dataset, predictions, key: 'id' }, started.engine);
  return { maker, dataset: dataset.table, scores: predictions.table, stop };
});

describe('DuckDbTableReader, the RelationEngine', () => {
  const folderOf = useFolders();
  const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });
  afterAll(() => reader.close());

  async function sumOf(table: TableDescription, column: string) {
    const { from, query, close } = await reader.relate([{ as: 'x', table, column }]);
    const answer = await query({
      sql: `SELECT SUM(x) AS c0, COUNT(*) AS c1 FROM ${from}`,
      kinds: ['number', 'number'],
    });
    await close();
    return answer.flat();
  }

  it('stores numbers row by row, and copies them', async () => {
    const stored = await reader.store(['a', 'b c']);
    const values = Float64Array.of(1, 10, 2, 20);
    await stored.add(values);
    values.fill(0);
    await stored.add(Float64Array.of(3, 30));
    await stored.add(new Float64Array(0));
    const table = await stored.finish();
    expect(table.columns).toEqual(['a', 'b c'].map((name) => ({ name, type: 'real' })));
    expect([await sumOf(table, 'a'), await sumOf(table, 'b c')]).toEqual([
      [6, 3],
      [60, 3],
    ]);
  });

  it('relates a stored table to one of a file, by the order of their rows', async () => {
    const folder = await folderOf({ 'rows.csv': 'id\n7\n8\n' });
    const table = await reader.describe(path.join(folder, 'rows.csv'));
    const stored = await reader.store(['score']);
    await stored.add(Float64Array.of(0.25, 0.5));
    const columns = [
      { as: 'id', table, column: 'id' },
      { as: 'score', table: await stored.finish(), column: 'score' },
    ];
    const { from, query } = await reader.relate(columns);
    const sql = `SELECT id AS c0, score AS c1 FROM ${from} ORDER BY row_no`;
    expect(await query({ sql, kinds: ['number', 'number'] })).toEqual([
      [7, 8],
      [0.25, 0.5],
    ]);
  });

  it('refuses a file that is another one than was described', async () => {
    const folder = await folderOf({ 'rows.csv': 'id\n7\n8\n' });
    const file = path.join(folder, 'rows.csv');
    const table = await reader.describe(file);
    await writeFile(file, 'id\n7\n8\n9\n');
    await expect(sumOf(table, 'id')).rejects.toMatchObject({ code: 'DATA_MODIFIED' });
  });
});
