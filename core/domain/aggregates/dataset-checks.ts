import type { LabelSql } from './label-sql.ts';
import type { ScoreRange } from './score-bins.ts';
import { isFiniteSql, type SqlDialect } from './sql-dialect.ts';
import type { Statement } from './statement.ts';

/** Chosen: a median of so many scores places the bins well enough. */
const MEDIAN_ROWS = 20_000;
/** As of rows in memory: what float32 rounding leaves of a sum of probabilities. */
const SUM_TOLERANCE = 1e-3;

/** What is looked at before anything is aggregated. */
export interface CheckedColumns {
  readonly from: string;
  /** How many rows the dataset has. */
  readonly rows: number;
  readonly label: LabelSql;
  readonly weight: string | null;
  readonly time: string | null;
  /** SQL of each model's scores. */
  readonly models: readonly (readonly string[])[];
  readonly decisionThreshold: number;
}

/** What a model's scores are. */
export interface ScoreFacts {
  /** Numbers that are missing or not finite. */
  readonly missing: number;
  readonly least: number;
  readonly most: number;
  /** Of each column, the lowest score and the highest. */
  readonly ends: readonly Pick<ScoreRange, 'least' | 'most'>[];
  /** Of one column: rows whose score reaches the decision threshold. */
  readonly decided: number;
  /** Rows whose probabilities do not sum to 1; 0 for one column. */
  readonly unequalSums: number;
}

/** What a dataset's rows are. */
export interface DatasetFacts {
  readonly rows: number;
  /** Rows whose label is missing or none of the task. */
  readonly withoutLabel: number;
  /** Rows whose weight is missing, infinite or below 0. */
  readonly withoutWeight: number;
  readonly totalWeight: number;
  /** Rows to which both models gave other scores; 0 without a champion. */
  readonly differing: number;
  readonly meanLabel: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly models: readonly ScoreFacts[];
}

/** One scan for all that can be wrong with labels, weights and scores. */
export function checkStatement(columns: CheckedColumns): Statement<DatasetFacts> {
  const { from, label, weight, time, models, decisionThreshold } = columns;
  const count = (condition: string) => `COUNT(CASE WHEN ${condition} THEN 1 END)`;
  const [own = [], rival] = models;
  const fixed = [
    'COUNT(*)',
    count(label.isValid),
    weight === null ? '0' : count(`${weight} >= 0 AND ${weight} < 1e308`),
    weight === null ? 'COUNT(*)' : `SUM(CASE WHEN ${weight} >= 0 AND ${weight} < 1e308 THEN ${weight} ELSE 0 END)`,
    rival === undefined ? '0' : count(own.map((score, at) => `${score} <> ${rival[at]}`).join(' OR ')),
    label.isNumber ? `AVG(CASE WHEN ${label.isValid} THEN ${label.value} END)` : '0',
    time === null ? 'NULL' : `MIN(${time})`,
    time === null ? 'NULL' : `MAX(${time})`,
  ];
  const ofModel = (scores: readonly string[]) => [
    scores.length === 1 ? '0' : count(sumsWrongly(scores)),
    scores.length === 1 ? count(`${scores[0]} >= ${decisionThreshold}`) : '0',
    ...scores.flatMap((score) => [count(isFiniteSql(score)), `MIN(${score})`, `MAX(${score})`]),
  ];
  const selected = [...fixed, ...models.flatMap(ofModel)].map((sql, at) => `${sql} AS c${at}`);
  return {
    sql: `SELECT ${selected.join(', ')} FROM ${from}`,
    read: (answer) => {
      const numbers = answer.map((column) => column[0] ?? Number.NaN);
      return readFacts(numbers, columns);
    },
  };
}

/** The median of a sample of each model's scores, by column; 0.5 where there is none. */
export function medianStatement(
  { from, rows, models }: Pick<CheckedColumns, 'from' | 'rows' | 'models'>,
  dialect: SqlDialect,
): Statement<readonly (readonly number[])[]> {
  const every = 2 ** Math.max(0, Math.floor(Math.log2(rows / MEDIAN_ROWS)));
  const medians = models.flat().map((score, at) => `${dialect.median(score)} AS c${at}`);
  return {
    sql: `SELECT ${medians.join(', ')} FROM ${from} WHERE mod(row, ${every}) = 0`,
    read: (answer) => {
      const found = answer.map((column) => column[0] ?? Number.NaN);
      let at = 0;
      return models.map((scores) => scores.map(() => found[at++] ?? Number.NaN));
    },
  };
}

/** Rows without a number sum to none. */
function sumsWrongly(scores: readonly string[]): string {
  const off = `ABS(${scores.join(' + ')} - 1)`;
  return `${off} > ${SUM_TOLERANCE} AND ${off} < 1e308`;
}

function readFacts(numbers: readonly number[], { weight, models }: CheckedColumns): DatasetFacts {
  const [rows = 0, labelled = 0, weighed = 0, totalWeight = 0, differing = 0, meanLabel = 0, fromMs, toMs, ...rest] =
    numbers;
  let at = 0;
  const facts = models.map((scores): ScoreFacts => {
    const [unequalSums = 0, decided = 0, ...own] = rest.slice(at, at + 2 + 3 * scores.length);
    at += 2 + 3 * scores.length;
    const every = (offset: number) => scores.map((_, column) => own[3 * column + offset] ?? Number.NaN);
    return {
      missing: every(0).reduce((sum, finite) => sum + rows - finite, 0),
      least: Math.min(...every(1)),
      most: Math.max(...every(2)),
      ends: scores.map((_, column) => ({ least: own[3 * column + 1] ?? 0, most: own[3 * column + 2] ?? 1 })),
      unequalSums,
      decided,
    };
  });
  return {
    rows,
    withoutLabel: rows - labelled,
    withoutWeight: weight === null ? 0 : rows - weighed,
    totalWeight,
    differing,
    meanLabel,
    fromMs: fromMs ?? Number.NaN,
    toMs: toMs ?? Number.NaN,
    models: facts,
  };
}
