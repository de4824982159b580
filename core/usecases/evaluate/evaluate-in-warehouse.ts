import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import type { DatasetFacts } from '../../domain/aggregates/dataset-checks.ts';
import { SUMMED_BELOW } from '../../domain/aggregates/sql-dialect.ts';
import { notAggregated } from '../../domain/evaluation/aggregation-limits.ts';
import { type ChampionHistory, compareData } from '../../domain/evaluation/champion-data.ts';
import { type ResolvedGate, resolveGate } from '../../domain/gate/resolve-gate.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import { columnsToJudge } from '../../domain/policy/model-policy.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';
import { aggregateDataset } from './aggregate-dataset.ts';
import { assembleEvaluation } from './assemble-evaluation.ts';
import type { ChampionDataFinding } from './check-champion-data.ts';
import { factsOf } from './contender-facts.ts';
import type { Evaluation } from './evaluate-candidate.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import type { IdentifiedDataset } from './hash-dataset.ts';
import { identifyTable } from './identify-table.ts';
import { judgeBy, judgeByBase, rebaselined, type ScoredModels, trainingOf, withFinding } from './judge-models.ts';
import type { Rival } from './open-champion.ts';
import { predictionColumns } from './read-predictions.ts';
import type { ScoreTable } from './score-tables.ts';
import { countRows, WarehouseRelations, type WarehouseTables } from './warehouse-relation.ts';
import { describeTable, type WarehouseTable } from './warehouse-table.ts';

/** Dependencies of judging in a warehouse: no table is read and no model is run here. */
export interface WarehousePorts extends Pick<EvaluationPorts, 'champions' | 'hasher' | 'progress' | 'findRebaseline'> {
  readonly engine: SqlEngine;
  /** The profile of the reference. */
  readonly profile: (request: EvaluationRequest, judged: JudgedTables) => Promise<Evaluation['profile']>;
}

/** The dataset that was judged, with what identifies it. */
export interface JudgedTables {
  readonly tables: WarehouseTables;
  readonly identity: IdentifiedDataset;
}

/**
 * Judges a candidate against the champion by aggregates that the engine computes where the data are. The candidate's
 * artifact is known by its bytes; its scores, and the champion's, are columns of a table.
 *
 * @throws {UserError} For what the author has to correct, and for a table that changes while it is judged.
 */
export async function evaluateInWarehouse(request: EvaluationRequest, ports: WarehousePorts): Promise<Evaluation> {
  const gate = resolveGate(request.config, request.rulePlaces);
  refuseRows(request.config, gate);
  const champion = await ports.champions.find(request.championSelector);
  const opened = await openTables(request, champion, ports);
  const names = judgedColumns(request.config);
  const identity = await identifyTable(opened.tables.dataset, names, ports);
  const scored = await aggregate({ request, gate, opened }, ports);
  const compared = withoutSeen({ request, gate, opened }, scored, identity);
  const evaluation = judge({ request, gate, opened }, await rebaselined(compared, identity.digest, ports), identity);
  await expectUnchanged(opened.tables.dataset, { names, identity }, ports);
  return { evaluation, profile: await ports.profile(request, { tables: opened.tables, identity }) };
}

/** @throws {UserError} DATA_UNSUPPORTED for what needs the rows themselves. */
function refuseRows(config: ScoredModelConfig, gate: ResolvedGate): void {
  const left = notAggregated(config, gate);
  if (left.length === 0) return;
  throw new UserError('DATA_UNSUPPORTED', `these cannot be computed in the warehouse: ${left.join(', ')}`, {
    fix: 'Remove them from tidegate.yaml, or evaluate on a file with a sample of the rows.',
  });
}

/** The columns of the dataset that are judged, and the one that identifies its rows. */
function judgedColumns(config: ScoredModelConfig): readonly string[] {
  const { key } = config.evaluate;
  return [...new Set([...columnsToJudge(config), ...(key === undefined ? [] : [key])])];
}

interface OpenedTables {
  readonly tables: WarehouseTables;
  readonly rows: number;
  readonly candidate: ScoreTable;
  readonly champion: ScoreTable | null;
  readonly rival: Rival;
}

async function openTables(
  { config, dataset }: EvaluationRequest,
  found: Champion,
  { engine, progress }: WarehousePorts,
): Promise<OpenedTables> {
  const { key, predictions } = config.evaluate;
  const classes = classesOf(config);
  const own = predictionColumns(config, classes);
  const address = predictions?.path ?? dataset.shown;
  const isOne = address === dataset.shown;
  if (!isOne && key === undefined) throw withoutKey(address);
  const wanted = championColumns(config, found);
  const keys = isOne || key === undefined ? [] : [key];
  const describe = (columns: readonly string[]) => describeTable(address, [...new Set([...keys, ...columns])], engine);
  const scored = isOne ? undefined : await describe(own);
  const judged = await describeTable(dataset.shown, [...judgedColumns(config), ...(isOne ? own : [])], engine);
  const rivals = await rivalOf(found, wanted, describe);
  const merged = rivals.table === undefined ? (scored ?? judged) : withColumns(scored ?? judged, rivals.table);
  const tables = isOne ? { dataset: merged, predictions: merged, key } : { dataset: judged, predictions: merged, key };
  const rows = await countRows(tables, engine);
  progress(`${dataset.shown}: ${formatCount(rows)} rows in ${engine.shown}`);
  const of = (columns: readonly string[]): ScoreTable => ({ table: tables.predictions.table, columns });
  refuseText(tables.predictions, own);
  return {
    tables,
    rows,
    candidate: of(own),
    champion: rivals.table === undefined ? null : of(wanted),
    rival: rivals.rival,
  };
}

function withoutKey(address: string): UserError {
  return new UserError('CONFIG_INVALID', `evaluate.key is missing: ${address} cannot be joined with the dataset`, {
    fix: 'Add evaluate.key, a column of both that identifies a row.',
    place: { file: CONFIG_FILE },
  });
}

function withColumns(table: WarehouseTable, more: WarehouseTable): WarehouseTable {
  const known = new Set(table.table.columns.map(({ name }) => name));
  const columns = [...table.table.columns, ...more.table.columns.filter(({ name }) => !known.has(name))];
  return {
    ...table,
    table: { ...table.table, columns },
    sqlTypes: new Map([...table.sqlTypes, ...more.sqlTypes]),
  };
}

/** @throws {UserError} DATA_INVALID for scores that are not numbers. */
function refuseText({ table, reference }: WarehouseTable, columns: readonly string[]): void {
  const odd = columns.find((name) => isOdd(table, name));
  if (odd === undefined) return;
  throw new UserError('DATA_INVALID', `${reference.text}: column ${odd} is not numeric`, {
    fix: 'Name the column with the scores: evaluate.predictions: { path: sql://…, score: <column> }.',
  });
}

function isOdd({ columns }: WarehouseTable['table'], name: string): boolean {
  const type = columns.find((column) => column.name === name)?.type;
  return type === undefined || type === 'text' || type === 'other' || type === 'time';
}

function classesOf({ task, evaluate }: ScoredModelConfig): readonly string[] | null {
  return task === 'regression' ? null : (evaluate.classes?.map(String) ?? ['0', '1']);
}

/** The columns of the champion's scores; none where nothing names them. */
function championColumns(config: ScoredModelConfig, found: Champion): readonly string[] {
  const { predictions } = config.evaluate;
  if (found.kind !== 'found' || predictions === undefined || !('champion' in predictions)) return [];
  const { champion } = predictions;
  if (champion === undefined || (champion.includes('{version}') && found.version === undefined)) return [];
  const name = champion.replaceAll('{version}', found.version ?? '');
  return predictionColumns(
    { ...config, evaluate: { ...config.evaluate, predictions: { path: predictions.path, score: name } } },
    classesOf(config),
  );
}

interface OpenedRival {
  readonly rival: Rival;
  /** Undefined: it has no scores. */
  readonly table: WarehouseTable | undefined;
}

async function rivalOf(
  found: Champion,
  columns: readonly string[],
  describe: (columns: readonly string[]) => Promise<WarehouseTable>,
): Promise<OpenedRival> {
  const closed = { found, opened: null, predictions: null, scoredBy: null };
  const absent = (absence: Rival['absence']): OpenedRival => ({ rival: { ...closed, absence }, table: undefined });
  if (found.kind === 'none') return absent({ kind: 'none' });
  if (found.kind === 'unreadable') return absent({ kind: 'unreadable', reason: found.reason });
  if (columns.length === 0) {
    const reason = "evaluate.predictions names no column with the champion's scores (champion: score_{version})";
    return absent({ kind: 'unreadable', reason });
  }
  try {
    const table = await describe(columns);
    if (columns.some((name) => isOdd(table.table, name))) {
      return absent({ kind: 'unreadable', reason: `its scores (column ${columns.join(', ')}) are not numeric` });
    }
    return { rival: { ...closed, scoredBy: 'predictions', absence: { kind: 'present' } }, table };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return absent({ kind: 'unreadable', reason: error.message });
  }
}

interface Work {
  readonly request: EvaluationRequest;
  readonly gate: ResolvedGate;
  readonly opened: OpenedTables;
}

async function aggregate({ request, gate, opened }: Work, ports: WarehousePorts): Promise<ScoredModels> {
  const { tables, rows, candidate, champion, rival } = opened;
  const { config } = request;
  const hashed = ports.hasher.hash(request.candidate.path.absolute);
  hashed.catch(() => {});
  const dataset = { table: tables.dataset.table, rows, config, plan: gate, candidate, champion };
  const engine = new WarehouseRelations(tables, ports.engine);
  const { problem, ...aggregated } = await aggregateDataset(dataset, {
    engine,
    explain: async (_, facts) => wrongRows(tables.dataset, config, facts),
  });
  if (aggregated.aggregates.rows !== rows) throw changed(request.dataset.shown);
  ports.progress(`${formatCount(rows)} rows aggregated; computing ${gate.metrics.length} metrics`);
  const facts = await factsOf({ request, ports, own: null, rival }, { rows, sample: NO_ROWS, problem, hashed });
  const contenders = {
    ...facts,
    ...aggregated,
    classes: classesOf(config),
    champion: problem === undefined ? aggregated.aggregates.champion : null,
  };
  return { kind: 'aggregates', contenders };
}

const NO_ROWS = { rows: 0, columns: new Map() };

/** Error in labels or weights: no row can be named there. */
function wrongRows(
  { reference, table }: WarehouseTable,
  config: ScoredModelConfig,
  facts: DatasetFacts | undefined,
): UserError {
  const { label } = config.data;
  const { weight } = config.evaluate;
  const typeOf = (name: string) => table.columns.find((column) => column.name === name)?.type ?? 'other';
  const fix = 'Correct the table, or leave the rows out by a query: sql://(SELECT … WHERE …).';
  const invalid = (what: string) => new UserError('DATA_INVALID', `${reference.text}: ${what}`, { fix });
  if (facts === undefined) {
    const name = weight !== undefined && !['integer', 'real', 'boolean'].includes(typeOf(weight)) ? weight : label;
    return invalid(
      `column ${name} holds ${typeOf(name)}, which is not a ${name === label ? `label of ${config.task}` : 'weight'}`,
    );
  }
  if (facts.withoutLabel > 0) {
    const what = config.task === 'regression' ? `not a number below ${SUMMED_BELOW} in size` : 'none of the task';
    return invalid(`the label ${label} is missing or ${what} in ${formatCount(facts.withoutLabel)} rows`);
  }
  return invalid(
    `the weight ${weight} is missing, below 0 or not below ${SUMMED_BELOW} in ${formatCount(facts.withoutWeight)} rows`,
  );
}

function withoutSeen({ opened }: Work, aggregated: ScoredModels, { digest }: IdentifiedDataset): ScoredModels {
  const { found } = opened.rival;
  const history = found.kind === 'found' ? found.history : undefined;
  return withFinding(
    aggregated,
    history === undefined ? {} : seenBy(history, { digest, from: spanOf(aggregated).from }),
  );
}

/** First and last time of the rows, ISO 8601; null where there is none. */
function spanOf(aggregated: ScoredModels): { readonly from: string | null; readonly to: string | null } {
  if (aggregated.kind !== 'aggregates') throw new RangeError('rows in memory');
  const { fromMs, toMs } = aggregated.contenders.span;
  const at = (ms: number) => (fromMs <= toMs ? new Date(ms).toISOString() : null);
  return { from: at(fromMs), to: at(toMs) };
}

function judge(
  { request, gate, opened }: Work,
  scored: ScoredModels,
  identity: IdentifiedDataset,
): Evaluation['evaluation'] {
  const training = trainingOf(request, scored.contenders);
  const judged = judgeBy(scored, { policy: request.config, gate, training });
  return assembleEvaluation({
    request,
    scored: scored.contenders,
    judged,
    base: judgeByBase(request, scored, undefined),
    dataset: identity,
    table: opened.tables.dataset.table,
    span: spanOf(scored),
    training,
  });
}

/** Rows of a warehouse are not compared with files that a champion was trained on: which it has seen is not known. */
function seenBy(history: ChampionHistory, dataset: Parameters<typeof compareData>[0]): ChampionDataFinding {
  const relation = compareData(dataset, history);
  if (relation === 'same') return {};
  if (relation === 'seen') return { problem: 'it was trained on this dataset' };
  if (relation === 'newer') return { note: 'it was judged on older data; both models are scored on the new data' };
  return { problem: 'it was judged on other data than this table holds now, and may have seen some of its rows' };
}

async function expectUnchanged(
  dataset: WarehouseTable,
  before: { readonly names: readonly string[]; readonly identity: IdentifiedDataset },
  ports: WarehousePorts,
): Promise<void> {
  if (before.identity.warehouse?.identity === 'version') return;
  const after = await identifyTable(dataset, before.names, ports);
  if (after.digest !== before.identity.digest) throw changed(dataset.reference.text);
}

function changed(shown: string): UserError {
  return new UserError('DATA_MODIFIED', `${shown} changed while it was judged`, {
    fix: 'Name a version of the table (sql://table@<snapshot>), or judge when no job writes it.',
  });
}
