import type { Problem } from '../../errors.ts';
import type { MetricTask, ScoreMeaning } from '../metrics/metric.ts';
import {
  CLASS_METRICS,
  findMetric,
  isArtifactMetric,
  isMetricName,
  metricNames,
  readsProbabilities,
} from '../metrics/metric-registry.ts';
import { nearest } from '../text/nearest.ts';

/** Place at which a metric is named. */
export interface MetricUse {
  readonly task: MetricTask;
  /** Meaning of the scores; probabilities unless given. */
  readonly scores?: ScoreMeaning | undefined;
  /** Such as `models.m.gate.rules.0`. */
  readonly where: string;
  readonly place: Pick<Problem, 'place'>;
}

/** Metric that a rule needs; undefined if none. */
export interface MetricBounds {
  readonly metric: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** The problem of a name that is not a metric of the task or of its scores; empty where it is one. */
export function metricNameProblems(
  name: string,
  { task, scores = 'probability', where, place }: MetricUse,
): readonly Problem[] {
  if (isMetricName(name, task)) {
    if (scores === 'probability' || !readsProbabilities(name, task)) return [];
    const message = `${where} names "${name}", which needs probabilities, and evaluate.scores is ${scores}`;
    return [{ message, fix: 'Name a metric of the order or of the decided classes, such as accuracy.', ...place }];
  }
  const names = metricNames(task);
  const near = nearest(name, names);
  const fix = near === undefined ? `Use one of ${names.join(', ')}.` : `Did you mean "${near}"?`;
  return [{ message: `${where} names "${name}", which is not a metric of ${task}`, fix, ...place }];
}

/** Bounds that a metric never reaches or never leaves. */
export function metricBoundProblems(bounds: MetricBounds, { task, where, place }: MetricUse): readonly Problem[] {
  const { metric } = bounds;
  const [lowest, highest] = isArtifactMetric(metric)
    ? [0, Number.POSITIVE_INFINITY]
    : (rangeOf(metric, task) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  return (['min', 'max'] as const).flatMap((bound) => {
    const value = bounds[bound];
    if (value === undefined || (value >= lowest && value <= highest)) return [];
    const message = `${where}: metric "${metric}" has ${bound} ${value}, but ${metric} is in [${lowest}, ${highest}]`;
    return [{ message, fix: `Set ${bound} to a value between ${lowest} and ${highest}.`, ...place }];
  });
}

/** Of one class against the rest, a metric has the range that it has of two classes. */
function rangeOf(metric: string, task: MetricTask) {
  const isOfClass = task === 'multiclass-classification' && CLASS_METRICS.includes(metric);
  return findMetric(metric, isOfClass ? 'binary-classification' : task)?.range;
}
