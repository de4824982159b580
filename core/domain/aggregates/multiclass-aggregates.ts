import type { CalibrationSums } from '../metrics/calibration.ts';
import type { BinaryAggregates } from './binary-aggregates.ts';
import { CALIBRATION_BINS, emptyCalibration } from './calibration-aggregates.ts';
import type { SqlDialect } from './sql-dialect.ts';
import {
  type Cut,
  EMPTY,
  keySql,
  type ScoredRelation,
  type Statement,
  selecting,
  sizeSql,
  sourceOf,
  stable,
} from './statement.ts';

/** A model's probabilities of several classes, as counts and sums. */
export interface MulticlassAggregates {
  readonly classes: number;
  /** Rows, or their weight, by part, true class and decided class. */
  readonly confusion: Float64Array;
  /** By part. */
  readonly logLoss: Float64Array;
  /** By part, over all classes. */
  readonly squaredError: Float64Array;
  /** Of ten bins of the decided class's probability: the label is whether it is right. */
  readonly calibration: CalibrationSums;
  /** Each class against the rest; empty where nothing is computed from the order of scores. */
  readonly ranked: readonly BinaryAggregates[];
  /** Each class against each other one; empty where nothing is computed from that. */
  readonly pairs: readonly PairAggregates[];
}

/** The rows of two classes, with the scores of the first one. */
export interface PairAggregates {
  readonly of: number;
  readonly against: number;
  readonly ranked: BinaryAggregates;
}

/** A model's probabilities. */
export interface MulticlassScores {
  readonly relation: ScoredRelation;
  /** SQL of each class's probability. */
  readonly scores: readonly string[];
  readonly cut: Cut;
}

type Errors = Pick<MulticlassAggregates, 'logLoss' | 'squaredError'>;

/** Statements that answer with one entry a slice; `ranked` is asked for by class. */
export interface MulticlassStatements {
  readonly confusion: Statement<readonly Float64Array[]>;
  readonly errors: Statement<readonly Errors[]>;
  readonly calibration: Statement<readonly CalibrationSums[]>;
}

/** Statements for what is computed of all classes together. */
export function multiclassStatements(scores: MulticlassScores, dialect: SqlDialect): MulticlassStatements {
  return {
    confusion: confusionStatement(scores, dialect),
    errors: errorStatement(scores, dialect),
    calibration: calibrationStatement(scores, dialect),
  };
}

function highest(scores: readonly string[]): string {
  return `GREATEST(${scores.join(', ')})`;
}

/** The first of the most probable classes. */
function decided(scores: readonly string[]): string {
  const most = highest(scores);
  const cases = scores.slice(0, -1).map((score, of) => `WHEN ${score} = ${most} THEN ${of}`);
  return `CASE ${cases.join(' ')} ELSE ${scores.length - 1} END`;
}

/** The probability of the true class. */
function ofLabel(scores: readonly string[], label: string): string {
  const cases = scores.slice(0, -1).map((score, of) => `WHEN ${label} = ${of} THEN ${score}`);
  return `CASE ${cases.join(' ')} ELSE ${scores.at(-1)} END`;
}

function confusionStatement({ relation, scores, cut }: MulticlassScores, dialect: SqlDialect) {
  const { label, weight, part, parts } = relation;
  const classes = scores.length;
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: part, size: parts },
    { sql: label, size: classes },
    { sql: decided(scores), size: classes },
  ]);
  return {
    ...selecting([dialect.whole(key.sql), sizeSql(weight)], `${sourceOf(cut)} GROUP BY 1`),
    read: ([keys = EMPTY, rows = EMPTY]: readonly Float64Array[]) => {
      const cells = parts * classes ** 2;
      const slices = Array.from({ length: cut.count }, () => new Float64Array(cells));
      keys.forEach((at, i) => {
        slices[Math.floor(at / cells)]?.set([stable(rows[i] ?? 0)], at % cells);
      });
      return slices;
    },
  };
}

function errorStatement({ relation, scores, cut }: MulticlassScores, dialect: SqlDialect) {
  const { label, weight, part, parts } = relation;
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: part, size: parts },
  ]);
  const times = weight === null ? '' : `${weight} * `;
  const own = ofLabel(scores, label);
  const squares = scores.map((score) => `${score} * ${score}`).join(' + ');
  const columns = [
    `SUM(${times}-LN(GREATEST(${Number.EPSILON}, LEAST(1 - ${Number.EPSILON}, ${own}))))`,
    `SUM(${times}(${squares} + 1 - 2 * (${own})))`,
  ];
  return {
    ...selecting([dialect.whole(key.sql), ...columns], `${sourceOf(cut)} GROUP BY 1`),
    read: ([keys = EMPTY, loss = EMPTY, error = EMPTY]: readonly Float64Array[]) => {
      const slices = Array.from({ length: cut.count }, () => ({
        logLoss: new Float64Array(parts),
        squaredError: new Float64Array(parts),
      }));
      keys.forEach((at, i) => {
        slices[Math.floor(at / parts)]?.logLoss.set([stable(loss[i] ?? 0)], at % parts);
        slices[Math.floor(at / parts)]?.squaredError.set([stable(error[i] ?? 0)], at % parts);
      });
      return slices;
    },
  };
}

function calibrationStatement({ relation, scores, cut }: MulticlassScores, dialect: SqlDialect) {
  const { label, weight } = relation;
  const most = highest(scores);
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: `GREATEST(0, CEIL(${most} * ${CALIBRATION_BINS}) - 1)`, size: CALIBRATION_BINS },
  ]);
  const times = weight === null ? '' : `${weight} * `;
  const isRight = `${decided(scores)} = ${label}`;
  const columns = [
    'COUNT(*)',
    sizeSql(weight),
    `SUM(${times}${most})`,
    `SUM(CASE WHEN ${isRight} THEN ${weight ?? '1'} ELSE 0 END)`,
  ];
  return {
    ...selecting([dialect.whole(key.sql), ...columns], `${sourceOf(cut)} GROUP BY 1`),
    read: ([keys = EMPTY, ...sums]: readonly Float64Array[]) => {
      const slices = Array.from({ length: cut.count }, emptyCalibration);
      keys.forEach((at, i) => {
        const {
          rows,
          weight: weights,
          predicted,
          observed,
        } = slices[Math.floor(at / CALIBRATION_BINS)] ?? emptyCalibration();
        for (const [index, to] of [rows, weights, predicted, observed].entries()) {
          to[at % CALIBRATION_BINS] = stable(sums[index]?.[i] ?? 0);
        }
      });
      return slices;
    },
  };
}
