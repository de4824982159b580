import { once } from '../../inference/once.ts';
import { binsOfSums, calibrationErrorOf } from '../../metrics/calibration.ts';
import type { Confusion, Metric, MetricEstimate, SummedMetric, UndefinedMetric } from '../../metrics/metric.ts';
import type { ModelCurves } from '../curves.ts';
import { BinaryModel } from './binary-model.ts';
import { BinarySums } from './binary-sums.ts';
import { type EstimateOfSums, estimateSums } from './estimate-sums.ts';
import type { MulticlassSums } from './multiclass-sums.ts';
import { influenceOfParts, type PartSizes } from './part-influence.ts';
import type { ModelSums } from './summed-rows.ts';

type Estimated = MetricEstimate | UndefinedMetric;

/** What is known of the rows beside the sums. */
export interface MulticlassRows {
  readonly sizes: PartSizes;
  /** How many rows there are of each class. */
  readonly labelRows: Float64Array;
  /** Why the model has no metrics: a clause. */
  readonly problem: string | null;
}

/** The metrics of a model of several classes, of its sums. */
export class MulticlassModel implements ModelSums {
  readonly problem: string | null;
  readonly #sums: MulticlassSums;
  readonly #rows: MulticlassRows;
  readonly #confusion: () => Confusion;

  constructor(sums: MulticlassSums, rows: MulticlassRows) {
    this.problem = rows.problem;
    this.#sums = sums;
    this.#rows = rows;
    this.#confusion = once(() => this.#countAll());
  }

  estimate(metric: Metric): EstimateOfSums {
    return estimateSums(metric, this.problem, (summed) => this.#estimate(summed));
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
    return new BinaryModel(new OneVersusRest(this.#sums, of), { sizes, rowsOf: { positives, negatives }, problem });
  }

  #estimate(summed: SummedMetric): Estimated | undefined {
    if (summed.kind === 'confusion') return this.#ofConfusion(summed);
    if (summed.kind === 'log-loss') return this.#mean((part) => this.#sums.logLoss(part));
    if (summed.kind === 'squared-error') return this.#mean((part) => this.#sums.squaredError(part));
    if (summed.kind === 'ece') return calibrationErrorOf(binsOfSums(this.#sums.calibration), this.#rows.sizes.total);
    return summed.kind === 'mean-of-classes' ? this.#meanOfClasses(summed.of) : undefined;
  }

  #ofConfusion({ of }: SummedMetric & { readonly kind: 'confusion' }): Estimated {
    const found = of(this.#confusion());
    if ('kind' in found) return found;
    const { sizes, labelRows } = this.#rows;
    const influence = once(() =>
      influenceOfParts(sizes, (part) => {
        const cells = this.#sums.confusion(part);
        // The derivative is by a row of all; its sum is an influence by the number of rows.
        return sizes.total * found.gradient.reduce((sum, by, cell) => sum + by * (cells[cell] ?? 0), 0);
      }),
    );
    const support = { rows: Math.min(...labelRows), what: 'rows of the smallest class' };
    return { kind: 'estimate', value: found.value, influence, byClass: false, support };
  }

  #mean(sumOf: (part: number) => number): Estimated {
    const { weights, total } = this.#rows.sizes;
    const sums = Float64Array.from(weights, (_, part) => sumOf(part));
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
    const mean = (numberOf: (estimate: MetricEstimate) => number) =>
      parts.reduce((sum, part) => sum + numberOf(part), 0) / classes;
    const influence = once(() => {
      const all = parts.map((part) => part.influence());
      return Float64Array.from(
        this.#rows.sizes.used,
        (_, at) => all.reduce((sum, one) => sum + (one[at] ?? 0), 0) / classes,
      );
    });
    return {
      kind: 'estimate',
      value: mean(({ value }) => value),
      influence,
      byClass: false,
      support: { rows: Math.min(...this.#rows.labelRows), what: 'rows of the smallest class' },
      bias: mean(({ bias = 0 }) => bias),
      bound: mean(({ bound = 0 }) => bound),
    };
  }

  #countAll(): Confusion {
    const { classes } = this.#sums;
    const counts = new Float64Array(classes ** 2);
    for (const part of this.#rows.sizes.used) {
      const cells = this.#sums.confusion(part);
      for (let cell = 0; cell < counts.length; cell++) counts[cell] = (counts[cell] ?? 0) + (cells[cell] ?? 0);
    }
    return { classes, counts };
  }
}

/** One class of several against the rest. Decisions are those of the most probable class. */
class OneVersusRest extends BinarySums {
  readonly #sums: MulticlassSums;
  readonly #of: number;

  constructor(sums: MulticlassSums, of: number) {
    super(sums.cellsOf(of));
    this.#sums = sums;
    this.#of = of;
  }

  override cells(part: number): Float64Array {
    const { classes } = this.#sums;
    const own = new Float64Array(4);
    this.#sums.confusion(part).forEach((rows, cell) => {
      const truth = Math.floor(cell / classes) === this.#of ? 2 : 0;
      const at = truth + (cell % classes === this.#of ? 1 : 0);
      own[at] = (own[at] ?? 0) + rows;
    });
    return own;
  }
}
