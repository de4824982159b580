import type { Metric } from '../../metrics/metric.ts';
import { BinaryModel } from './binary-model.ts';
import { BinarySums } from './binary-sums.ts';
import type { PartSizes } from './part-influence.ts';
import { RegressionModel, RegressionSums } from './regression-sums.ts';
import { groupParts, MOST_PARTS, type RowKeys, type RowParts, randomParts } from './row-parts.ts';
import type { ModelSums, SummedRows } from './summed-rows.ts';

/** What is summed. */
export interface SummingPlan {
  readonly task: 'binary-classification' | 'regression';
  readonly metrics: readonly Metric[];
  readonly decisionThreshold: number;
  /** Rows are not independent within groups, by the keys that are given. */
  readonly isGrouped: boolean;
}

/** Consecutive rows with what happened and what the models said. */
export interface SummedBatch {
  readonly labels: Float64Array;
  readonly candidate: Float64Array;
  /** null: none, or one that gave no more scores. */
  readonly champion: Float64Array | null;
  readonly keys: RowKeys;
}

/** Why intervals of random parts are those of rows. */
const PARTS_METHOD = 'influence function (t), summed by 512 random parts of the rows';

/** Sums up scored rows batch by batch: memory does not grow with the rows. */
export class RowSums {
  readonly #plan: SummingPlan;
  readonly #parts: RowParts;
  readonly #sizes = new Float64Array(MOST_PARTS);
  readonly #candidate: ModelSummer;
  readonly #champion: ModelSummer;
  #ones = new Uint8Array(0);
  #rows = 0;
  #isIdentical = true;
  #hasChampion = true;

  constructor(plan: SummingPlan) {
    this.#plan = plan;
    this.#parts = plan.isGrouped ? groupParts() : randomParts();
    this.#candidate = new ModelSummer(plan);
    this.#champion = new ModelSummer(plan);
  }

  /** The arrays of the batch may be used again afterwards. */
  add({ labels, candidate, champion, keys }: SummedBatch): void {
    const parts = this.#parts.assign(keys);
    const sizes = this.#sizes;
    for (let i = 0; i < parts.length; i++) sizes[parts[i] ?? 0] = (sizes[parts[i] ?? 0] ?? 0) + 1;
    const batch = { labels, parts, ones: this.#onesOf(labels) };
    this.#rows += labels.length;
    this.#candidate.add(candidate, batch);
    this.#hasChampion &&= champion !== null;
    if (champion === null || !this.#hasChampion) return;
    this.#champion.add(champion, batch);
    for (let i = 0; this.#isIdentical && i < candidate.length; i++) this.#isIdentical = candidate[i] === champion[i];
  }

  /** Ends adding. */
  finish(): SummedRows {
    const count = this.#parts.count();
    const rows = this.#sizes.slice(0, count);
    const sizes = { rows, total: this.#rows };
    const shares = rows.map((own) => own / this.#rows);
    const ids = Uint32Array.from({ length: count }, (_, part) => part);
    const method = this.#plan.isGrouped ? {} : { method: PARTS_METHOD };
    const population = {
      sampling: { kind: 'clusters', ids, count, ...method },
      labels: new Float64Array(0),
      weights: null,
      shares,
      rows: this.#rows,
    } as const;
    const champion = this.#hasChampion ? this.#champion.finish(sizes) : null;
    const identical = champion !== null && this.#isIdentical;
    return { rows: this.#rows, population, candidate: this.#candidate.finish(sizes), champion, identical };
  }

  #onesOf(labels: Float64Array): Uint8Array {
    if (this.#ones.length < labels.length) this.#ones = new Uint8Array(labels.length);
    for (let i = 0; i < labels.length; i++) this.#ones[i] = labels[i] === 1 ? 1 : 0;
    return this.#ones.subarray(0, labels.length);
  }
}

interface SummerBatch {
  readonly labels: Float64Array;
  readonly ones: Uint8Array;
  readonly parts: Uint16Array;
}

/** The sums of one model, of either task. */
class ModelSummer {
  readonly #sums: BinarySums | RegressionSums;
  #wrong = 0;

  constructor({ task, metrics, decisionThreshold }: SummingPlan) {
    this.#sums = task === 'regression' ? new RegressionSums(metrics) : new BinarySums(decisionThreshold);
  }

  add(scores: Float64Array, batch: SummerBatch): void {
    let wrong = 0;
    for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) wrong++;
    this.#wrong += wrong;
    // A model that gave no finite score has no metrics, so that its sums do not matter.
    if (this.#wrong === 0) this.#sums.add(scores, batch);
  }

  finish(sizes: PartSizes): ModelSums {
    const problem = this.#wrong === 0 ? null : `the model gave no finite score for ${this.#wrong} rows`;
    if (this.#sums instanceof RegressionSums) return new RegressionModel(this.#sums, { sizes, problem });
    this.#sums.finish();
    return new BinaryModel(this.#sums, { sizes, problem });
  }
}
