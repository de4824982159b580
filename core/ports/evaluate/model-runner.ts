import type { ModelClasses } from '../../domain/model/class-order.ts';
import type { InputPlan } from '../../domain/model/input-plan.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { FeatureBatch } from '../../domain/table/table.ts';

/** Source of a model's scores. */
export interface ModelRuntime {
  readonly name: string;
  readonly version: string;
  readonly provider: string;
}

/** A model in memory. */
export interface OpenModel {
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly runtime: ModelRuntime;
  /**
   * The classes of its probabilities: as the model states them, or by the labels that it gave for the rows scored so far;
   * null where neither is known.
   */
  readonly classes: ModelClasses | null;
  /**
   * One score a row: the probability of class 1, or the prediction; or, where it was opened for that, one probability
   * a class, row by row. What is needed of the batch is copied before this returns, so that its arrays may be used again
   * while the model runs; several calls may be under way.
   *
   * @throws {UserError} MODEL_INVALID where the model fails on these rows, gives another number of scores or was closed;
   *   MODEL_INPUT_MISMATCH for a value that an input cannot hold.
   */
  score(batch: FeatureBatch, plan: InputPlan): Promise<Float64Array>;
  /** Duration of each batch in milliseconds, one after the other. Throws as `score` does. */
  measure(batches: readonly FeatureBatch[], plan: InputPlan): Promise<Float64Array>;
  /** Frees the memory. Idempotent. */
  close(): Promise<void>;
}

/** Expected output of a model per row. */
export interface ScoreOptions {
  /** The probability of class 1 (default), that of each class, or a number that is not a probability. */
  readonly scores: 'one' | 'each-class' | 'number';
  /** The name of the output with the scores; undefined: found by its name. */
  readonly output?: string | undefined;
}

/** Opens models. */
export interface ModelRunner {
  /**
   * @param path Absolute: a model file, or a folder with one model file in it.
   * @throws {UserError} DATA_NOT_FOUND, or MODEL_INVALID for what is not a model.
   */
  open(path: string, options?: ScoreOptions): Promise<OpenModel>;
}
