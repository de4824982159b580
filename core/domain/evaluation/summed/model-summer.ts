import type { Metric, SummedMetric } from '../../metrics/metric.ts';
import { type CellShape, createCells } from './binary-cells.ts';
import { BinaryModel } from './binary-model.ts';
import { BinarySums } from './binary-sums.ts';
import { MulticlassModel } from './multiclass-model.ts';
import { MulticlassSums } from './multiclass-sums.ts';
import type { PartSizes } from './part-influence.ts';
import { RegressionModel, RegressionSums } from './regression-sums.ts';
import type { StartCounting } from './score-counter.ts';
import type { ModelSums } from './summed-rows.ts';

/** What is summed. */
export interface SummingPlan {
  /** Of the label; 1 for numbers. */
  readonly classes: number;
  readonly metrics: readonly Metric[];
  /** Whether something is computed of the order of scores. */
  readonly isRanked: boolean;
  /** Whether something is computed of probabilities beside what happened. */
  readonly isCalibrated: boolean;
  readonly decisionThreshold: number;
  /** Rows are not independent within groups, by the keys that are given. */
  readonly isGrouped: boolean;
  readonly isWeighted: boolean;
}

/** Whether a metric is one of the order of scores. */
export function isOfRanking({ summed }: Metric): boolean {
  return summed !== undefined && RANKED.has(summed.kind);
}

const RANKED: ReadonlySet<SummedMetric['kind']> = new Set([
  'roc-auc',
  'average-precision',
  'mean-of-classes',
  'calibration-slope',
  'precision-at-recall',
  'recall-at-precision',
]);

/** Whether a metric is one of probabilities beside what happened. */
export function isOfCalibration({ summed }: Metric): boolean {
  return summed?.kind === 'ece' || summed?.kind === 'calibration-slope';
}

/** How scores are counted. */
export interface CountingOptions {
  readonly start: StartCounting;
  readonly shape: CellShape;
}

/** Rows of a population. */
export interface SummerBatch {
  readonly labels: Float64Array;
  /** The labels of classes. */
  readonly ones: Uint8Array;
  readonly parts: Uint16Array;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
}

/** What all rows of a population are. */
export interface SummerRows {
  readonly sizes: PartSizes;
  /** How many rows there are by label, of classes. */
  readonly labelRows: Float64Array;
}

/** Sums up one model's scores. */
export interface ModelSummer {
  /** The arrays may be used again when it resolves. */
  add(scores: Float64Array, batch: SummerBatch): Promise<void>;
  finish(rows: SummerRows): Promise<ModelSums>;
  /** Frees what counts. Idempotent. */
  close(): Promise<void>;
}

/** Starts summing up a model's scores. */
export function createSummer(plan: SummingPlan, options: CountingOptions): ModelSummer {
  if (plan.classes === 1) return regressionSummer(plan);
  return plan.classes === 2 ? binarySummer(plan, options) : multiclassSummer(plan);
}

function regressionSummer({ metrics }: SummingPlan): ModelSummer {
  const sums = new RegressionSums(metrics);
  const missing = new MissingScores();
  return {
    add: async (scores, batch) => {
      if (missing.none(scores)) sums.add(scores, batch);
    },
    finish: async ({ sizes }) => new RegressionModel(sums, { sizes, problem: missing.problem(sizes) }),
    close: async () => {},
  };
}

function binarySummer(plan: SummingPlan, { start, shape }: CountingOptions): ModelSummer {
  const cells = createCells({ ...plan, isCalibrated: plan.isCalibrated || plan.isWeighted, shape });
  const counter = start(cells);
  return {
    add: (scores, { ones, parts, weights }) => counter.add({ scores, ones, parts, weights }),
    finish: async ({ sizes, labelRows }) => {
      await counter.end();
      const [negatives = 0, positives = 0] = labelRows;
      const known = { sizes, rowsOf: { positives, negatives }, problem: problemOf(cells.state[2] ?? 0, sizes) };
      return new BinaryModel(new BinarySums(cells), known);
    },
    close: () => counter.close(),
  };
}

function multiclassSummer(plan: SummingPlan): ModelSummer {
  const sums = new MulticlassSums(plan);
  const missing = new MissingScores(plan.classes);
  return {
    add: async (scores, batch) => {
      if (missing.none(scores)) sums.add(scores, batch);
    },
    finish: async ({ sizes, labelRows }) => {
      sums.finish();
      return new MulticlassModel(sums, { sizes, labelRows, problem: missing.problem(sizes) });
    },
    close: async () => {},
  };
}

/** A model that gave no finite score for some row has no metrics, so that its sums do not matter. */
class MissingScores {
  readonly #width: number;
  #scores = 0;

  /** @param width Scores of a row. */
  constructor(width = 1) {
    this.#width = width;
  }

  /** Whether there are none so far. */
  none(scores: Float64Array): boolean {
    let wrong = 0;
    for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) wrong++;
    this.#scores += wrong;
    return this.#scores === 0;
  }

  problem(sizes: PartSizes): string | null {
    return problemOf(Math.ceil(this.#scores / this.#width), sizes);
  }
}

function problemOf(missing: number, { total }: PartSizes): string | null {
  if (missing > 0) return `the model gave no finite score for ${missing} rows`;
  return total > 0 ? null : 'all rows have weight 0';
}
