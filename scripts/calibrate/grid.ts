import type { Metric } from '../../core/domain/metrics/metric.ts';
import { findMetric } from '../../core/domain/metrics/metric-registry.ts';
import type { Scenario, SimulatedTask } from './scenario.ts';
import { TAILS } from './tails.ts';

/** A scenario with how often it is simulated, and from which seed. */
export interface GridScenario extends Scenario {
  readonly repetitions: number;
  readonly seed: number;
}

/** Metrics that may gate, by task. */
const GATING: Readonly<Record<SimulatedTask, readonly string[]>> = {
  'binary-classification': [
    'roc_auc',
    'average_precision',
    'log_loss',
    'brier_score',
    'accuracy',
    'balanced_accuracy',
    'precision',
    'recall',
    'specificity',
    'f1',
    'fbeta_2',
    'mcc',
    'cohen_kappa',
    'calibration_slope',
    'precision_at_recall_0.8',
  ],
  'multiclass-classification': [
    'accuracy',
    'balanced_accuracy',
    'mcc',
    'cohen_kappa',
    'f1_macro',
    'f1_weighted',
    'precision_macro',
    'recall_macro',
    'roc_auc_ovr',
    'roc_auc_ovo',
    'average_precision_macro',
    'log_loss',
    'brier_score',
  ],
  regression: [
    'mae',
    'mse',
    'rmse',
    'r2',
    'explained_variance',
    'mape',
    'smape',
    'pinball_loss',
    'poisson_deviance',
    'gamma_deviance',
    'median_absolute_error',
  ],
};

/** Labels of most of the other tails are no counts or amounts: no deviances. */
const OF_TAILS = GATING.regression.filter((name) => !name.endsWith('deviance'));

/** Fewer where a repetition costs more: about twenty minutes on one core in all. */
const REPETITIONS: Readonly<Record<SimulatedTask, Readonly<Record<number, number>>>> = {
  'binary-classification': { 50: 10_000, 200: 10_000, 1000: 4000, 10000: 500 },
  'multiclass-classification': { 50: 10_000, 200: 10_000, 1000: 2000, 10000: 200 },
  regression: { 50: 10_000, 200: 10_000, 1000: 2000, 10000: 200 },
};
const TAIL_REPETITIONS = 2000;

/** The metrics that may gate in a scenario. */
export function gatingMetrics({ task, tail }: Pick<Scenario, 'task' | 'tail'>): readonly Metric[] {
  const names = tail === undefined ? GATING[task] : OF_TAILS;
  return names.flatMap((name) => findMetric(name, task) ?? []);
}

/** Every scenario of the calibration, in the order of its table. */
export function calibrationGrid(): readonly GridScenario[] {
  const tasks: readonly SimulatedTask[] = ['binary-classification', 'multiclass-classification', 'regression'];
  return tasks.flatMap((task, taskIndex) =>
    [50, 200, 1000, 10_000].flatMap((rows) =>
      ([0, 1, 2] as const).flatMap((difficulty) =>
        [false, true].map((clustered) => ({
          task,
          rows,
          difficulty,
          clustered,
          repetitions: REPETITIONS[task][rows] ?? 0,
          seed: 1_000_000 * (taskIndex + 1) + rows * 10 + difficulty * 2 + (clustered ? 1 : 0),
        })),
      ),
    ),
  );
}

/** Scenarios of errors that the grid does not have, with seeds of their own. */
export function tailGrid(): readonly GridScenario[] {
  return TAILS.flatMap((tail, index) =>
    [50, 200].flatMap((rows) =>
      [false, true].map((clustered) => ({
        task: 'regression' as const,
        difficulty: 0 as const,
        tail,
        rows,
        clustered,
        repetitions: TAIL_REPETITIONS,
        seed: 50_000_000 + 100_000 * index + rows * 10 + (clustered ? 1 : 0),
      })),
    ),
  );
}
