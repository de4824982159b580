import type { Metric } from '../../metrics/metric.ts';
import { createCells } from './binary-cells.ts';
import { BinaryModel } from './binary-model.ts';
import { BinarySums } from './binary-sums.ts';
import type { PartSizes } from './part-influence.ts';
import { RegressionModel, RegressionSums } from './regression-sums.ts';
import { groupParts, MOST_PARTS, type RowKeys, type RowParts, randomParts } from './row-parts.ts';
import type { StartCounting } from './score-counter.ts';
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

  constructor(plan: SummingPlan, start: StartCounting) {
    this.#plan = plan;
    this.#parts = plan.isGrouped ? groupParts() : randomParts();
    this.#candidate = summerOf(plan, start);
    this.#champion = summerOf(plan, start);
  }

  /** The arrays of the batch may be used again when it resolves. */
  async add({ labels, candidate, champion, keys }: SummedBatch): Promise<void> {
    const parts = this.#parts.assign(keys);
    const sizes = this.#sizes;
    for (let i = 0; i < parts.length; i++) sizes[parts[i] ?? 0] = (sizes[parts[i] ?? 0] ?? 0) + 1;
    const batch = { labels, parts, ones: this.#onesOf(labels) };
    this.#rows += labels.length;
    this.#hasChampion &&= champion !== null;
    for (let i = 0; this.#isIdentical && champion !== null && i < candidate.length; i++) {
      this.#isIdentical = candidate[i] === champion[i];
    }
    await Promise.all([
      this.#candidate.add(candidate, batch),
      champion !== null && this.#hasChampion ? this.#champion.add(champion, batch) : undefined,
    ]);
  }

  /** Ends adding. */
  async finish(): Promise<SummedRows> {
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
    const [own, rival] = await Promise.all([this.#candidate.finish(sizes), this.#champion.finish(sizes)]);
    const champion = this.#hasChampion ? rival : null;
    const identical = champion !== null && this.#isIdentical;
    return { rows: this.#rows, population, candidate: own, champion, identical };
  }

  /** Frees what counts. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.#candidate.close(), this.#champion.close()]);
  }

  #onesOf(labels: Float64Array): Uint8Array {
    if (this.#ones.length < labels.length) this.#ones = new Uint8Array(labels.length);
    for (let i = 0; i < labels.length; i++) this.#ones[i] = labels[i] ?? 0;
    return this.#ones.subarray(0, labels.length);
  }
}

interface SummerBatch {
  readonly labels: Float64Array;
  readonly ones: Uint8Array;
  readonly parts: Uint16Array;
}

/** Sums up one model's scores. */
interface ModelSummer {
  add(scores: Float64Array, batch: SummerBatch): Promise<void>;
  finish(sizes: PartSizes): Promise<ModelSums>;
  close(): Promise<void>;
}

function summerOf({ task, metrics, decisionThreshold }: SummingPlan, start: StartCounting): ModelSummer {
  return task === 'regression' ? regressionSummer(metrics) : binarySummer(decisionThreshold, start);
}

function regressionSummer(metrics: readonly Metric[]): ModelSummer {
  const sums = new RegressionSums(metrics);
  const missing = new MissingScores();
  return {
    add: async (scores, batch) => {
      if (missing.none(scores)) sums.add(scores, batch);
    },
    finish: async (sizes) => new RegressionModel(sums, { sizes, problem: missing.problem() }),
    close: async () => {},
  };
}

function binarySummer(decisionThreshold: number, start: StartCounting): ModelSummer {
  const cells = createCells(decisionThreshold);
  const missing = new MissingScores();
  const counter = start(cells);
  return {
    add: async (scores, { ones, parts }) => {
      if (missing.none(scores)) await counter.add({ scores, ones, parts });
    },
    finish: async (sizes) => {
      await counter.end();
      return new BinaryModel(new BinarySums(cells), { sizes, problem: missing.problem() });
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

  problem(): string | null {
    return this.#rows === 0 ? null : `the model gave no finite score for ${this.#rows} rows`;
  }
}
