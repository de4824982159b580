import { once } from '../../inference/once.ts';
import type { Loss, Metric, MetricEstimate, UndefinedMetric } from '../../metrics/metric.ts';
import type { ModelCurves } from '../curves.ts';
import { type EstimateOfSums, estimateSums } from './estimate-sums.ts';
import { influenceOfParts, type PartSizes } from './part-influence.ts';
import { MOST_PARTS } from './row-parts.ts';
import type { ModelSums } from './summed-rows.ts';

type Estimated = MetricEstimate | UndefinedMetric;

/** Rows of a batch. */
export interface RegressionBatch {
  readonly labels: Float64Array;
  readonly parts: Uint16Array;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
}

/** Terms that the explained shares are made of: the error, its square, the label and its square, about a centre. */
const TERMS = 4;

/** The sums of a model's predictions of numbers, by part. */
export class RegressionSums {
  readonly #losses: readonly { readonly loss: Loss; readonly sums: Float64Array }[];
  readonly #terms = new Float64Array(MOST_PARTS * TERMS);
  /** The first label: sums of squares about it lose no digits to a mean far from 0. */
  #centre: number | undefined;

  constructor(metrics: readonly Metric[]) {
    const losses = metrics.flatMap(({ summed }) => (summed?.kind === 'mean-loss' ? [summed.loss] : []));
    this.#losses = [...new Set(losses)].map((loss) => ({ loss, sums: new Float64Array(MOST_PARTS) }));
  }

  add(scores: Float64Array, { labels, parts, weights }: RegressionBatch): void {
    this.#centre ??= labels[0] ?? 0;
    const centre = this.#centre;
    const terms = this.#terms;
    for (const { loss, sums } of this.#losses) {
      for (let i = 0; i < scores.length; i++) {
        const part = parts[i] ?? 0;
        const weight = weights === null ? 1 : (weights[i] ?? 0);
        // A row without weight does not count, whatever it loses.
        if (weight > 0)
          sums[part] = (sums[part] ?? 0) + weight * loss(labels[i] ?? Number.NaN, scores[i] ?? Number.NaN, i);
      }
    }
    for (let i = 0; i < scores.length; i++) {
      const label = (labels[i] ?? 0) - centre;
      const error = (labels[i] ?? 0) - (scores[i] ?? 0);
      const weight = weights === null ? 1 : (weights[i] ?? 0);
      const at = (parts[i] ?? 0) * TERMS;
      terms[at] = (terms[at] ?? 0) + weight * error;
      terms[at + 1] = (terms[at + 1] ?? 0) + weight * error * error;
      terms[at + 2] = (terms[at + 2] ?? 0) + weight * label;
      terms[at + 3] = (terms[at + 3] ?? 0) + weight * label * label;
    }
  }

  /** A loss summed over the rows of a part; undefined for one that was not added up. */
  loss(of: Loss): Float64Array | undefined {
    return this.#losses.find(({ loss }) => loss === of)?.sums;
  }

  /** Errors, squared errors, labels and squared labels of a part, labels about a centre. */
  terms(part: number): Float64Array {
    return this.#terms.subarray(part * TERMS, (part + 1) * TERMS);
  }
}

/** The metrics of a model of numbers, of its sums. */
export class RegressionModel implements ModelSums {
  readonly problem: string | null;
  readonly #sums: RegressionSums;
  readonly #sizes: PartSizes;

  constructor(
    sums: RegressionSums,
    { sizes, problem }: { readonly sizes: PartSizes; readonly problem: string | null },
  ) {
    this.problem = problem;
    this.#sums = sums;
    this.#sizes = sizes;
  }

  estimate(metric: Metric): EstimateOfSums {
    return estimateSums(metric, this.problem, (summed) => {
      if (summed.kind === 'mean-loss') return this.#meanLoss(summed);
      return summed.kind === 'explained-share' ? this.#explainedShare(summed.isCentred) : undefined;
    });
  }

  /** No pictures: residuals are drawn by quantiles of the predictions, which sums do not keep. */
  curves(): ModelCurves {
    return {};
  }

  #meanLoss({ loss, isRoot }: { readonly loss: Loss; readonly isRoot: boolean }): Estimated | undefined {
    const sums = this.#sums.loss(loss);
    if (sums === undefined) return undefined;
    const { weights, total } = this.#sizes;
    const mean = sums.reduce((all, one) => all + one, 0) / total;
    if (!Number.isFinite(mean)) {
      return { kind: 'undefined', reason: 'labels or predictions are outside the range of this metric' };
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
      const [error = 0, squared = 0, label = 0, squaredLabel = 0] = this.#sums.terms(part);
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

  #totals(): Float64Array {
    const totals = new Float64Array(TERMS);
    for (let part = 0; part < this.#sizes.weights.length; part++) {
      this.#sums.terms(part).forEach((term, at) => {
        totals[at] = (totals[at] ?? 0) + term;
      });
    }
    return totals;
  }
}
