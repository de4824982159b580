import { type PlannedColumn, planChecks, relatedTable } from '../../domain/data-schema/check-plan.ts';
import { exampleSql, readExamples } from '../../domain/data-schema/check-statements.ts';
import { percentOf } from '../../domain/data-schema/schema-checks.ts';
import type { Violation } from '../../domain/data-schema/violation.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import type { RelationEngine } from '../../ports/evaluate/relation-engine.ts';
import type { TableReader } from '../../ports/evaluate/table-reader.ts';
import { type DataCheck, withSensitive } from './check-data.ts';

/** A dataset, and the data that a model was trained on. */
export interface DatasetComparison extends DataCheck {
  readonly train: TableDescription;
}

/** Dependencies of the comparison. */
export interface ComparisonPorts {
  readonly engine: RelationEngine;
  readonly tables: Pick<TableReader, 'sharedRows'>;
}

/** Violations, and the number of checks that were made. */
export interface ComparisonResult {
  readonly found: readonly Violation[];
  readonly checks: number;
}

/**
 * Compares a dataset with the training data: rows and keys that both have, and rows that are not newer than the training data.
 *
 * @throws {UserError} DATA_INVALID for a file that breaks off, and where the key or the time is not in the training data.
 */
export async function checkBetween(request: DatasetComparison, ports: ComparisonPorts): Promise<ComparisonResult> {
  const asked = { ...request, schema: withSensitive(request.schema, request.sensitive) };
  const { key, time } = asked.schema;
  const overlap = await overlapOf(asked, ports);
  const ofKeys = key.length === 0 ? [] : await keyOverlap(asked, ports);
  const order = time === undefined ? [] : await timeOrder(asked, time.column, ports);
  return {
    found: [...overlap, ...ofKeys, ...order],
    checks: 1 + (key.length === 0 ? 0 : 1) + (time === undefined ? 0 : 1),
  };
}

async function overlapOf(
  { schema: { across }, table, train }: DatasetComparison,
  { tables }: ComparisonPorts,
): Promise<readonly Violation[]> {
  const count = await tables.sharedRows(table, train);
  if (count === null) {
    const message = 'The dataset and the training data have no column in common.';
    return [{ check: 'overlap', severity: 'fail', count: 0, share: null, message, examples: [] }];
  }
  return beyond('overlap', { count, rows: table.form?.rows ?? count, across, what: 'are in the training data too' });
}

async function keyOverlap(request: DatasetComparison, { tables }: ComparisonPorts): Promise<readonly Violation[]> {
  const {
    schema: { key, across },
    table,
    train,
  } = request;
  const only = (one: TableDescription): TableDescription => ({
    ...one,
    columns: one.columns.filter(({ name }) => key.includes(name)),
  });
  const [own, other] = [only(table), only(train)];
  if (own.columns.length < key.length || other.columns.length < key.length) {
    return [unknownKeys(key, 'is not in both datasets')];
  }
  if ([...own.columns, ...other.columns].some(({ type }) => type === 'other')) {
    return [unknownKeys(key, 'holds values that are not read')];
  }
  const count = await tables.sharedRows(own, other);
  if (count === null) return [unknownKeys(key, 'holds values that are not compared')];
  const what = `have a key (${key.join(', ')}) that the training data have too`;
  return beyond('key-overlap', { count, rows: table.form?.rows ?? count, across, what });
}

function unknownKeys(key: readonly string[], reason: string): Violation {
  const message = `The key (${key.join(', ')}) ${reason}.`;
  return { check: 'key-overlap', severity: 'fail', count: 0, share: null, message, examples: [] };
}

interface SharedRows {
  readonly count: number;
  readonly rows: number;
  readonly across: DataCheck['schema']['across'];
  readonly what: string;
}

function beyond(check: 'overlap' | 'key-overlap', { count, rows, across, what }: SharedRows): readonly Violation[] {
  const share = rows === 0 ? 0 : count / rows;
  if (count === 0 || share <= across.maxOverlap) return [];
  const message = `${formatCount(count)} of ${formatCount(rows)} rows (${percentOf(share)}) ${what}; at most ${percentOf(across.maxOverlap)} may.`;
  return [{ check, severity: across.severity, count, share, message, examples: [] }];
}

async function timeOrder(
  request: DatasetComparison,
  column: string,
  { engine }: ComparisonPorts,
): Promise<readonly Violation[]> {
  const {
    schema: { across },
    table,
    train,
  } = request;
  const newest = await withTime(request, train, engine, async ({ from, query, time }) => {
    const [[found] = []] = await query({
      sql: `SELECT MAX(${time.values.value}) AS c0 FROM ${from}`,
      kinds: ['number'],
    });
    return typeof found === 'number' ? found : undefined;
  });
  if (newest === undefined) {
    const message = `The training data have no time in "${column}", so that the order is not known.`;
    return [{ check: 'time-order', column, severity: 'fail', count: 0, share: null, message, examples: [] }];
  }
  const found = await withTime(request, table, engine, async ({ from, query, time }) => {
    const isEarlier = `${time.values.value} <= ${newest}`;
    const sql = `SELECT CAST(COUNT_IF(${isEarlier}) AS DOUBLE) AS c0, CAST(COUNT(*) AS DOUBLE) AS c1 FROM ${from}`;
    const [[count] = [], [rows] = []] = await query({ sql, kinds: ['number', 'number'] });
    const [at = [], values = []] = await query({ sql: exampleSql(time, isEarlier, from), kinds: ['number', 'text'] });
    return { count: Number(count ?? 0), rows: Number(rows ?? 0), examples: readExamples(time, at, values) };
  });
  if (found === undefined) {
    const message = `The dataset has no time in "${column}", so that the order is not known.`;
    return [{ check: 'time-order', column, severity: 'fail', count: 0, share: null, message, examples: [] }];
  }
  if (found.count === 0) return [];
  const { count, rows, examples } = found;
  const share = count / rows;
  const message = `${formatCount(count)} of ${formatCount(rows)} rows (${percentOf(share)}) are not newer by "${column}" than the newest row of the training data.`;
  return [{ check: 'time-order', column, severity: across.severity, count, share, message, examples }];
}

interface TimedRelation {
  readonly from: string;
  readonly query: Awaited<ReturnType<RelationEngine['relate']>>['query'];
  readonly time: PlannedColumn;
}

/** Undefined where the table does not have the time column. */
async function withTime<Answer>(
  { schema }: DatasetComparison,
  table: TableDescription,
  engine: RelationEngine,
  work: (relation: TimedRelation) => Promise<Answer>,
): Promise<Answer | undefined> {
  const time = planChecks(schema, table).columns.find(({ name }) => name === schema.time?.column);
  if (time === undefined) return undefined;
  const relation = await engine.relate([{ as: time.as, table: relatedTable(table, [time]), column: time.name }]);
  try {
    return await work({ from: relation.from, query: relation.query, time });
  } finally {
    await relation.close();
  }
}
