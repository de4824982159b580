import type { Metric } from '../../core/domain/metrics/metric.ts';
import { findMetric } from '../../core/domain/metrics/metric-registry.ts';
import type { Scenario, SimulatedTask } from './scenario.ts';
import { SMALL_LAWS } from './small-data.ts';
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

/** Labels of most of the other tails are not counts or amounts: no deviances. */
const OF_TAILS = GATING.regression.filter((name) => !name.endsWith('deviance'));

const REPETITIONS = 10_000;
const MANY_ROWS = 10_000;
/** With classes most intervals are limits that hold for every law, up to these rows. */
const FEW_ROWS = 200;
/** Chosen: such limits are costly, and far from being wrong too often. */
const REPETITIONS_OF_SMALL = 2000;
const REPETITIONS_OF_FEW_ROWS = 1000;
/** Fewer where a repetition costs most. */
const REPETITIONS_OF_MANY_ROWS: Readonly<Record<SimulatedTask, number>> = {
  'binary-classification': 2000,
  'multiclass-classification': 2000,
  regression: 10_000,
};

/** Number of first repetitions that a test repeats, in seconds overall; 0: none. */
export function sampledRepetitions({ rows, difficulty, tail, small }: Scenario): number {
  if (tail !== undefined) return 0;
  if (small !== undefined) return 100;
  return rows === 50 ? 300 : rows === 200 && difficulty === 2 ? 100 : 0;
}

/** The metrics that may gate in a scenario. */
export function gatingMetrics({ task, tail }: Pick<Scenario, 'task' | 'tail'>): readonly Metric[] {
  const names = tail === undefined ? GATING[task] : OF_TAILS;
  return names.flatMap((name) => findMetric(name, task) ?? []);
}

/** Every scenario of the calibration, in the order of its table. */
export function calibrationGrid(): readonly GridScenario[] {
  const tasks: readonly SimulatedTask[] = ['binary-classification', 'multiclass-classification', 'regression'];
  return tasks.flatMap((task, taskIndex) =>
    [50, 200, 1000, MANY_ROWS].flatMap((rows) =>
      ([0, 1, 2] as const).flatMap((difficulty) =>
        [false, true].map((clustered) => ({
          task,
          rows,
          difficulty,
          clustered,
          repetitions: repetitionsOf(task, rows),
          seed: 1_000_000 * (taskIndex + 1) + rows * 10 + difficulty * 2 + (clustered ? 1 : 0),
        })),
      ),
    ),
  );
}

function repetitionsOf(task: SimulatedTask, rows: number): number {
  if (task !== 'regression' && rows <= FEW_ROWS) return REPETITIONS_OF_FEW_ROWS;
  return rows < MANY_ROWS ? REPETITIONS : REPETITIONS_OF_MANY_ROWS[task];
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
        repetitions: REPETITIONS,
        seed: 50_000_000 + 100_000 * index + rows * 10 + (clustered ? 1 : 0),
      })),
    ),
  );
}

/** Scenarios of test sets that are as small as teams have them, with seeds of their own. */
export function smallGrid(): readonly GridScenario[] {
  return SMALL_LAWS.flatMap((small, index) =>
    [false, true].map((clustered) => ({
      task: 'binary-classification' as const,
      difficulty: 0 as const,
      small,
      rows: small.rows,
      clustered,
      repetitions: REPETITIONS_OF_SMALL,
      seed: 70_000_000 + 100_000 * index + (clustered ? 1 : 0),
    })),
  );
}
