import type { Population } from '../../inference/standard-error.ts';
import {
  type CountingOptions,
  createSummer,
  type ModelSummer,
  type SummerBatch,
  type SummingPlan,
} from './model-summer.ts';
import { type PartSizes, partSizes } from './part-influence.ts';
import { MOST_PARTS } from './row-parts.ts';
import type { SummedPopulation } from './summed-rows.ts';

/** Rows of a population with what both models said. */
export interface PopulationBatch extends SummerBatch {
  readonly candidate: Float64Array;
  /** null: none, or one that gave no more scores. */
  readonly champion: Float64Array | null;
}

/** Why intervals of random parts are those of rows. */
const PARTS_METHOD = 'influence function (t), summed over 512 random parts of the rows';

/** The sums of both models' scores on a population: all rows, or a slice. */
export class PopulationSums {
  readonly #plan: SummingPlan;
  readonly #options: CountingOptions;
  /** By part. */
  readonly #rows = new Float64Array(MOST_PARTS);
  readonly #labelRows: Float64Array;
  readonly #weights = new Float64Array(MOST_PARTS);
  readonly #candidate: ModelSummer;
  #champion: ModelSummer | undefined;
  #isIdentical = true;
  #hasChampion = true;

  constructor(plan: SummingPlan, options: CountingOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#labelRows = new Float64Array(plan.classes);
    this.#candidate = createSummer(plan, options);
  }

  /** The arrays of the batch may be used again when it resolves. */
  async add({ candidate, champion, ...batch }: PopulationBatch): Promise<void> {
    this.#count(batch);
    this.#hasChampion &&= champion !== null;
    for (let i = 0; this.#isIdentical && champion !== null && i < candidate.length; i++) {
      this.#isIdentical = candidate[i] === champion[i];
    }
    const adding = [this.#candidate.add(candidate, batch)];
    if (champion !== null && this.#hasChampion) {
      this.#champion ??= createSummer(this.#plan, this.#options);
      adding.push(this.#champion.add(champion, batch));
    }
    await Promise.all(adding);
  }

  /** Ends adding. */
  async finish(): Promise<SummedPopulation> {
    const rows = this.#rows.reduce((sum, own) => sum + own, 0);
    const sizes = partSizes(this.#plan.isWeighted ? this.#weights : this.#rows, this.#rows);
    const labelRows = this.#labelRows;
    const known = { sizes, labelRows };
    const [own, rival] = await Promise.all([this.#candidate.finish(known), this.#champion?.finish(known)]);
    const champion = this.#hasChampion ? (rival ?? null) : null;
    const population = this.#population(sizes, rows);
    const identical = champion !== null && this.#isIdentical;
    return { rows, labelRows, population, candidate: own, champion, identical };
  }

  /** Frees what counts. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.#candidate.close(), this.#champion?.close()]);
  }

  #count({ ones, parts, weights }: SummerBatch): void {
    const rows = this.#rows;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] ?? 0;
      rows[part] = (rows[part] ?? 0) + 1;
    }
    if (this.#plan.classes > 1) countLabels(ones, this.#labelRows);
    for (let i = 0; weights !== null && i < parts.length; i++) {
      const part = parts[i] ?? 0;
      this.#weights[part] = (this.#weights[part] ?? 0) + (weights[i] ?? 0);
    }
  }

  #population({ weights, total, used }: PartSizes, rows: number): Population {
    const ids = Uint32Array.from(used.keys());
    const method = this.#plan.isGrouped ? {} : { method: PARTS_METHOD };
    const shares = Float64Array.from(used, (part) => (weights[part] ?? 0) / total);
    const sampling = { kind: 'clusters', ids, count: used.length, ...method } as const;
    return { sampling, labels: new Float64Array(0), weights: null, shares, rows };
  }
}

/** Two classes without a branch or an address that could be either. */
function countLabels(labels: Uint8Array, rows: Float64Array): void {
  if (rows.length > 2) {
    for (let i = 0; i < labels.length; i++) rows[labels[i] ?? 0] = (rows[labels[i] ?? 0] ?? 0) + 1;
    return;
  }
  let ones = 0;
  for (let i = 0; i < labels.length; i++) ones += labels[i] ?? 0;
  rows[1] = (rows[1] ?? 0) + ones;
  rows[0] = (rows[0] ?? 0) + labels.length - ones;
}
