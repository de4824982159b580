import type { LabelSql } from './label-sql.ts';
import type { ScoreRange } from './score-bins.ts';
import { isFiniteSql, type SqlDialect, SUMMED_BELOW, sqlNumber } from './sql-dialect.ts';
import { type Statement, selecting } from './statement.ts';

/** Chosen: a median of the given number of scores places the bins well enough. */
const MEDIAN_ROWS = 20_000;
/** As of rows in memory: what float32 rounding leaves of a sum of probabilities. */
const SUM_TOLERANCE = 1e-3;

/** Columns that are checked before aggregation. */
export interface CheckedColumns {
  readonly from: string;
  /** Number of rows of the dataset. */
  readonly rows: number;
  readonly label: LabelSql;
  readonly weight: string | null;
  readonly time: string | null;
  /** SQL of each model's scores. */
  readonly models: readonly (readonly string[])[];
  readonly decisionThreshold: number;
}

/** Facts about a model's scores. */
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
  /** Rows to which both models gave other scores; 0 for the first model. */
  readonly differing: number;
}

/** Facts about a dataset's rows. */
export interface RowFacts {
  readonly rows: number;
  /** Rows whose label is missing or none of the task. */
  readonly withoutLabel: number;
  /** Rows whose weight is missing, below 0 or not below `SUMMED_BELOW`. */
  readonly withoutWeight: number;
  readonly totalWeight: number;
  readonly meanLabel: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Facts about a dataset's rows and each model's scores. */
export interface DatasetFacts extends RowFacts {
  readonly models: readonly ScoreFacts[];
}

/** The statements that look at everything that can be wrong with labels, weights and scores. */
export interface CheckStatements {
  readonly dataset: Statement<RowFacts>;
  /** One per model. */
  readonly models: readonly Statement<ScoreFacts>[];
}

/** One statement for the dataset and one for each model, so that an engine can work on them at the same time. */
export function checkStatements(columns: CheckedColumns, dialect: SqlDialect): CheckStatements {
  const [own = []] = columns.models;
  return {
    dataset: rowStatement(columns, dialect),
    models: columns.models.map((scores, at) =>
      scoreStatement({ ...columns, scores, compared: at === 0 ? null : own }, dialect),
    ),
  };
}

function rowStatement({ from, label, weight, time }: CheckedColumns, dialect: SqlDialect): Statement<RowFacts> {
  const isWeight = `${weight} >= 0 AND ${weight} < ${sqlNumber(SUMMED_BELOW)}`;
  const columns = [
    'COUNT(*)',
    dialect.countIf(label.isValid),
    weight === null ? 'COUNT(*)' : dialect.countIf(isWeight),
    weight === null ? 'COUNT(*)' : `SUM(CASE WHEN ${isWeight} THEN ${weight} ELSE 0 END)`,
    label.isNumber ? `AVG(CASE WHEN ${label.isValid} THEN ${label.value} END)` : '0',
    time === null ? 'NULL' : `MIN(${time})`,
    time === null ? 'NULL' : `MAX(${time})`,
  ];
  return {
    ...selecting(columns, from),
    read: (answer) => {
      const at = firstRow(answer);
      return {
        rows: at(0),
        withoutLabel: at(0) - at(1),
        withoutWeight: at(0) - at(2),
        totalWeight: at(3),
        meanLabel: at(4),
        fromMs: at(5),
        toMs: at(6),
      };
    },
  };
}

interface CheckedScores extends Pick<CheckedColumns, 'from' | 'decisionThreshold'> {
  readonly scores: readonly string[];
  /** Scores of the other model; null: none. */
  readonly compared: readonly string[] | null;
}

/** Number of columns before those of each score. */
const OF_ALL_SCORES = 4;
const OF_EACH_SCORE = 3;

function scoreStatement(
  { from, scores, compared, decisionThreshold }: CheckedScores,
  dialect: SqlDialect,
): Statement<ScoreFacts> {
  const isDiffering = compared && differingSql(scores, compared);
  const columns = [
    'COUNT(*)',
    isDiffering === null ? '0' : dialect.countIf(isDiffering),
    scores.length === 1 ? '0' : dialect.countIf(sumsWrongly(scores)),
    scores.length === 1 ? dialect.countIf(`${scores[0]} >= ${decisionThreshold}`) : '0',
    ...scores.flatMap((score) => [dialect.countIf(isFiniteSql(score)), `MIN(${score})`, `MAX(${score})`]),
  ];
  return {
    ...selecting(columns, from),
    read: (answer) => {
      const at = firstRow(answer);
      const every = (offset: number) => scores.map((_, score) => at(OF_ALL_SCORES + OF_EACH_SCORE * score + offset));
      const [finite, lowest, highest] = [every(0), every(1), every(2)];
      return {
        differing: at(1),
        unequalSums: at(2),
        decided: at(3),
        missing: finite.reduce((sum, rows) => sum + at(0) - rows, 0),
        least: Math.min(...lowest),
        most: Math.max(...highest),
        ends: lowest.map((least, score) => endsOf(least, highest[score] ?? Number.NaN)),
      };
    },
  };
}

/** Of scores that are all missing: any. */
function endsOf(least: number, most: number): ScoreFacts['ends'][number] {
  return Number.isNaN(least) || Number.isNaN(most) ? { least: 0, most: 1 } : { least, most };
}

/** SQL of whether two models gave a row other scores; NULL or false where one is missing. */
export function differingSql(scores: readonly string[], others: readonly string[]): string {
  return scores.map((score, at) => `${score} <> ${others[at]}`).join(' OR ');
}

/** Reads numbers of an answer of one row; NaN for what is NULL. */
function firstRow(answer: readonly Float64Array[]): (column: number) => number {
  return (column) => answer[column]?.[0] ?? Number.NaN;
}

/** The median of a sample of each model's scores, by column; 0.5 where there is none. */
export function medianStatement(
  { from, rows, models }: Pick<CheckedColumns, 'from' | 'rows' | 'models'>,
  dialect: SqlDialect,
): Statement<readonly (readonly number[])[]> {
  const every = 2 ** Math.max(0, Math.floor(Math.log2(rows / MEDIAN_ROWS)));
  const medians = models.flat().map((score) => dialect.median(score));
  return {
    ...selecting(medians, `${from} WHERE mod(row_no, ${every}) = 0`),
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
  return `${off} > ${SUM_TOLERANCE} AND ${off} < ${sqlNumber(SUMMED_BELOW)}`;
}
