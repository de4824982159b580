import type { ModelCurves } from '../evaluation/curves.ts';
import { once } from '../inference/once.ts';
import { binsOfSums, calibrationErrorOf } from '../metrics/calibration.ts';
import type { AggregatedMetric, Confusion, Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import type { AggregatedModel } from './aggregated-rows.ts';
import { type BinaryAggregates, CONFUSION_CELLS } from './binary-aggregates.ts';
import { BinaryModel } from './binary-model.ts';
import { type AggregatedEstimate, estimateOf } from './estimate-of.ts';
import type { MulticlassAggregates } from './multiclass-aggregates.ts';
import { influenceOfParts, type PartSizes, partSizes } from './part-influence.ts';
import { coarseCount } from './score-bins.ts';

type Estimated = MetricEstimate | UndefinedMetric;

/** Facts about the rows besides the scores. */
export interface MulticlassRows {
  readonly sizes: PartSizes;
  /** Number of rows per class. */
  readonly labelRows: Float64Array;
  /** Why the model has no metrics: a clause. */
  readonly problem: string | null;
}

/** The metrics of a model of several classes, from its aggregates. */
export class MulticlassModel implements AggregatedModel {
  readonly problem: string | null;
  readonly #sums: MulticlassAggregates;
  readonly #rows: MulticlassRows;
  readonly #confusion: () => Confusion;

  constructor(sums: MulticlassAggregates, rows: MulticlassRows) {
    this.problem = rows.problem;
    this.#sums = sums;
    this.#rows = rows;
    this.#confusion = once(() => this.#countAll());
  }

  estimate(metric: Metric): AggregatedEstimate {
    return estimateOf(metric, this.problem, (of) => this.#estimate(of));
  }

  curves(): ModelCurves {
    if (this.problem !== null) return {};
    const { classes, counts } = this.#confusion();
    const rows = Array.from({ length: classes }, (_, truth) => [
      ...counts.subarray(truth * classes, (truth + 1) * classes),
    ]);
    return { confusion: rows };
  }

  ofClass(of: number): BinaryModel {
    const { sizes, labelRows, problem } = this.#rows;
    const positives = labelRows[of] ?? 0;
    const negatives = labelRows.reduce((sum, rows) => sum + rows, 0) - positives;
    const { classes, confusion, ranked } = this.#sums;
    const own = { confusion: oneVersusRest(confusion, classes, of), ranked: ranked[of] };
    return new BinaryModel(own, { sizes, rowsOf: { positives, negatives }, problem });
  }

  #estimate(of: AggregatedMetric): Estimated | undefined {
    if (of.kind === 'confusion') return this.#ofConfusion(of);
    if (of.kind === 'log-loss') return this.#mean(this.#sums.logLoss);
    if (of.kind === 'squared-error') return this.#mean(this.#sums.squaredError);
    if (of.kind === 'ece') return calibrationErrorOf(binsOfSums(this.#sums.calibration), this.#rows.sizes.total);
    if (of.kind === 'mean-of-pairs') return this.#meanOfPairs();
    return of.kind === 'mean-of-classes' ? this.#meanOfClasses(of.of) : undefined;
  }

  #ofConfusion({ of }: AggregatedMetric & { readonly kind: 'confusion' }): Estimated {
    const found = of(this.#confusion());
    if ('kind' in found) return found;
    const { sizes, labelRows } = this.#rows;
    const influence = once(() =>
      influenceOfParts(sizes, (part) => {
        const cells = this.#cellsOf(part);
        // The derivative is by a row of all; its sum is an influence by the number of rows.
        return sizes.total * found.gradient.reduce((sum, by, cell) => sum + by * (cells[cell] ?? 0), 0);
      }),
    );
    const support = { rows: Math.min(...labelRows), what: 'rows of the smallest class' };
    return { kind: 'estimate', value: found.value, influence, byClass: false, support };
  }

  /** @param sums By part. */
  #mean(sums: Float64Array): Estimated {
    const { weights, total } = this.#rows.sizes;
    const value = sums.reduce((all, one) => all + one, 0) / total;
    const influence = once(() =>
      influenceOfParts(this.#rows.sizes, (part) => (sums[part] ?? 0) - value * (weights[part] ?? 0)),
    );
    return { kind: 'estimate', value, influence, byClass: false };
  }

  #meanOfClasses(of: 'roc-auc' | 'average-precision'): Estimated | undefined {
    const { classes } = this.#sums;
    const parts: MetricEstimate[] = [];
    for (let own = 0; own < classes; own++) {
      const found = this.ofClass(own).ranking(of);
      if (found === undefined) return undefined;
      if (found.kind === 'undefined') return { kind: 'undefined', reason: `class ${own}: ${found.reason}` };
      parts.push(found);
    }
    return this.#meanOf(parts.map((estimate) => ({ estimate, used: this.#rows.sizes.used })));
  }

  #meanOfPairs(): Estimated | undefined {
    const parts: MeanPart[] = [];
    for (const { of, against, ranked } of this.#sums.pairs) {
      const sizes = sizesOf(ranked);
      const [positives = 0, negatives = 0] = [this.#rows.labelRows[of], this.#rows.labelRows[against]];
      const known = { sizes, rowsOf: { positives, negatives }, problem: null };
      const found = new BinaryModel({ confusion: ranked.confusion, ranked }, known).ranking('roc-auc');
      if (found === undefined) return undefined;
      if (found.kind === 'undefined') return { kind: 'undefined', reason: 'a class has no rows' };
      parts.push({ estimate: found, used: sizes.used });
    }
    return parts.length === 0 ? undefined : this.#meanOf(parts);
  }

  #meanOf(parts: readonly MeanPart[]): MetricEstimate {
    const mean = (numberOf: (estimate: MetricEstimate) => number) =>
      parts.reduce((sum, { estimate }) => sum + numberOf(estimate), 0) / parts.length;
    return {
      kind: 'estimate',
      value: mean(({ value }) => value),
      influence: once(() => meanInfluence(parts, this.#rows.sizes.used)),
      byClass: false,
      support: { rows: Math.min(...this.#rows.labelRows), what: 'rows of the smallest class' },
      bias: mean(({ bias = 0 }) => bias),
      bound: mean(({ bound = 0 }) => bound),
    };
  }

  #cellsOf(part: number): Float64Array {
    const { classes, confusion } = this.#sums;
    return confusion.subarray(part * classes ** 2, (part + 1) * classes ** 2);
  }

  #countAll(): Confusion {
    const { classes } = this.#sums;
    const counts = new Float64Array(classes ** 2);
    for (const part of this.#rows.sizes.used) {
      this.#cellsOf(part).forEach((rows, cell) => {
        counts[cell] = (counts[cell] ?? 0) + rows;
      });
    }
    return { classes, counts };
  }
}

/** An estimate of some of the rows, with the parts that have such rows. */
interface MeanPart {
  readonly estimate: MetricEstimate;
  readonly used: Uint16Array;
}

/** The mean influence of each part in `used`; an estimate of fewer parts has influences times their number. */
function meanInfluence(parts: readonly MeanPart[], used: Uint16Array): Float64Array {
  const places = new Map(Array.from(used, (part, at) => [part, at]));
  const mean = new Float64Array(used.length);
  for (const { estimate, used: own } of parts) {
    const scale = used.length / own.length / parts.length;
    for (const [from, influence] of estimate.influence().entries()) {
      const at = places.get(own[from] ?? 0) ?? 0;
      mean[at] = (mean[at] ?? 0) + scale * influence;
    }
  }
  return mean;
}

/** Sizes of the parts, from cells. */
function sizesOf({ coarse, shape }: BinaryAggregates): PartSizes {
  const perPart = 2 * coarseCount(shape);
  const weights = new Float64Array(coarse.length / perPart);
  coarse.forEach((weight, at) => {
    const part = Math.floor(at / perPart);
    weights[part] = (weights[part] ?? 0) + weight;
  });
  return partSizes(weights, weights);
}

/** The confusions by part of one class against the rest. Decisions are those of the most probable class. */
function oneVersusRest(confusion: Float64Array, classes: number, of: number): Float64Array {
  const own = new Float64Array((CONFUSION_CELLS * confusion.length) / classes ** 2);
  confusion.forEach((rows, at) => {
    const part = Math.floor(at / classes ** 2);
    const truth = Math.floor(at / classes) % classes === of ? 2 : 0;
    const to = CONFUSION_CELLS * part + truth + (at % classes === of ? 1 : 0);
    own[to] = (own[to] ?? 0) + rows;
  });
  return own;
}
