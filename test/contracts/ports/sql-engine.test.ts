import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../../core/adapters/http/http-fetch.ts';
import { TrinoEngine } from '../../../core/adapters/warehouse/trino-engine.ts';
import { DUCKDB_COMMAND } from '../../../core/domain/warehouse/dialects/duckdb.ts';
import type { SqlEngine } from '../../../core/ports/evaluate/sql-engine.ts';
import { openReference } from '../../../core/usecases/evaluate/warehouse-table.ts';
import { makeDuckDb } from '../../../testkit/engines/duckdb.ts';
import { openDatabase } from '../../../testkit/engines/duckdb-in-process.ts';
import { areEnginesWanted, ENGINES } from '../../../testkit/engines/engine-programs.ts';
import { type EngineTables, REGIONS, writeEngineTables } from '../../../testkit/engines/engine-tables.ts';
import { startEngine } from '../../../testkit/engines/start-engine.ts';
import type { StartedEngine } from '../../../testkit/engines/started-engine.ts';
import { serveTrinoProtocol } from '../../../testkit/engines/trino-protocol.ts';

const ROWS = 1001;

let tables: EngineTables;
let folder: string;
beforeAll(async () => {
  ({ tables, folder } = await writeEngineTables(ROWS));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Start = () => Promise<StartedEngine | { readonly absent: string }>;

/** What every `SqlEngine` keeps. `start` gives one with the tables of `writeEngineTables`. */
function contract(name: string, start: Start): void {
  describe(name, { timeout: 900_000 }, () => {
    let started: StartedEngine | undefined;
    let absent = '';
    beforeAll(async () => {
      const found = await start();
      if ('absent' in found) absent = found.absent;
      else started = found;
    }, 900_000);
    afterAll(() => started?.stop());

    /** The engine, and SQL after FROM for the table. */
    function opened({ skip }: { readonly skip: (note: string) => never }): { engine: SqlEngine; flights: string } {
      if (started === undefined) {
        console.log(`Skipped: ${name}: ${absent}`);
        return skip(`${name}: ${absent}`);
      }
      return { engine: started.engine, flights: openReference(started.address('flights'), started.engine).from };
    }

    it('says what it is', (context) => {
      const { engine } = opened(context);
      expect(engine.shown).not.toBe('');
      expect(engine.shown).not.toMatch(/secret/);
    });

    it('gives the columns that were asked for: texts as they are, and missing ones as null', async (context) => {
      const { engine, flights } = opened(context);
      const sql = `SELECT t.id AS c0, t.region AS c1 FROM ${flights} AS t WHERE t.id < ${REGIONS.length}`;
      const [ids = [], regions = []] = await engine.query({ sql, kinds: ['number', 'text'] });
      expect(ids).toHaveLength(REGIONS.length);
      const found = new Map(ids.map((id, at) => [id, regions[at]]));
      expect(REGIONS.map((_, id) => found.get(id))).toEqual(REGIONS);
    });

    it('gives numbers with all their digits, those that are not finite, and none', async (context) => {
      const { engine } = opened(context);
      const { double, literal } = engine.dialect;
      const numbers = [0.1, -1e-300, 1.7976931348623157e308, 2 ** 53, 0];
      const texts = ['NaN', 'Infinity', '-Infinity'];
      const selected = [...numbers, ...texts].map((value) => double(literal(value)));
      const columns = [...selected, `CASE WHEN 1 = 0 THEN ${double('1e0')} END`];
      const sql = `SELECT ${columns.map((one, at) => `${one} AS c${at}`).join(', ')}`;
      const answer = await engine.query({ sql, kinds: columns.map(() => 'number') });
      expect(answer).toEqual([...numbers, ...texts.map(Number), null].map((value) => [value]));
    });

    it('gives an answer without rows as columns without values', async (context) => {
      const { engine, flights } = opened(context);
      const sql = `SELECT t.id AS c0, t.region AS c1 FROM ${flights} AS t WHERE t.id < 0`;
      expect(await engine.query({ sql, kinds: ['number', 'text'] })).toEqual([[], []]);
    });

    it('gives all rows', async (context) => {
      const { engine, flights } = opened(context);
      const [ids = []] = await engine.query({ sql: `SELECT t.id AS c0 FROM ${flights} AS t`, kinds: ['number'] });
      expect(ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: ROWS }, (_, id) => id));
    });

    it('answers several questions at a time, each with its own answer', async (context) => {
      const { engine, flights } = opened(context);
      const asked = [1, 20, 300].map((below) =>
        engine.query({ sql: `SELECT COUNT(*) AS c0 FROM ${flights} AS t WHERE t.id < ${below}`, kinds: ['number'] }),
      );
      expect(await Promise.all(asked)).toEqual([[[1]], [[20]], [[300]]]);
    });

    it('refuses a statement that is wrong, and goes on', async (context) => {
      const { engine, flights } = opened(context);
      for (const sql of [`SELECT t.no_such_column AS c0 FROM ${flights} AS t`, 'SELECT (1 AS c0']) {
        const failing = engine.query({ sql, kinds: ['number'] });
        await expect(failing).rejects.toMatchObject({ code: 'WAREHOUSE_REFUSED', fix: expect.stringMatching(/\.$/) });
      }
      expect(await engine.query({ sql: 'SELECT 1 AS c0', kinds: ['number'] })).toEqual([[1]]);
    });

    it('takes a text for no number', async (context) => {
      const { engine, flights } = opened(context);
      const sql = `SELECT t.region AS c0 FROM ${flights} AS t WHERE t.id = 0`;
      await expect(engine.query({ sql, kinds: ['number'] })).rejects.toMatchObject({
        code: 'WAREHOUSE_ANSWER_INVALID',
      });
    });
  });
}

contract('CommandEngine with a client of DuckDB', () => makeDuckDb(tables, 'client'));
contract('InProcessDuckDb', () => makeDuckDb(tables, 'in-process'));

contract('TrinoEngine with a server of its protocol', async () => {
  const file = await makeDuckDb(tables, 'client');
  const database = await openDatabase(file.database);
  const server = await serveTrinoProtocol(database);
  const engine = new TrinoEngine({
    dialect: DUCKDB_COMMAND,
    url: server.url,
    user: 'tidegate',
    password: 'secret',
    timeoutMs: 60_000,
    fetch: createHttpFetch({}),
    clockMs: () => performance.now(),
    place: { file: 'tidegate.yaml' },
  });
  const stop = async () => {
    await server.stop();
    database.close();
    await file.stop();
  };
  return { ...file, engine, stop };
});

describe.skipIf(!areEnginesWanted())('engines of this machine (run by: npm test -- --engines)', () => {
  for (const name of ENGINES) contract(name, () => startEngine(name, tables));
});
