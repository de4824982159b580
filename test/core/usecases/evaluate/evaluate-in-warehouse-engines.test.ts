import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDbTableReader } from '../../../../core/adapters/duckdb/duckdb-table-reader.ts';
import type { ScoredModelConfig } from '../../../../core/config/tidegate-config.ts';
import { binaryStatements } from '../../../../core/domain/aggregates/binary-aggregates.ts';
import { binsFor, FINE } from '../../../../core/domain/aggregates/score-bins.ts';
import type { SqlDialect } from '../../../../core/domain/aggregates/sql-dialect.ts';
import { wholeOf } from '../../../../core/domain/aggregates/statement.ts';
import type { RelatedColumn, Relation } from '../../../../core/ports/evaluate/relation-engine.ts';
import { formatReport, readReport } from '../../../../core/reports/read-report.ts';
import { type Evaluation, evaluateCandidate } from '../../../../core/usecases/evaluate/evaluate-candidate.ts';
import { UncheckedOrigins } from '../../../../core/usecases/evaluate/unchecked-origins.ts';
import { WarehouseRelations } from '../../../../core/usecases/evaluate/warehouse-relation.ts';
import { describeTable } from '../../../../core/usecases/evaluate/warehouse-table.ts';
import { PROJECT_MODULES } from '../../../../scripts/project-root.ts';
import { areEnginesWanted, ENGINES } from '../../../../testkit/engines/engine-programs.ts';
import { type EngineTables, writeEngineTables } from '../../../../testkit/engines/engine-tables.ts';
import { startEngine } from '../../../../testkit/engines/start-engine.ts';
import type { StartedEngine } from '../../../../testkit/engines/started-engine.ts';
import {
  CHAMPION,
  HASHER,
  judgeInWarehouse,
  modelOf,
  requestOf,
  type WarehouseCase,
} from '../../../../testkit/engines/warehouse-case.ts';
import { InMemoryChampionFinder } from '../../../../testkit/fakes/in-memory-champion-finder.ts';
import { InMemoryModelRunner } from '../../../../testkit/fakes/in-memory-model-runner.ts';
import { runSql } from '../../../../testkit/write-parquet.ts';

const ROWS = 20_000;
/** Where engines are not wanted the tests are skipped, and say how they are run. */
const HOW = ' (run by: npm test -- --engines)';

const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });
let tables: EngineTables;
let folder: string;
let predictions: string;

beforeAll(async () => {
  ({ tables, folder } = await writeEngineTables(ROWS));
  predictions = await mkdtemp(path.join(tmpdir(), 'tidegate-predictions-'));
});
afterAll(async () => {
  await reader.close();
  for (const made of [folder, predictions]) if (made !== undefined) await rm(made, { recursive: true, force: true });
});

type Case = Omit<WarehouseCase, 'warehouse' | 'evaluate'> & {
  /** Keys of evaluate that files and tables share. */
  readonly shared: string;
  /** Of the table alone. */
  readonly scores: string;
  /** The columns of the scores. */
  readonly columns: { readonly candidate: string; readonly champion: string };
};

const BINARY: Case = {
  data: '{ label: late, features: [amount, code, region] }',
  shared: 'metrics: [roc_auc, average_precision, log_loss, brier_score, accuracy, ece]',
  scores: 'key: id, predictions: { score: p_new, champion: p_old }',
  columns: { candidate: 'p_new', champion: 'p_old' },
  rules: ['{ metric: roc_auc, max-regression: 0.01 }', '{ metric: log_loss, max: 0.9 }'],
};

const CASES: readonly (readonly [string, Case])[] = [
  ['rows that are independent', BINARY],
  [
    'groups by day, slices of texts that are hard to quote, and bins',
    {
      ...BINARY,
      data: '{ label: late, time: at }',
      shared: `${BINARY.shared}, slices: [region, { column: delay, bins: [-100, -15, 0, 100] }, is_late], min-rows: 100`,
      scores: 'predictions: { score: p_new, champion: p_old }',
    },
  ],
  [
    'labels that are booleans, in groups by a date',
    { ...BINARY, data: '{ label: is_late }', shared: `${BINARY.shared}, group: day(day)` },
  ],
  ['weights', { ...BINARY, shared: `${BINARY.shared}, weight: weight` }],
  [
    'several classes with names that are hard to quote',
    {
      ...BINARY,
      task: 'multiclass-classification',
      data: '{ label: kind }',
      shared: `classes: [x, y, "z'; DROP"], metrics: [accuracy, roc_auc_ovr, log_loss, f1_macro]`,
      scores: 'key: id, predictions: { score: v, champion: v }',
      columns: { candidate: 'v', champion: 'v' },
      rules: ['{ metric: roc_auc_ovr, max-regression: 0.01 }'],
    },
  ],
  [
    'numbers',
    {
      ...BINARY,
      task: 'regression',
      data: '{ label: delay }',
      shared: 'metrics: [mae, rmse, r2, pinball_loss]',
      scores: 'key: id, predictions: { prediction: forecast, champion: forecast }',
      columns: { candidate: 'forecast', champion: 'forecast' },
      rules: ['{ metric: mae, max-regression: 1% }'],
    },
  ],
];

const SPARK_CASE: readonly [string, Case] = [
  'groups by day, and slices of texts that are hard to quote',
  {
    ...BINARY,
    data: '{ label: late, time: at }',
    shared: 'metrics: [roc_auc, log_loss], slices: [region], min-rows: 100',
    scores: 'predictions: { score: p_new, champion: p_old }',
  },
];

function inTable({ shared, scores, columns: _, ...rest }: Case, { config, address }: StartedEngine): ScoredModelConfig {
  const dataset = JSON.stringify(address('flights'));
  return modelOf({ ...rest, warehouse: config, evaluate: `{ dataset: ${dataset}, ${scores}, ${shared} }` });
}

/** The same rows in files, aggregated by the engine of this machine. */
async function judgeFiles({ shared, columns, scores: _, ...rest }: Case): Promise<Evaluation> {
  const file = tables.flights?.file('parquet') ?? '';
  const champion = path.join(predictions, `${columns.champion}.parquet`);
  const isRenamed = columns.champion !== columns.candidate;
  const selected = isRenamed ? `${columns.champion} AS ${columns.candidate}` : '*';
  await runSql(`COPY (SELECT ${selected} FROM '${file}') TO '${champion}' (FORMAT parquet)`);
  const name = rest.task === 'regression' ? 'prediction' : 'score';
  const config = modelOf({
    ...rest,
    warehouse: '{ dialect: duckdb, command: "false" }',
    evaluate: `{ dataset: ${file}, predictions: { path: ${file}, ${name}: ${columns.candidate} }, ${shared} }`,
  });
  const request = requestOf(config, { shown: file, absolute: file });
  return evaluateCandidate(
    { ...request, candidate: { kind: 'predictions', path: { shown: file, absolute: file } }, heldRows: 1000 },
    {
      tables: reader,
      engine: reader,
      models: new InMemoryModelRunner({}),
      champions: new InMemoryChampionFinder({
        auto: CHAMPION.kind === 'found' ? { ...CHAMPION, path: champion } : CHAMPION,
      }),
      hasher: HASHER,
      origins: new UncheckedOrigins(HASHER),
      fetchPredictions: async () => {
        throw new Error('no store');
      },
      computationOf: async () => undefined,
      bringData: async () => 'file' as const,
      clockMs: () => 0,
      progress: () => {},
    },
  );
}

type Metrics = Evaluation['evaluation']['metrics'];

const placed = (metrics: Metrics) => metrics.map(({ name, slice, rows }) => ({ name, slice, rows }));
const width = (interval: Metrics[number]['interval'] | undefined) => (interval ? interval.upper - interval.lower : 0);

/** Bins are about the same median, so that what is computed from them is the same; parts are others. */
function expectSameMetrics(own: Metrics, others: Metrics): void {
  expect(placed(own)).toEqual(placed(others));
  for (const [at, { name, value, interval, slice }] of own.entries()) {
    const other = others[at];
    const where = `${name} ${JSON.stringify(slice ?? 'all')}`;
    if (other?.value === null) expect(value, where).toBeNull();
    else expect(value ?? Number.NaN, where).toBeCloseTo(other?.value ?? 0, 4);
    if (width(other?.interval) > 0) expect(width(interval) / width(other?.interval), where).toBeGreaterThan(0.75);
    if (width(other?.interval) > 0) expect(width(interval) / width(other?.interval), where).toBeLessThan(1.33);
  }
}

/** The bins of all rows about a fixed median. */
async function binsOf(relation: Relation, dialect: SqlDialect): Promise<readonly Float64Array[]> {
  const scored = { from: relation.from, label: 'label', weight: null, part: '0', parts: 1 };
  const shape = binsFor({ median: 0.4, least: 0, most: 1 }, FINE);
  const plan = { shape, decisionThreshold: 0.5, isCalibrated: false };
  const { bins } = binaryStatements(
    { relation: scored, score: 'a0', range: { median: 0.4, least: 0, most: 1 }, cut: wholeOf(scored) },
    plan,
    dialect,
  );
  const kinds = Array.from({ length: bins.width }, () => 'number' as const);
  const answer = await relation.query({ sql: bins.sql, kinds });
  const [counted] = bins.read(answer.map((column) => Float64Array.from(column, (one) => Number(one ?? Number.NaN))));
  return counted === undefined ? [] : [counted.fine];
}

/** What needs no server always runs. */
const isWanted = (name: string) => name === 'duckdb' || areEnginesWanted();
const NAMED = ['duckdb' as const, ...ENGINES].map((name) => [isWanted(name) ? name : `${name}${HOW}`, name] as const);

describe.each(NAMED)('a warehouse: %s', { timeout: 900_000 }, (_, name) => {
  let started: StartedEngine | undefined;
  let absent = '';
  beforeAll(async () => {
    if (!isWanted(name)) return;
    const found = await startEngine(name, tables);
    if ('absent' in found) absent = found.absent;
    else started = found;
  }, 900_000);
  afterAll(() => started?.stop());

  /** An engine that cannot be had here is skipped, and the reason is printed and counted. */
  function engineOr({ skip }: { readonly skip: (note: string) => never }): StartedEngine {
    if (started !== undefined) return started;
    console.log(`Skipped: ${name}: ${absent}`);
    return skip(`${name}: ${absent}`);
  }

  // A client of Spark takes seconds to start, and each statement starts one.
  const cases = name === 'spark' ? [SPARK_CASE] : CASES;

  it.skipIf(!isWanted(name)).for(cases)(
    'judges as files of the same rows are judged: %s',
    async ([_, one], context) => {
      const engine = engineOr(context);
      const { evaluation, profile } = await judgeInWarehouse(inTable(one, engine), engine.engine);
      const files = (await judgeFiles(one)).evaluation;
      expect(evaluation.dataset).toMatchObject({ rows: ROWS, warehouse: { dialect: name, identity: 'aggregates' } });
      expect(evaluation.dataset.clusters).toBe(files.dataset.clusters);
      expect(evaluation.dataset.from).toBe(files.dataset.from);
      expectSameMetrics(evaluation.metrics, files.metrics);
      expect(evaluation.verdict).toBe(files.verdict);
      const verdicts = ({ rules }: Evaluation['evaluation']) => rules.map(({ verdict }) => verdict);
      expect(verdicts(evaluation)).toEqual(verdicts(files));
      const written = (text: string) => new TextEncoder().encode(text);
      expect(readReport('evaluation', written(formatReport('evaluation', evaluation)), 'e')).toEqual(evaluation);
      expect(readReport('profile', written(formatReport('profile', profile)), 'p')).toEqual(profile);
    },
  );

  it.skipIf(!isWanted(name))('counts the same rows in each of 65,536 bins as DuckDB', async (context) => {
    const { engine, address } = engineOr(context);
    const dataset = await describeTable(address('flights'), ['id', 'late', 'p_new'], engine);
    const of = (table: RelatedColumn['table']) => [
      { as: 'label', table, column: 'late' },
      { as: 'a0', table, column: 'p_new' },
    ];
    const relations = new WarehouseRelations({ dataset, predictions: dataset, key: 'id' }, engine);
    const file = await reader.describe(tables.flights?.file('parquet') ?? '');
    const relation = await reader.relate(of(file));
    const own = await binsOf(await relations.relate(of(dataset.table)), engine.dialect);
    expect(own).toEqual(await binsOf(relation, reader.dialect));
    expect(own[0]?.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
    await relation.close();
  });
});
