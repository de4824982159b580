import type { ModelCurves } from '../evaluation/curves.ts';
import { NO_INFLUENCE, once } from '../inference/once.ts';
import { binsOfSums, calibrationErrorOf } from '../metrics/calibration.ts';
import type { AggregatedMetric, Confusion, Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import { RECALL_JUMPS } from '../metrics/operating-point.ts';
import type { AggregatedModel } from './aggregated-rows.ts';
import { type BinaryAggregates, CONFUSION_CELLS } from './binary-aggregates.ts';
import { binnedCurves } from './binned-curves.ts';
import { binnedPrecisionAt, binnedRecallAt } from './binned-operating-point.ts';
import { type BinnedRanking, binnedAveragePrecision, binnedRocAuc, partsOfRanking } from './binned-ranking.ts';
import { binnedSlope } from './binned-slope.ts';
import { type AggregatedEstimate, estimateOf } from './estimate-of.ts';
import { influenceOfParts, type PartSizes } from './part-influence.ts';

type Estimated = MetricEstimate | UndefinedMetric;

/** Chosen: what coarse bins leave out of a standard error counts as often as an interval of 99.7 % does. */
const RESIDUAL_QUANTILE = 3;

/** The aggregates of a model of two classes. */
export interface BinaryEvidence {
  /** Rows, or their weight, by part, label and decision. */
  readonly confusion: Float64Array;
  /** undefined where nothing is computed from the order of scores. */
  readonly ranked: BinaryAggregates | undefined;
}

/** Facts about the rows besides the scores. */
export interface BinaryRows {
  readonly sizes: PartSizes;
  /** Number of rows by label, regardless of weight. */
  readonly rowsOf: { readonly positives: number; readonly negatives: number };
  /** Why the model has no metrics: a clause. */
  readonly problem: string | null;
}

/** The metrics of a model of two classes, from its aggregates. */
export class BinaryModel implements AggregatedModel {
  readonly problem: string | null;
  readonly #cells: Float64Array;
  readonly #ranked: BinaryAggregates | undefined;
  readonly #sizes: PartSizes;
  /** Rows of the smaller class, and with label 1. */
  readonly #smaller: number;
  readonly #positives: number;
  readonly #rows: number;
  readonly #confusion: () => Confusion;

  constructor({ confusion, ranked }: BinaryEvidence, { sizes, rowsOf, problem }: BinaryRows) {
    this.problem = problem;
    this.#cells = confusion;
    this.#ranked = ranked;
    this.#sizes = sizes;
    this.#smaller = Math.min(rowsOf.positives, rowsOf.negatives);
    this.#positives = rowsOf.positives;
    this.#rows = rowsOf.positives + rowsOf.negatives;
    this.#confusion = once(() => ({ classes: 2, counts: this.#countCells() }));
  }

  estimate(metric: Metric): AggregatedEstimate {
    return estimateOf(metric, this.problem, (of) => this.#estimate(of));
  }

  curves(): ModelCurves {
    if (this.problem !== null) return {};
    const { counts } = this.#confusion();
    const confusion = [[...counts.subarray(0, 2)], [...counts.subarray(2, 4)]];
    return { confusion, ...(this.#ranked && binnedCurves(this.#ranked)) };
  }

  #estimate(of: AggregatedMetric): Estimated | undefined {
    if (of.kind === 'confusion') return this.#ofConfusion(of);
    const ranked = this.#ranked;
    if (ranked === undefined) return undefined;
    if (of.kind === 'log-loss') return this.#mean(ranked.logLoss);
    if (of.kind === 'squared-error') return this.#mean(ranked.squaredError);
    if (of.kind === 'ece') {
      return ranked.calibration && calibrationErrorOf(binsOfSums(ranked.calibration), this.#sizes.total);
    }
    if (of.kind === 'calibration-slope') return this.#slope(ranked);
    if (of.kind === 'precision-at-recall') return this.#precisionAt(ranked, of.recall);
    if (of.kind === 'recall-at-precision') return this.#recallAt(ranked, of.precision);
    return of.kind === 'roc-auc' || of.kind === 'average-precision' ? this.ranking(of.kind) : undefined;
  }

  /** A metric of the order of scores; undefined where that was not counted. */
  ranking(kind: 'roc-auc' | 'average-precision'): Estimated | undefined {
    const ranked = this.#ranked;
    if (ranked === undefined) return undefined;
    if (kind === 'roc-auc') {
      const { positives, negatives } = this.#labels();
      if (positives === 0 || negatives === 0) return { kind: 'undefined', reason: 'all rows have the same label' };
      const support = { rows: this.#smaller, what: 'rows of the smaller class' };
      const edge = { trials: this.#smaller, worst: (share: number) => 1 - share };
      return { ...this.#withParts(ranked, binnedRocAuc(ranked, { positives, negatives })), support, edge };
    }
    const labels = this.#labels();
    if (labels.positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
    const support = { rows: this.#positives, what: 'rows with label 1' };
    return { ...this.#withParts(ranked, binnedAveragePrecision(ranked, labels)), support };
  }

  #slope(ranked: BinaryAggregates): Estimated | undefined {
    if (ranked.calibration === undefined) return undefined;
    if (this.#smaller === 0) return { kind: 'undefined', reason: 'all rows have the same label' };
    const found = binnedSlope(ranked);
    if ('kind' in found) return found;
    return { ...this.#withParts(ranked, found), support: { rows: this.#smaller, what: 'rows of the smaller class' } };
  }

  #precisionAt(ranked: BinaryAggregates, recall: number): Estimated {
    const labels = this.#labels();
    if (labels.positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
    const found = binnedPrecisionAt(ranked, { ...labels, recall, rowsOfOnes: this.#positives });
    return { ...this.#withParts(ranked, found), support: { rows: this.#smaller, what: 'rows of the smaller class' } };
  }

  #recallAt(ranked: BinaryAggregates, precision: number): Estimated {
    const { positives } = this.#labels();
    if (positives === 0) return { kind: 'undefined', reason: 'no row has label 1' };
    const { value, bound } = binnedRecallAt(ranked, { positives, precision });
    const known = { influence: NO_INFLUENCE, byClass: false, withoutInterval: RECALL_JUMPS } as const;
    return { kind: 'estimate', value, bound, ...known };
  }

  #withParts(ranked: BinaryAggregates, { value, valueBound, bias, byBin }: BinnedRanking): MetricEstimate {
    const { influence, residual } = partsOfRanking(ranked, byBin, this.#sizes);
    const bound = valueBound + RESIDUAL_QUANTILE * residual;
    return { kind: 'estimate', value, influence: () => influence, byClass: false, bias, bound };
  }

  #ofConfusion({ of }: AggregatedMetric & { readonly kind: 'confusion' }): Estimated {
    const confusion = this.#confusion();
    const found = of(confusion);
    if ('kind' in found) return found;
    const influence = once(() =>
      influenceOfParts(this.#sizes, (part) => {
        const cells = this.#cellsOf(part);
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

  /** @param sums By part. */
  #mean(sums: Float64Array): Estimated {
    const { weights, total } = this.#sizes;
    const value = sums.reduce((all, one) => all + one, 0) / total;
    const influence = once(() =>
      influenceOfParts(this.#sizes, (part) => (sums[part] ?? 0) - value * (weights[part] ?? 0)),
    );
    const support = { rows: this.#smaller, what: 'rows of the smaller class' };
    return { kind: 'estimate', value, influence, byClass: false, support };
  }

  #cellsOf(part: number): Float64Array {
    return this.#cells.subarray(part * CONFUSION_CELLS, (part + 1) * CONFUSION_CELLS);
  }

  #countCells(): Float64Array {
    const counts = new Float64Array(CONFUSION_CELLS);
    this.#cells.forEach((rows, at) => {
      counts[at % CONFUSION_CELLS] = (counts[at % CONFUSION_CELLS] ?? 0) + rows;
    });
    return counts;
  }

  #labels(): { readonly positives: number; readonly negatives: number } {
    const [a = 0, b = 0, c = 0, d = 0] = this.#confusion().counts;
    return { positives: c + d, negatives: a + b };
  }
}
