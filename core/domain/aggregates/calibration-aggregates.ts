import type { CalibrationSums } from '../metrics/calibration.ts';
import type { ScoreRange } from './score-bins.ts';
import type { SqlDialect } from './sql-dialect.ts';
import {
  addAt,
  bySlice,
  type Cut,
  EMPTY,
  keySql,
  type ScoredRelation,
  type Statement,
  selecting,
  sizeSql,
  sourceOf,
  stable,
  sumIf,
  typedKey,
} from './statement.ts';

/** Equal bins of the probability that calibration is looked at in. */
export const CALIBRATION_BINS = 10;
/** Scores nearer to 0 or 1 than this are at the end. */
const END = 1e-12;

/** A model's probabilities next to what happened. */
export interface CalibrationAggregates {
  /** Of ten bins of the probability. */
  readonly calibration: CalibrationSums;
  /** The weight of labels 0 and 1 with scores of 0, and with scores of 1. */
  readonly ends: Float64Array;
}

/** A model's scores, with what they are compared with. */
export interface CalibratedScores {
  readonly relation: ScoredRelation;
  /** SQL of the probability of label 1. */
  readonly score: string;
  /** Of all its values. */
  readonly range: ScoreRange;
  readonly cut: Cut;
}

/** Ten bins (from, to] of the probability, and the ends. */
export function calibrationStatement(
  { relation, score, range, cut }: CalibratedScores,
  dialect: SqlDialect,
): Statement<readonly CalibrationAggregates[]> {
  const { label, weight } = relation;
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: `GREATEST(0, CEIL(${score} * ${CALIBRATION_BINS}) - 1)`, size: CALIBRATION_BINS },
  ]);
  const of = (value: string) => (weight === null ? `SUM(${value})` : `SUM(${weight} * ${value})`);
  // Conditions for each row are much of the work, and few models have scores there.
  const ofEnd = (isThere: boolean, end: string) =>
    [0, 1].map((one) => (isThere ? sumIf(`${end} AND ${label} = ${one}`, weight, dialect) : '0'));
  const columns = [
    'COUNT(*)',
    sizeSql(weight),
    of(score),
    of(label),
    ...ofEnd(range.least <= END, `${score} <= ${END}`),
    ...ofEnd(range.most >= 1 - END, `${score} >= 1 - ${END}`),
  ];
  return {
    ...selecting([typedKey(key, dialect), ...columns], `${sourceOf(cut)} GROUP BY 1`),
    read: (answer) => readCalibration(answer, cut),
  };
}

function readCalibration(
  [keys = EMPTY, ...columns]: readonly Float64Array[],
  cut: Cut,
): readonly CalibrationAggregates[] {
  const create = () => ({ calibration: emptyCalibration(), ends: noEnds() });
  return bySlice(cut, create, (slices) => {
    for (let i = 0; i < keys.length; i++) {
      const at = keys[i] ?? 0;
      const slice = slices[Math.floor(at / CALIBRATION_BINS)];
      if (slice === undefined) continue;
      const bin = at % CALIBRATION_BINS;
      const [rows = 0, weight = 0, predicted = 0, observed = 0, ...ends] = columns.map((column) =>
        stable(column[i] ?? 0),
      );
      slice.calibration.rows[bin] = rows;
      slice.calibration.weight[bin] = weight;
      slice.calibration.predicted[bin] = predicted;
      slice.calibration.observed[bin] = observed;
      for (const [end, value] of ends.entries()) addAt(slice.ends, end, value);
    }
  });
}

/** Ten bins without a row. */
export function emptyCalibration(): CalibrationSums {
  const every = () => new Float64Array(CALIBRATION_BINS);
  return { rows: every(), weight: every(), predicted: every(), observed: every() };
}

/** No row at either end. */
export function noEnds(): Float64Array {
  return new Float64Array(4);
}
