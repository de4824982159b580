import type { ModelClasses } from '../../core/domain/model/class-order.ts';
import type { InputPlan } from '../../core/domain/model/input-plan.ts';
import type { ModelTensor } from '../../core/domain/model/model-tensor.ts';
import type { FeatureBatch } from '../../core/domain/table/table.ts';
import { UserError } from '../../core/errors.ts';
import type { ModelRunner, OpenModel } from '../../core/ports/evaluate/model-runner.ts';

/** One row's features in the order of the plan, as a model gets them; missing is NaN or null. */
export type FeatureRow = readonly (number | string | null)[];

/** A model in memory: a function of a row's features. */
export interface MemoryModel {
  /** Features that its one input takes. */
  readonly width: number;
  /** Default: not known. */
  readonly classes?: ModelClasses;
  /**
   * One score, or one per class.
   *
   * @param row From 0, over all batches since the model was opened.
   */
  readonly score: (features: FeatureRow, row: number) => number | readonly number[];
  /** Duration of a batch in milliseconds; default: 1. `at` is its place in what is measured. */
  readonly durationMs?: (batch: FeatureBatch, at: number) => number;
}

/** Models by path. */
export class InMemoryModelRunner implements ModelRunner {
  readonly #models: ReadonlyMap<string, MemoryModel | 'no model'>;

  /** @param models By absolute path; `no model`: a file that is something else. */
  constructor(models: Readonly<Record<string, MemoryModel | 'no model'>>) {
    this.#models = new Map(Object.entries(models));
  }

  async open(path: string): Promise<OpenModel> {
    const model = this.#models.get(path);
    if (model === undefined) throw new UserError('DATA_NOT_FOUND', `there is no model at ${path}`, { fix: 'Add it.' });
    if (model === 'no model') throw new UserError('MODEL_INVALID', `${path} is not a model`, { fix: 'Export it.' });
    return new MemoryOpenModel(path, model);
  }
}

class MemoryOpenModel implements OpenModel {
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[] = [{ name: 'scores', type: 'float32', shape: [null, 1] }];
  readonly runtime = { name: 'memory', version: '1', provider: 'CPU' };
  readonly classes: ModelClasses | null;
  readonly #path: string;
  readonly #model: MemoryModel;
  #rows = 0;
  #isClosed = false;

  constructor(path: string, model: MemoryModel) {
    this.inputs = [{ name: 'features', type: 'float32', shape: [null, model.width] }];
    this.classes = model.classes ?? null;
    this.#path = path;
    this.#model = model;
  }

  async score(batch: FeatureBatch, plan: InputPlan): Promise<Float64Array> {
    this.#check(plan);
    const first = this.#rows;
    this.#rows += batch.rows;
    const rows = Array.from({ length: batch.rows }, (_, at) => this.#model.score(rowOf(batch, plan, at), first + at));
    return Float64Array.from(rows.flat());
  }

  async measure(batches: readonly FeatureBatch[], plan: InputPlan): Promise<Float64Array> {
    this.#check(plan);
    return Float64Array.from(batches, (batch, at) => this.#model.durationMs?.(batch, at) ?? 1);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #check({ features }: InputPlan): void {
    const problem = this.#isClosed ? 'was closed' : `takes ${this.#model.width} features, not ${features.length}`;
    if (!this.#isClosed && features.length === this.#model.width) return;
    throw new UserError('MODEL_INVALID', `${this.#path} ${problem}`, { fix: 'Name the features of the model.' });
  }
}

function rowOf({ columns }: FeatureBatch, { features }: InputPlan, at: number): FeatureRow {
  return features.map((name) => columns.get(name)?.values[at] ?? null);
}
