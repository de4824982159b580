import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import type { Champion } from '../../../../core/ports/evaluate/champion-finder.ts';
import type { SqlEngine } from '../../../../core/ports/evaluate/sql-engine.ts';
import { checkDriftInWarehouse } from '../../../../core/usecases/drift/check-drift-in-warehouse.ts';
import { identifyTable } from '../../../../core/usecases/evaluate/identify-table.ts';
import { profileDataset } from '../../../../core/usecases/evaluate/profile-dataset.ts';
import { profileTable } from '../../../../core/usecases/evaluate/warehouse-profile.ts';
import { describeTable } from '../../../../core/usecases/evaluate/warehouse-table.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { makeDuckDb } from '../../../../testkit/engines/duckdb.ts';
import { type EngineTables, writeEngineTables } from '../../../../testkit/engines/engine-tables.ts';
import type { StartedEngine } from '../../../../testkit/engines/started-engine.ts';
import { CHAMPION, HASHER, judgeInWarehouse, modelOf } from '../../../../testkit/engines/warehouse-case.ts';

const ROWS = 4000;
const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });
let tables: EngineTables;
let folder: string;
let started: StartedEngine;

beforeAll(async () => {
  ({ tables, folder } = await writeEngineTables(ROWS));
  started = await makeDuckDb(tables, 'in-process');
});
afterAll(async () => {
  await started.stop();
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

const RULES = ['{ metric: roc_auc, max-regression: 0.01 }', '{ metric: log_loss, max: 0.9 }'];

interface Judged {
  readonly dataset?: string;
  readonly evaluate?: string;
  readonly data?: string;
  readonly champion?: Champion;
  readonly engine?: SqlEngine;
}

function judge({
  dataset = 'sql://main.flights',
  evaluate = 'key: id, predictions: { score: p_new, champion: p_old }',
  data = '{ label: late }',
  champion = CHAMPION,
  engine = started.engine,
}: Judged = {}) {
  const config = modelOf({
    warehouse: started.config,
    data,
    evaluate: `{ dataset: ${JSON.stringify(dataset)}, ${evaluate} }`,
    rules: RULES,
  });
  return judgeInWarehouse(config, engine, champion);
}

const query = (where: string) => `sql://(SELECT * FROM main.flights WHERE ${where})`;

describe('scores in another table', () => {
  const joined = 'key: id, predictions: { path: sql://main.scores, champion: "score_{version}" }';

  it('are joined by the key, whatever order and further rows that table has', async () => {
    const [own, other] = [await judge(), await judge({ evaluate: joined })];
    expect(other.evaluation.metrics).toEqual(own.evaluation.metrics);
    expect(other.evaluation.comparisons).toEqual(own.evaluation.comparisons);
    expect(other.evaluation.dataset).toEqual(own.evaluation.dataset);
    expect(own.evaluation.verdict).toBe('pass');
  });

  it('that lack a row give no metrics', async () => {
    const path = 'sql://(SELECT * FROM main.scores WHERE id <> 7)';
    const { evaluation } = await judge({ evaluate: `key: id, predictions: "${path}"` });
    expect(evaluation.metrics[0]).toMatchObject({ value: null, reason: 'the model gave no finite score for 1 rows' });
    expect(evaluation.verdict).not.toBe('pass');
  });

  it.each([
    [
      'two scores of a row',
      'sql://(SELECT * FROM main.scores UNION ALL SELECT * FROM main.scores WHERE id = 7)',
      'sql://main.flights',
    ],
    [
      'two rows of a key',
      'sql://main.scores',
      'sql://(SELECT * FROM main.flights UNION ALL SELECT * FROM main.flights WHERE id = 7)',
    ],
    [
      'a row without a key',
      'sql://main.scores',
      'sql://(SELECT * REPLACE (CASE WHEN id = 7 THEN NULL ELSE id END AS id) FROM main.flights)',
    ],
  ])('are refused for %s', async (_, path, dataset) => {
    const judged = judge({ dataset, evaluate: `key: id, predictions: "${path}"` });
    await expect(judged).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('evaluate.key'),
    });
  });
});

describe('the champion', () => {
  it.each([
    [
      'without a column',
      'key: id, predictions: { score: p_new }',
      CHAMPION,
      /names no column with the champion's scores/,
    ],
    [
      'with a column that is not there',
      'key: id, predictions: { score: p_new, champion: "p_{version}" }',
      CHAMPION,
      /p_1\.0\.0/,
    ],
    [
      'without the version that its column is named for',
      'key: id, predictions: { score: p_new, champion: "p_{version}" }',
      { ...CHAMPION, version: undefined },
      /names no column/,
    ],
    ['with a column of text', 'key: id, predictions: { score: p_new, champion: region }', CHAMPION, /not numeric/],
    [
      'that cannot be read',
      'key: id, predictions: { score: p_new, champion: p_old }',
      { kind: 'unreadable', reason: 'it is lost' },
      /it is lost/,
    ],
  ])('%s makes its rules inconclusive', async (_, evaluate, champion, reason) => {
    const { evaluation } = await judge({ evaluate, champion: champion as Champion });
    expect(evaluation.rules[0]).toMatchObject({ verdict: 'inconclusive', reason: expect.stringMatching(reason) });
    expect(evaluation.rules[1]?.verdict).toBe('pass');
    expect(evaluation.comparisons).toEqual([]);
  });

  it('that was judged on other data may have seen these', async () => {
    const history = { trainedOn: [], registeredAt: '2020-01-01T00:00:00Z', judgedOn: { digest: 'sha256:0', to: null } };
    const { evaluation } = await judge({ champion: { ...CHAMPION, history } as Champion });
    expect(evaluation.rules[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/may have seen/),
    });
    const older = { ...history, registeredAt: '2000-01-01T00:00:00Z' };
    const timed = await judge({
      champion: { ...CHAMPION, history: older } as Champion,
      data: '{ label: late, time: at }',
    });
    expect(timed.evaluation.rules[0]?.verdict).toBe('pass');
  });
});

describe('a dataset', () => {
  it.each([
    ['without rows', { dataset: query('id < 0') }, 'has no rows'],
    [
      'with a label that is missing',
      { dataset: 'sql://(SELECT * REPLACE (CASE WHEN id < 3 THEN NULL ELSE late END AS late) FROM main.flights)' },
      'in 3 rows',
    ],
    ['with a label of text', { data: '{ label: region }' }, 'column region holds text'],
    [
      'with a weight of text',
      { evaluate: 'key: id, weight: region, predictions: { score: p_new }' },
      'column region holds text',
    ],
    [
      'with scores that are texts',
      { evaluate: 'key: id, predictions: { score: region }' },
      'column region is not numeric',
    ],
    [
      'with scores that are no probabilities',
      { evaluate: 'key: id, predictions: { score: delay }' },
      'not a probability',
    ],
  ])('%s is refused', async (_, one, message) => {
    await expect(judge(one)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  it('without a column that is named is refused with what the engine says', async () => {
    await expect(judge({ data: '{ label: "la\\"te" }' })).rejects.toMatchObject({
      code: 'WAREHOUSE_REFUSED',
      message: expect.stringContaining('la"te'),
    });
  });

  it('that changes while it is judged is refused', async () => {
    let asked = 0;
    const changing: SqlEngine = {
      dialect: started.engine.dialect,
      shown: 'changing',
      isRemote: false,
      query: async (question) => {
        const answer = await started.engine.query(question);
        const isIdentity = question.sql.includes('SUM(r.h * r.h)');
        return isIdentity && ++asked > 1 ? answer.map((column) => column.map((one) => Number(one) + 1)) : answer;
      },
    };
    await expect(judge({ engine: changing })).rejects.toMatchObject({ code: 'DATA_MODIFIED' });
  });
});

describe('identifyTable', () => {
  const names = ['id', 'late', 'region', 'amount'];
  const identify = async (address: string) =>
    identifyTable(await describeTable(address, names, started.engine), names, {
      engine: started.engine,
      hasher: HASHER,
    });

  it('gives tables of the same rows the same digest, whatever their order, and others another one', async () => {
    const { digest, origin, warehouse } = await identify('sql://main.flights');
    expect({ origin, warehouse }).toEqual({ origin: 'made', warehouse: { dialect: 'duckdb', identity: 'aggregates' } });
    expect((await identify('sql://(SELECT * FROM main.flights ORDER BY amount)')).digest).toBe(digest);
    const others = [
      query('id > 0'),
      'sql://(SELECT * REPLACE (CASE WHEN id = 9 THEN 1 - late ELSE late END AS late) FROM main.flights)',
      // The same values of each column in other rows.
      `sql://(SELECT * REPLACE (${ROWS - 1} - id AS id) FROM main.flights)`,
      "sql://(SELECT * REPLACE (CASE WHEN region = '' THEN NULL ELSE region END AS region) FROM main.flights)",
    ];
    for (const address of others) expect((await identify(address)).digest, address).not.toBe(digest);
  });
});

describe('profiles', () => {
  const columns = ['delay', 'amount', 'code', 'region', 'is_late', 'weight'];

  it('are those of the same rows in a file', async () => {
    const of = await describeTable('sql://main.flights', [...columns, 'at'], started.engine);
    const found = await profileTable(
      { of, columns: new Map(columns.map((name) => [name, undefined])), time: 'at' },
      started.engine,
    );
    const table = await reader.describe(tables.flights?.file('parquet') ?? '');
    const data = { label: 'late', time: 'at', exclude: [] };
    const file = await profileDataset({ table, data }, { tables: reader, clockMs: () => 0, progress: () => {} });
    expect({ rows: found.rows, from: found.from, to: found.to }).toEqual({
      rows: file.rows,
      from: file.from,
      to: file.to,
    });
    for (const column of found.columns) {
      const other = file.columns.find(({ name }) => name === column.name);
      if (column.kind === 'categorical' || other?.kind !== 'numeric') {
        expect({ ...column, counts: [] }).toEqual({ ...other, counts: [] });
        const counts = other?.kind === 'categorical' ? other.counts : [];
        expect(new Map(column.kind === 'categorical' ? column.counts : [])).toEqual(new Map(counts));
        continue;
      }
      expect({ ...column, quantiles: [] }).toEqual({ ...other, quantiles: [] });
      expect(column.quantiles).toHaveLength(other.quantiles.length);
      expect([column.quantiles[0], column.quantiles.at(-1)]).toEqual([other.quantiles[0], other.quantiles.at(-1)]);
      const range = (other.quantiles.at(-1) ?? 0) - (other.quantiles[0] ?? 0);
      column.quantiles.forEach((value, i) => {
        expect(Math.abs(value - (other.quantiles[i] ?? 0)) / range, `${column.name} ${i}`).toBeLessThan(0.01);
      });
    }
  });

  it('find drift of a window, and none where there is none', async () => {
    const of = await describeTable('sql://main.flights', columns, started.engine);
    const reference = await profileTable(
      { of, columns: new Map(columns.map((name) => [name, undefined])), time: undefined },
      started.engine,
    );
    const config = modelOf({
      warehouse: started.config,
      data: `{ label: late, time: at, features: [${columns.join(', ')}] }`,
      evaluate: '{ dataset: sql://main.flights, key: id }',
      rules: RULES,
      drift: '{ current: sql://main.flights, window: 10d }',
    });
    const check = (shown: string) =>
      checkDriftInWarehouse(
        {
          config,
          drift: config.drift ?? expect.fail('no drift'),
          header: {} as never,
          reference: {
            profile: { dataset: { rows: ROWS }, columns: reference.columns } as never,
            path: 'r',
            digest: 'd',
          },
          current: { shown, absolute: shown },
        },
        started.engine,
      );
    const same = await check('sql://main.flights');
    expect(same).toMatchObject({ verdict: 'no-drift', current: { rows: 800, from: '2001-02-10T00:00:00.000Z' } });
    const shifted = await check(
      'sql://(SELECT * REPLACE (delay + 20 AS delay, CASE WHEN id % 2 = 0 THEN NULL ELSE region END AS region) FROM main.flights)',
    );
    expect(shifted.verdict).toBe('drift');
    const drifted = shifted.columns.filter(({ verdict }) => verdict === 'drift').map(({ name }) => name);
    expect(drifted.sort()).toEqual(['delay', 'region']);
    expect((await check(query('id = 5'))).verdict).toBe('inconclusive');
  });
});
