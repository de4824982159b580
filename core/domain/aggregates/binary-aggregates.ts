import type { CalibrationSums } from '../metrics/calibration.ts';
import {
  type CalibratedScores,
  type CalibrationAggregates,
  calibrationStatement,
  noEnds,
} from './calibration-aggregates.ts';
import { type BinShape, binCount, binSql, coarseCount, coarseSql, type ScoreRange } from './score-bins.ts';
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

/** Cells of a confusion of two classes. */
export const CONFUSION_CELLS = 4;

/** The scores of one model on rows with label 0 or 1, as counts and sums: whatever the number of rows. */
export interface BinaryAggregates {
  readonly shape: BinShape;
  readonly isWeighted: boolean;
  /** Rows, or their weight, by bin and label: `fine[2 * bin + label]`. */
  readonly fine: Float64Array;
  /** The squares of weights by bin and label; of rows that weigh the same, their number. */
  readonly squares: Float64Array;
  /** Rows, or their weight, by part, label and coarse bin. */
  readonly coarse: Float64Array;
  /** Rows in the same cells, whatever they weigh. */
  readonly coarseRows: Float64Array;
  /** Rows, or their weight, by part, label and decision. */
  readonly confusion: Float64Array;
  /** By part. */
  readonly logLoss: Float64Array;
  /** By part. */
  readonly squaredError: Float64Array;
  /** Of ten bins of the probability; undefined where nothing is computed from it. */
  readonly calibration: CalibrationSums | undefined;
  /** The weight of labels 0 and 1 with scores of 0, and with scores of 1. */
  readonly ends: Float64Array;
}

/** Columns and bins to aggregate. */
export interface BinaryPlan {
  readonly shape: BinShape;
  readonly decisionThreshold: number;
  readonly isCalibrated: boolean;
}

/** A model's scores, with what they are compared with. */
export type BinaryScores = CalibratedScores;

type Parts = Pick<BinaryAggregates, 'coarse' | 'coarseRows' | 'confusion' | 'logLoss' | 'squaredError'>;
type Bins = Pick<BinaryAggregates, 'fine' | 'squares'>;

/** The statements that give a model's aggregates; each answers with one entry a slice. */
export interface BinaryStatements {
  readonly bins: Statement<readonly Bins[]>;
  readonly parts: Statement<readonly Parts[]>;
  readonly calibration: Statement<readonly CalibrationAggregates[]>;
}

/** Statements for the aggregates of one model. */
export function binaryStatements(scores: BinaryScores, plan: BinaryPlan, dialect: SqlDialect): BinaryStatements {
  return {
    bins: binStatement(scores, plan, dialect),
    parts: partStatement(scores, plan, dialect),
    calibration: calibrationStatement(scores, dialect),
  };
}

/** The aggregates of the answers about one slice. */
export function binaryAggregates(
  { shape }: BinaryPlan,
  isWeighted: boolean,
  answers: { readonly bins: Bins; readonly parts: Parts; readonly calibration: CalibrationAggregates | undefined },
): BinaryAggregates {
  const { calibration = { calibration: undefined, ends: noEnds() } } = answers;
  return { shape, isWeighted, ...answers.bins, ...answers.parts, ...calibration };
}

/** Number of rows with label 1, or their weight: labels are 0 and 1, and a product is cheaper than a condition. */
function sumOfOnes({ label, weight }: ScoredRelation): string {
  return weight === null ? `SUM(${label})` : `SUM(${weight} * ${label})`;
}

function binStatement({ relation, score, cut }: BinaryScores, { shape }: BinaryPlan, dialect: SqlDialect) {
  const { label, weight } = relation;
  const bins = binCount(shape);
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: binSql(score, shape), size: bins },
  ]);
  const square = weight === null ? [] : [`SUM(${weight} * ${weight})`, `SUM(${weight} * ${weight} * ${label})`];
  const columns = [sizeSql(weight), sumOfOnes(relation), ...square];
  return {
    ...selecting([typedKey(key, dialect), ...columns], `${sourceOf(cut)} GROUP BY 1`),
    read: ([keys = EMPTY, totals = EMPTY, ones = EMPTY, squares, squaresOfOnes]: readonly Float64Array[]) =>
      bySlice(
        cut,
        () => {
          const fine = new Float64Array(2 * bins);
          return { fine, squares: weight === null ? fine : new Float64Array(2 * bins) };
        },
        (slices) => {
          for (let i = 0; i < keys.length; i++) {
            const at = keys[i] ?? 0;
            const slice = slices[Math.floor(at / bins)];
            if (slice === undefined) continue;
            const to = 2 * (at % bins);
            putBoth(slice.fine, to, totals[i], ones[i]);
            if (squares !== undefined) putBoth(slice.squares, to, squares[i], squaresOfOnes?.[i]);
          }
        },
      ),
  };
}

/** Values of labels 0 and 1 side by side, of the value of both and that of label 1. */
function putBoth(values: Float64Array, at: number, both = 0, ones = 0): void {
  values[at] = stable(Math.max(0, both - ones));
  values[at + 1] = stable(ones);
}

/** No score is so near to 0 or 1 that its logarithm is limited. */
function isAwayFromEnds({ least, most }: ScoreRange): boolean {
  return least >= Number.EPSILON && most <= 1 - Number.EPSILON;
}

function partStatement(
  { relation, score, range, cut }: BinaryScores,
  { shape, decisionThreshold }: BinaryPlan,
  dialect: SqlDialect,
): Statement<readonly Parts[]> {
  const { label, weight, part, parts } = relation;
  const coarse = coarseCount(shape);
  const key = keySql([
    { sql: cut.code, size: cut.count },
    { sql: part, size: parts },
    { sql: coarseSql(score, shape), size: coarse },
  ]);
  const isOne = `${label} = 1`;
  const isDecided = `${score} >= ${decisionThreshold}`;
  const times = weight === null ? '' : `${weight} * `;
  // Without a condition for each row; exact, since one of the products is 0.
  const right = `${label} * ${score} + (1 - ${label}) * (1 - ${score})`;
  // Where a coarse bin begins at the threshold, the bins tell what reaches it.
  const isBinned = shape.decidedFrom !== undefined;
  const columns = [
    sizeSql(weight),
    sumOfOnes(relation),
    ...(isBinned
      ? ['0', '0']
      : [sumIf(isDecided, weight, dialect), sumIf(`${isDecided} AND ${isOne}`, weight, dialect)]),
    `-SUM(${times}LN(${isAwayFromEnds(range) ? right : `GREATEST(${Number.EPSILON}, ${right})`}))`,
    `SUM(${times}(${score} - ${label}) * (${score} - ${label}))`,
    ...(weight === null ? [] : ['COUNT(*)', `SUM(${label})`]),
  ];
  return {
    ...selecting([typedKey(key, dialect), ...columns], `${sourceOf(cut)} GROUP BY 1`),
    read: (answer) =>
      readParts(answer, { cut, parts, coarse, decidedFrom: shape.decidedFrom, isWeighted: weight !== null }),
  };
}

interface PartCells {
  readonly cut: Cut;
  readonly parts: number;
  /** Coarse bins. */
  readonly coarse: number;
  readonly decidedFrom: number | undefined;
  readonly isWeighted: boolean;
}

function readParts(
  [
    keys = EMPTY,
    totals = EMPTY,
    ones = EMPTY,
    decided = EMPTY,
    hits = EMPTY,
    loss = EMPTY,
    error = EMPTY,
    rows = totals,
    rowsOfOnes = ones,
  ]: readonly Float64Array[],
  { cut, parts, coarse, decidedFrom, isWeighted }: PartCells,
): readonly Parts[] {
  const create = (): Parts => {
    const cells = new Float64Array(parts * 2 * coarse);
    return { ...emptySums(parts), coarse: cells, coarseRows: isWeighted ? new Float64Array(cells.length) : cells };
  };
  return bySlice(cut, create, (slices) => {
    for (let i = 0; i < keys.length; i++) {
      const at = keys[i] ?? 0;
      const bin = at % coarse;
      const part = Math.floor(at / coarse) % parts;
      const slice = slices[Math.floor(at / coarse / parts)];
      if (slice === undefined) continue;
      const [all = 0, one = 0] = [totals[i], ones[i]];
      const isUp = decidedFrom !== undefined && bin >= decidedFrom;
      const [up = 0, hit = 0] = decidedFrom === undefined ? [decided[i], hits[i]] : isUp ? [all, one] : [0, 0];
      const [zeroAt, oneAt] = [2 * part * coarse + bin, (2 * part + 1) * coarse + bin];
      slice.coarseRows[zeroAt] = (rows[i] ?? 0) - (rowsOfOnes[i] ?? 0);
      slice.coarseRows[oneAt] = rowsOfOnes[i] ?? 0;
      slice.coarse[zeroAt] = stable(Math.max(0, all - one));
      slice.coarse[oneAt] = stable(one);
      addAt(slice.confusion, 4 * part, Math.max(0, all - one - (up - hit)));
      addAt(slice.confusion, 4 * part + 1, Math.max(0, up - hit));
      addAt(slice.confusion, 4 * part + 2, Math.max(0, one - hit));
      addAt(slice.confusion, 4 * part + 3, hit);
      addAt(slice.logLoss, part, loss[i] ?? 0);
      addAt(slice.squaredError, part, error[i] ?? 0);
    }
    for (const { confusion, logLoss, squaredError } of slices) {
      for (const sums of [confusion, logLoss, squaredError])
        sums.forEach((sum, at) => {
          sums[at] = stable(sum);
        });
    }
  });
}

function emptySums(parts: number): Pick<Parts, 'confusion' | 'logLoss' | 'squaredError'> {
  return {
    confusion: new Float64Array(parts * CONFUSION_CELLS),
    logLoss: new Float64Array(parts),
    squaredError: new Float64Array(parts),
  };
}

/** Number of rows that reach the threshold, by the coarse bins from the one that begins at it; undefined where none begins there. */
export function binnedDecisions({
  coarseRows,
  shape,
}: Pick<BinaryAggregates, 'coarseRows' | 'shape'>): number | undefined {
  const { decidedFrom } = shape;
  if (decidedFrom === undefined) return undefined;
  const bins = coarseCount(shape);
  return coarseRows.reduce((sum, rows, cell) => (cell % bins >= decidedFrom ? sum + rows : sum), 0);
}
