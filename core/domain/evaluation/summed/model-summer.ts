import type { Metric } from '../../metrics/metric.ts';
import { type CellShape, createCells } from './binary-cells.ts';
import { BinaryModel } from './binary-model.ts';
import { BinarySums } from './binary-sums.ts';
import type { PartSizes } from './part-influence.ts';
import { RegressionModel, RegressionSums } from './regression-sums.ts';
import type { StartCounting } from './score-counter.ts';
import type { ModelSums } from './summed-rows.ts';

/** What is summed. */
export interface SummingPlan {
  readonly task: 'binary-classification' | 'regression';
  readonly metrics: readonly Metric[];
  readonly decisionThreshold: number;
  /** Rows are not independent within groups, by the keys that are given. */
  readonly isGrouped: boolean;
  readonly isWeighted: boolean;
}

/** How scores are counted. */
export interface CountingOptions {
  readonly start: StartCounting;
  readonly shape: CellShape;
}

/** Rows of a population. */
export interface SummerBatch {
  readonly labels: Float64Array;
  /** 1 for label 1, else 0; of two classes. */
  readonly ones: Uint8Array;
  readonly parts: Uint16Array;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
}

/** What all rows of a population are. */
export interface SummerRows {
  readonly sizes: PartSizes;
  /** How many rows have label 1, and how many do not. */
  readonly rowsOf: { readonly positives: number; readonly negatives: number };
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
  return plan.task === 'regression' ? regressionSummer(plan) : binarySummer(plan, options);
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

function binarySummer({ decisionThreshold, isWeighted }: SummingPlan, { start, shape }: CountingOptions): ModelSummer {
  const cells = createCells({ decisionThreshold, isWeighted, shape });
  const missing = new MissingScores();
  const counter = start(cells);
  return {
    add: async (scores, { ones, parts, weights }) => {
      if (missing.none(scores)) await counter.add({ scores, ones, parts, weights });
    },
    finish: async (rows) => {
      await counter.end();
      return new BinaryModel(new BinarySums(cells), { ...rows, problem: missing.problem(rows.sizes) });
    },
    close: () => counter.close(),
  };
}

/** A model that gave no finite score for some row has no metrics, so that its sums do not matter. */
class MissingScores {
  #rows = 0;

  /** Whether there are none so far. */
  none(scores: Float64Array): boolean {
    let wrong = 0;
    for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) wrong++;
    this.#rows += wrong;
    return this.#rows === 0;
  }

  problem({ total }: PartSizes): string | null {
    if (this.#rows > 0) return `the model gave no finite score for ${this.#rows} rows`;
    return total > 0 ? null : 'all rows weigh 0';
  }
}
