import { NO_INFLUENCE, once } from '../../inference/once.ts';
import { binsOfSums, calibrationErrorOf } from '../../metrics/calibration.ts';
import type { Confusion, Metric, MetricEstimate, SummedMetric, UndefinedMetric } from '../../metrics/metric.ts';
import { RECALL_JUMPS } from '../../metrics/operating-point.ts';
import type { ModelCurves } from '../curves.ts';
import { type BinarySums, SCORED_CELLS } from './binary-sums.ts';
import { binnedCurves } from './binned-curves.ts';
import { binnedPrecisionAt, binnedRecallAt } from './binned-operating-point.ts';
import { type BinnedRanking, binnedAveragePrecision, binnedRocAuc, partsOfRanking } from './binned-ranking.ts';
import { binnedSlope } from './binned-slope.ts';
import { type EstimateOfSums, estimateSums } from './estimate-sums.ts';
import { influenceOfParts, type PartSizes } from './part-influence.ts';
import type { ModelSums } from './summed-rows.ts';

type Estimated = MetricEstimate | UndefinedMetric;

/** Chosen: what coarse bins leave out of a standard error counts as often as an interval of 99.7 % does. */
const RESIDUAL_QUANTILE = 3;

/** What is known of the rows beside the sums. */
export interface BinaryRows {
  readonly sizes: PartSizes;
  /** How many rows there are by label, whatever they weigh. */
  readonly rowsOf: { readonly positives: number; readonly negatives: number };
  /** Why the model has no metrics: a clause. */
  readonly problem: string | null;
}

/** The metrics of a model of two classes, of its sums. */
export class BinaryModel implements ModelSums {
  readonly problem: string | null;
  readonly #sums: BinarySums;
  readonly #sizes: PartSizes;
  /** Rows of the smaller class, and with label 1. */
  readonly #smaller: number;
  readonly #positives: number;
  readonly #rows: number;
  readonly #confusion: () => Confusion;

  constructor(sums: BinarySums, { sizes, rowsOf, problem }: BinaryRows) {
    this.problem = problem;
    this.#sums = sums;
    this.#sizes = sizes;
    this.#smaller = Math.min(rowsOf.positives, rowsOf.negatives);
    this.#positives = rowsOf.positives;
    this.#rows = rowsOf.positives + rowsOf.negatives;
    this.#confusion = once(() => ({ classes: 2, counts: this.#cells() }));
  }

  estimate(metric: Metric): EstimateOfSums {
    return estimateSums(metric, this.problem, (summed) => this.#estimate(summed));
  }

  curves(): ModelCurves {
    if (this.problem !== null) return {};
    const { counts } = this.#confusion();
    const confusion = [[...counts.subarray(0, 2)], [...counts.subarray(2, 4)]];
    return { confusion, ...binnedCurves(this.#sums) };
  }

  #estimate(summed: SummedMetric): Estimated | undefined {
    if (summed.kind === 'confusion') return this.#ofConfusion(summed);
    if (!this.#sums.isRanked) return undefined;
    if (summed.kind === 'log-loss') return this.#mean((part) => this.#sums.logLoss(part));
    if (summed.kind === 'squared-error') return this.#mean((part) => this.#sums.squaredError(part));
    if (summed.kind === 'ece') {
      const { calibration } = this.#sums;
      return calibration && calibrationErrorOf(binsOfSums(calibration), this.#sizes.total);
    }
    if (summed.kind === 'calibration-slope') return this.#slope();
    if (summed.kind === 'precision-at-recall') return this.#precisionAt(summed.recall);
    if (summed.kind === 'recall-at-precision') return this.#recallAt(summed.precision);
    const { kind } = summed;
    return kind === 'roc-auc' || kind === 'average-precision' ? this.ranking(kind) : undefined;
  }

  /** A metric of the order of scores; undefined where that was not counted. */
  ranking(kind: 'roc-auc' | 'average-precision'): Estimated | undefined {
    if (!this.#sums.isRanked) return undefined;
    if (kind === 'roc-auc') {
      const { positives, negatives } = this.#labels();
      if (positives === 0 || negatives === 0) return { kind: 'undefined', reason: 'all rows have the same label' };
      const support = { rows: this.#smaller, what: 'rows of the smaller class' };
      const edge = { trials: this.#smaller, worst: (share: number) => 1 - share };
      return { ...this.#ranking(binnedRocAuc(this.#sums, { positives, negatives })), support, edge };
    }
    const labels = this.#labels();
    if (labels.positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
    const support = { rows: this.#positives, what: 'rows with label 1' };
    return { ...this.#ranking(binnedAveragePrecision(this.#sums, labels)), support };
  }

  #slope(): Estimated | undefined {
    if (this.#sums.calibration === undefined) return undefined;
    if (this.#smaller === 0) return { kind: 'undefined', reason: 'all rows have the same label' };
    const found = binnedSlope(this.#sums);
    if ('kind' in found) return found;
    return { ...this.#ranking(found), support: { rows: this.#smaller, what: 'rows of the smaller class' } };
  }

  #precisionAt(recall: number): Estimated {
    const labels = this.#labels();
    if (labels.positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
    const found = binnedPrecisionAt(this.#sums, { ...labels, recall, rowsOfOnes: this.#positives });
    return { ...this.#ranking(found), support: { rows: this.#smaller, what: 'rows of the smaller class' } };
  }

  #recallAt(precision: number): Estimated {
    const { positives } = this.#labels();
    if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
    const { value, bound } = binnedRecallAt(this.#sums, { positives, precision });
    const known = { influence: NO_INFLUENCE, byClass: false, withoutInterval: RECALL_JUMPS } as const;
    return { kind: 'estimate', value, bound, ...known };
  }

  #ranking({ value, valueBound, bias, byBin }: BinnedRanking): MetricEstimate {
    const { influence, residual } = partsOfRanking(this.#sums, byBin, this.#sizes);
    const bound = valueBound + RESIDUAL_QUANTILE * residual;
    return { kind: 'estimate', value, influence: () => influence, byClass: false, bias, bound };
  }

  #ofConfusion({ of }: SummedMetric & { readonly kind: 'confusion' }): Estimated {
    const confusion = this.#confusion();
    const found = of(confusion);
    if ('kind' in found) return found;
    const influence = once(() =>
      influenceOfParts(this.#sizes, (part) => {
        const cells = this.#sums.cells(part);
        // The derivative is by a row of all; its sum is an influence by the number of rows.
        return this.#sizes.total * found.gradient.reduce((sum, by, cell) => sum + by * (cells[cell] ?? 0), 0);
      }),
    );
    // Rows of which one more or less changes nothing say nothing: precision rests on the rows that are decided to be 1.
    const counts = confusion.counts;
    const counted = counts.reduce((sum, count, cell) => sum + (found.gradient[cell] === 0 ? 0 : count), 0);
    const rows = Math.min(this.#smaller, Math.round((counted / this.#sizes.total) * this.#rows));
    const support = { rows, what: 'rows of the smallest class, or that it counts' };
    return { kind: 'estimate', value: found.value, influence, byClass: false, support };
  }

  #mean(sumOf: (part: number) => number): Estimated {
    const { weights, total } = this.#sizes;
    const sums = Float64Array.from(weights, (_, part) => sumOf(part));
    const value = sums.reduce((all, one) => all + one, 0) / total;
    const influence = once(() =>
      influenceOfParts(this.#sizes, (part) => (sums[part] ?? 0) - value * (weights[part] ?? 0)),
    );
    const support = { rows: this.#smaller, what: 'rows of the smaller class' };
    return { kind: 'estimate', value, influence, byClass: false, support };
  }

  #cells(): Float64Array {
    const counts = new Float64Array(SCORED_CELLS);
    for (let part = 0; part < this.#sizes.weights.length; part++) {
      const cells = this.#sums.cells(part);
      for (let cell = 0; cell < SCORED_CELLS; cell++) counts[cell] = (counts[cell] ?? 0) + (cells[cell] ?? 0);
    }
    return counts;
  }

  #labels(): { readonly positives: number; readonly negatives: number } {
    const [a = 0, b = 0, c = 0, d = 0] = this.#confusion().counts;
    return { positives: c + d, negatives: a + b };
  }
}
