import type { ModelCurves } from '../evaluation/curves.ts';
import { once } from '../inference/once.ts';
import { estimateOfLargest } from '../metrics/absolute-error-order.ts';
import type { Loss, Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import type { AggregatedModel } from './aggregated-rows.ts';
import { type ErrorOrder, estimateOfOrder } from './error-order.ts';
import { type AggregatedEstimate, estimateOf } from './estimate-of.ts';
import { influenceOfParts, type PartSizes } from './part-influence.ts';
import { type RegressionAggregates, TERMS } from './regression-aggregates.ts';

type Estimated = MetricEstimate | UndefinedMetric;

/** Facts about a model's rows besides its sums. */
export interface KnownErrors {
  readonly sizes: PartSizes;
  /** Why the model has no metrics: a clause; null where it has. */
  readonly problem: string | null;
  /** The order of its absolute errors; undefined if no metric needs it. */
  readonly order: ErrorOrder | undefined;
}

/** The metrics of a model of numbers, from its aggregates. */
export class RegressionModel implements AggregatedModel {
  readonly problem: string | null;
  readonly #sums: RegressionAggregates;
  readonly #sizes: PartSizes;
  readonly #order: ErrorOrder | undefined;

  constructor(sums: RegressionAggregates, { sizes, problem, order }: KnownErrors) {
    this.problem = problem;
    this.#sums = sums;
    this.#sizes = sizes;
    this.#order = order;
  }

  estimate(metric: Metric): AggregatedEstimate {
    return estimateOf(metric, this.problem, (of) => {
      if (of.kind === 'mean-loss') return this.#meanLoss(of);
      if (of.kind === 'max-error') return estimateOfLargest(this.#sums.largestError);
      if (of.kind === 'median-error') return this.#order && estimateOfOrder(this.#order, this.#sizes);
      return of.kind === 'explained-share' ? this.#explainedShare(of.isCentred) : undefined;
    });
  }

  /** No pictures: residuals are drawn by quantiles of the predictions, which sums do not keep. */
  curves(): ModelCurves {
    return {};
  }

  #meanLoss({ loss, isRoot }: { readonly loss: Loss; readonly isRoot: boolean }): Estimated | undefined {
    const sums = this.#sums.losses.get(loss);
    if (sums === undefined) return undefined;
    const { weights, total } = this.#sizes;
    const mean = sums.reduce((all, one) => all + one, 0) / total;
    if (!Number.isFinite(mean)) {
      return { kind: 'undefined', reason: 'labels or predictions are outside of where it is defined' };
    }
    const value = isRoot ? Math.sqrt(mean) : mean;
    const slope = isRoot ? (value === 0 ? 0 : 1 / (2 * value)) : 1;
    const influence = once(() =>
      influenceOfParts(this.#sizes, (part) => slope * ((sums[part] ?? 0) - mean * (weights[part] ?? 0))),
    );
    return { kind: 'estimate', value, influence, byClass: false };
  }

  /** 1 less the squared error over that of the labels' mean; see `r2` and `explained_variance`. */
  #explainedShare(isCentred: boolean): Estimated {
    const { weights, total } = this.#sizes;
    const [errors = 0, , labels = 0] = this.#totals();
    const [centre, mean] = [isCentred ? errors / total : 0, labels / total];
    const squares = (part: number): readonly [number, number] => {
      const [error = 0, squared = 0, label = 0, squaredLabel = 0] = this.#termsOf(part);
      const own = weights[part] ?? 0;
      return [
        squared - 2 * centre * error + own * centre * centre,
        squaredLabel - 2 * mean * label + own * mean * mean,
      ];
    };
    let [unexplained, all] = [0, 0];
    for (let part = 0; part < weights.length; part++) {
      const [above, below] = squares(part);
      unexplained += above;
      all += below;
    }
    if (!(all > 0)) return { kind: 'undefined', reason: 'all labels are equal' };
    const share = unexplained / all;
    const influence = once(() =>
      influenceOfParts(this.#sizes, (part) => {
        const [above, below] = squares(part);
        return (-(above - share * below) * total) / all;
      }),
    );
    return { kind: 'estimate', value: 1 - share, influence, byClass: false };
  }

  #termsOf(part: number): Float64Array {
    return this.#sums.terms.subarray(part * TERMS, (part + 1) * TERMS);
  }

  #totals(): Float64Array {
    const totals = new Float64Array(TERMS);
    for (let part = 0; part < this.#sizes.weights.length; part++) {
      this.#termsOf(part).forEach((term, at) => {
        totals[at] = (totals[at] ?? 0) + term;
      });
    }
    return totals;
  }
}
