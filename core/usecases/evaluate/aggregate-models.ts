import type { AggregatedModel } from '../../domain/aggregates/aggregated-rows.ts';
import type { AggregationPlan } from '../../domain/aggregates/aggregation-plan.ts';
import {
  type BinaryAggregates,
  binaryAggregates,
  binaryStatements,
  binnedDecisions,
} from '../../domain/aggregates/binary-aggregates.ts';
import { BinaryModel } from '../../domain/aggregates/binary-model.ts';
import { isOfErrorOrder } from '../../domain/aggregates/error-order.ts';
import { multiclassStatements } from '../../domain/aggregates/multiclass-aggregates.ts';
import { MulticlassModel } from '../../domain/aggregates/multiclass-model.ts';
import type { PopulationCounts } from '../../domain/aggregates/population-aggregates.ts';
import { errorScale, regressionStatement } from '../../domain/aggregates/regression-aggregates.ts';
import { RegressionModel } from '../../domain/aggregates/regression-model.ts';
import { type BinShape, binsFor, type ScoreRange } from '../../domain/aggregates/score-bins.ts';
import type { Cut, ScoredRelation, Statement } from '../../domain/aggregates/statement.ts';
import type { Asking } from './asking.ts';
import { orderErrors } from './order-errors.ts';

/** A model's scores in a relation. */
export interface ModelColumns {
  /** SQL: one score, or one of each class. */
  readonly scores: readonly string[];
  /** Range of each score. */
  readonly ranges: readonly ScoreRange[];
  /** Of one score: how many rows reach the decision threshold. */
  readonly decided: number;
  /** Why the model has no metrics: a clause; null where it has. */
  readonly problem: string | null;
}

/** Rows of which a model's scores are aggregated. */
export interface ModelRows {
  readonly relation: ScoredRelation;
  readonly cut: Cut;
  readonly plan: AggregationPlan;
  readonly bins: Pick<BinShape, 'last' | 'perCoarse'>;
  /** About the mean label. */
  readonly centre: number;
  /**
   * One entry a slice; asked for at the first call, if cells do not tell.
   *
   * @param cells Of the same rows.
   */
  readonly countRows: (cells?: readonly BinaryAggregates[]) => Promise<readonly PopulationCounts[]>;
}

/** The aggregates of one model, one entry a slice. */
export async function aggregateModel(
  model: ModelColumns,
  rows: ModelRows,
  asking: Asking,
): Promise<readonly AggregatedModel[]> {
  if (rows.plan.classes === 1) return aggregateRegression(model, rows, asking);
  return rows.plan.classes === 2 ? aggregateBinary(model, rows, asking) : aggregateMulticlass(model, rows, asking);
}

const ANY_RANGE: ScoreRange = { median: 0.5, least: 0, most: 1 };

function problemOf({ problem }: ModelColumns, { sizes }: PopulationCounts): string | null {
  return problem ?? (sizes.total > 0 ? null : 'all rows weigh 0');
}

async function aggregateRegression(model: ModelColumns, rows: ModelRows, asking: Asking) {
  const { relation, cut, centre, plan } = rows;
  const [prediction = 'NULL'] = model.scores;
  const statement = regressionStatement({ relation, cut, centre, prediction }, plan.metrics, asking.dialect);
  const found = model.problem === null ? await asking.ask(statement) : statement.read([]);
  const counts = await rows.countRows();
  const models: RegressionModel[] = [];
  for (const [slice, sums] of found.entries()) {
    const count = countAt(counts, slice);
    const problem = problemOf(model, count);
    const { sizes } = count;
    const isOrdered = problem === null && plan.metrics.some(isOfErrorOrder);
    const scale = errorScale(sums, sizes);
    const ordered = { relation, cut, slice, prediction, scale };
    const order = isOrdered ? await orderErrors(ordered, { rows: count.rows, total: sizes.total }, asking) : undefined;
    models.push(new RegressionModel(sums, { sizes, problem, order }));
  }
  return models;
}

async function aggregateBinary(model: ModelColumns, rows: ModelRows, asking: Asking) {
  const [score = 'NULL'] = model.scores;
  const [range = ANY_RANGE] = model.ranges;
  const isMissing = model.problem !== null;
  const scored = { score, range, relation: rows.relation, isMissing };
  const found = await decidedOf(scored, model.decided, rows, asking);
  const counts = await rows.countRows(isMissing ? undefined : found);
  return found.map((ranked, at) => {
    const count = countAt(counts, at);
    const [negatives = 0, positives = 0] = count.labelRows;
    const known = { sizes: count.sizes, rowsOf: { positives, negatives }, problem: problemOf(model, count) };
    return new BinaryModel({ confusion: ranked.confusion, ranked }, known);
  });
}

interface RankedScore {
  readonly relation: ScoredRelation;
  readonly score: string;
  readonly range: ScoreRange;
  /** Some score is missing: nothing is asked. */
  readonly isMissing: boolean;
  /** Taken from bins. */
  readonly threshold?: number | undefined;
}

/** Of all rows decisions are taken from bins, which is less work, unless scores are next to the threshold. */
async function decidedOf(
  scored: RankedScore,
  decided: number,
  rows: ModelRows,
  asking: Asking,
): Promise<readonly BinaryAggregates[]> {
  if (!rows.cut.isTotal || scored.isMissing) return rankedOf(scored, rows, asking);
  const found = await rankedOf({ ...scored, threshold: rows.plan.decisionThreshold }, rows, asking);
  const inBins = found.map(binnedDecisions);
  if (inBins.includes(undefined)) return found;
  // A score that bins put on the wrong side makes the number larger, whatever slice it is in.
  return inBins.reduce<number>((sum, own = 0) => sum + own, 0) === decided ? found : rankedOf(scored, rows, asking);
}

async function rankedOf(
  { relation, score, range, isMissing, threshold }: RankedScore,
  { cut, plan, bins }: ModelRows,
  { dialect, ask }: Asking,
): Promise<readonly BinaryAggregates[]> {
  const shape = binsFor(range, bins, threshold);
  const isWeighted = relation.weight !== null;
  // Pictures show how many rows there are, and bins of weighted rows do not.
  const isCalibrated = plan.isCalibrated || isWeighted;
  const wanted = { shape, decisionThreshold: plan.decisionThreshold, isCalibrated };
  const statements = binaryStatements({ relation, score, range, cut }, wanted, dialect);
  const answer = <Answer>(statement: Statement<Answer>) => (isMissing ? statement.read([]) : ask(statement));
  const own = await answer(statements.bins);
  const parts = await answer(statements.parts);
  const calibration = isCalibrated ? await answer(statements.calibration) : [];
  return own.map((fine, at) => {
    const part = parts[at];
    if (part === undefined) throw new RangeError('a slice without parts');
    return binaryAggregates(wanted, isWeighted, { bins: fine, parts: part, calibration: calibration[at] });
  });
}

async function aggregateMulticlass(model: ModelColumns, rows: ModelRows, asking: Asking) {
  const { relation, cut, plan } = rows;
  const { scores } = model;
  const statements = multiclassStatements({ relation, scores, cut }, asking.dialect);
  const answer = <Answer>(statement: Statement<Answer>) =>
    model.problem === null ? asking.ask(statement) : statement.read([]);
  const confusions = await answer(statements.confusion);
  const errors = await answer(statements.errors);
  const calibrations = await answer(statements.calibration);
  const ranked: (readonly BinaryAggregates[])[] = [];
  for (const [of, score] of (plan.isRanked ? scores : []).entries()) {
    // One class against the rest.
    const own = { ...relation, label: `CASE WHEN ${relation.label} = ${of} THEN 1 ELSE 0 END` };
    const range = model.ranges[of] ?? ANY_RANGE;
    ranked.push(await rankedOf({ relation: own, score, range, isMissing: model.problem !== null }, rows, asking));
  }
  const pairs = plan.isPaired && model.problem === null ? await pairsOf(model, rows, asking) : [];
  const counts = await rows.countRows();
  return confusions.map((confusion, at) => {
    const [error, calibration] = [errors[at], calibrations[at]];
    if (error === undefined || calibration === undefined) throw new RangeError('a slice without sums');
    const of = ranked.flatMap((slices) => slices[at] ?? []);
    const paired = pairs.flatMap(({ slices, ...pair }) => (slices[at] ? [{ ...pair, ranked: slices[at] }] : []));
    const count = countAt(counts, at);
    const known = { sizes: count.sizes, labelRows: count.labelRows, problem: problemOf(model, count) };
    return new MulticlassModel(
      { classes: scores.length, confusion, ...error, calibration, ranked: of, pairs: paired },
      known,
    );
  });
}

/** The rows of two classes, by slice. */
interface RankedPair {
  readonly of: number;
  readonly against: number;
  readonly slices: readonly BinaryAggregates[];
}

/** Each class against each other one, by the scores of the first. */
async function pairsOf({ scores, ranges }: ModelColumns, rows: ModelRows, asking: Asking): Promise<RankedPair[]> {
  const { relation, cut } = rows;
  const pairs: RankedPair[] = [];
  for (const [of, score] of scores.entries()) {
    for (const against of scores.keys()) {
      if (of === against) continue;
      const own = { ...relation, label: `CASE WHEN ${relation.label} = ${of} THEN 1 ELSE 0 END` };
      const code = `CASE WHEN ${relation.label} = ${of} OR ${relation.label} = ${against} THEN ${cut.code} END`;
      const scored = { relation: own, score, range: ranges[of] ?? ANY_RANGE, isMissing: false };
      const slices = await rankedOf(scored, { ...rows, cut: { ...cut, code, isTotal: false } }, asking);
      pairs.push({ of, against, slices });
    }
  }
  return pairs;
}

function countAt(counts: readonly PopulationCounts[], at: number): PopulationCounts {
  const found = counts[at];
  if (found === undefined) throw new RangeError('a slice that was not counted');
  return found;
}
