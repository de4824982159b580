import { once } from '../inference/once.ts';
import { withBoundedLoss } from './bounded-loss.ts';
import { meanLoss } from './mean-loss.ts';
import type { Loss, LossSql, Metric, MetricEstimate, UndefinedMetric } from './metric.ts';

const POSITIVE = Number.POSITIVE_INFINITY;

/** A loss of a row, here and in SQL. */
interface RowLoss {
  readonly loss: Loss;
  readonly sql: LossSql;
}

function lossMetric(name: string, title: string, { loss, sql }: RowLoss): Metric {
  return {
    name,
    title,
    task: 'regression',
    direction: 'lower-is-better',
    range: [0, POSITIVE],
    aggregated: { kind: 'mean-loss', loss, sql, isRoot: false },
    estimate: (rows) => finite(meanLoss(rows, loss)),
  };
}

/** Some losses have no value for some labels: then nor has their mean. */
function finite(found: MetricEstimate | UndefinedMetric): MetricEstimate | UndefinedMetric {
  if (found.kind === 'undefined' || Number.isFinite(found.value)) return found;
  return { kind: 'undefined', reason: 'labels or predictions are outside the range of this metric' };
}

const squared: RowLoss = {
  loss: (label, prediction) => (label - prediction) ** 2,
  sql: (y, p) => `(${y} - ${p}) * (${y} - ${p})`,
};

/** Mean squared error, in the squared unit of the label. Equivalent: `sklearn.metrics.mean_squared_error`. */
export const mse = lossMetric('mse', 'MSE', squared);

/** Root mean squared error; influence by the delta method. Equivalent: `sklearn.metrics.root_mean_squared_error`. */
export const rmse: Metric = {
  ...mse,
  name: 'rmse',
  title: 'RMSE',
  aggregated: { kind: 'mean-loss', ...squared, isRoot: true },
  estimate: (rows, options) => {
    const found = mse.estimate(rows, options);
    if (found.kind === 'undefined') return found;
    const value = Math.sqrt(found.value);
    const influence = once(() => found.influence().map((part) => (value === 0 ? 0 : part / (2 * value))));
    return { ...found, value, influence };
  },
};

/**
 * Pinball loss of a quantile. Equivalent: `sklearn.metrics.mean_pinball_loss(alpha=alpha)`.
 *
 * @param alpha In (0, 1).
 */
export function pinballLoss(alpha: number): Metric {
  const name = alpha === 0.5 ? 'pinball_loss' : `pinball_loss_${alpha}`;
  return lossMetric(name, alpha === 0.5 ? 'Pinball loss' : `Pinball loss (${alpha})`, {
    loss: (label, prediction) =>
      label >= prediction ? alpha * (label - prediction) : (1 - alpha) * (prediction - label),
    sql: (y, p) => `CASE WHEN ${y} >= ${p} THEN ${alpha} * (${y} - ${p}) ELSE (1 - ${alpha}) * (${p} - ${y}) END`,
  });
}

/**
 * Mean Tweedie deviance. Equivalent: `sklearn.metrics.mean_tweedie_deviance(power=power)`.
 *
 * @param power 1 is Poisson's, 2 Gamma's; above 1.
 */
export function tweedieDeviance(power: number): Metric {
  if (power === 1) return lossMetric('poisson_deviance', 'Poisson deviance', poisson);
  if (power === 2) return lossMetric('gamma_deviance', 'Gamma deviance', gamma);
  return lossMetric(`tweedie_deviance_${power}`, `Tweedie deviance (${power})`, {
    loss: (label, prediction) => {
      if (label < 0 || prediction <= 0) return Number.NaN;
      // Infinite for a label of 0 and a power above 2.
      const own = label ** (2 - power) / ((1 - power) * (2 - power));
      return 2 * (own - (label * prediction ** (1 - power)) / (1 - power) + prediction ** (2 - power) / (2 - power));
    },
    sql: (y, p, nan) => {
      const own = `POWER(${y}, ${2 - power}) / ${(1 - power) * (2 - power)}`;
      const mixed = `${y} * POWER(${p}, ${1 - power}) / ${1 - power}`;
      const none = `${y} < 0 OR ${p} <= 0${power > 2 ? ` OR ${y} = 0` : ''}`;
      return `CASE WHEN ${none} THEN ${nan} ELSE 2 * (${own} - ${mixed} + POWER(${p}, ${2 - power}) / ${2 - power}) END`;
    },
  });
}

/** No number for a label below 0, nor for a prediction that is not above it. */
const poisson: RowLoss = {
  loss: (label, prediction) => {
    if (prediction <= 0) return Number.NaN;
    return 2 * ((label === 0 ? 0 : label * Math.log(label / prediction)) - label + prediction);
  },
  sql: (y, p, nan) =>
    `CASE WHEN ${y} < 0 OR ${p} <= 0 THEN ${nan} WHEN ${y} = 0 THEN 2 * ${p} ELSE 2 * (${y} * LN(${y} / ${p}) - ${y} + ${p}) END`,
};

/** No finite number for a label that is not above 0, nor for such a prediction. */
const gamma: RowLoss = {
  loss: (label, prediction) => {
    if (prediction <= 0) return Number.NaN;
    return 2 * (Math.log(prediction / label) + label / prediction - 1);
  },
  sql: (y, p, nan) => `CASE WHEN ${y} <= 0 OR ${p} <= 0 THEN ${nan} ELSE 2 * (LN(${p} / ${y}) + ${y} / ${p} - 1) END`,
};

const smape = lossMetric('smape', 'sMAPE', {
  loss: (label, prediction) => {
    const size = Math.abs(label) + Math.abs(prediction);
    return size === 0 ? 0 : (2 * Math.abs(label - prediction)) / size;
  },
  sql: (y, p) => `CASE WHEN ${y} = 0 AND ${p} = 0 THEN 0 ELSE 2 * ABS(${y} - ${p}) / (ABS(${y}) + ABS(${p})) END`,
});

/** Means of a loss: `mean_absolute_error`, `mean_absolute_percentage_error` (of 1), and the symmetric one (of 2). */
export const LOSS_METRICS: readonly Metric[] = [
  lossMetric('mae', 'MAE', {
    loss: (label, prediction) => Math.abs(label - prediction),
    sql: (y, p) => `ABS(${y} - ${p})`,
  }),
  mse,
  rmse,
  lossMetric('mape', 'MAPE', {
    loss: (label, prediction) => Math.abs(label - prediction) / Math.max(Math.abs(label), Number.EPSILON),
    sql: (y, p) => `ABS(${y} - ${p}) / GREATEST(ABS(${y}), ${Number.EPSILON})`,
  }),
  { ...smape, estimate: (rows, options) => withBoundedLoss(smape.estimate(rows, options), [0, 2]) },
  pinballLoss(0.5),
  tweedieDeviance(1),
  tweedieDeviance(2),
];
