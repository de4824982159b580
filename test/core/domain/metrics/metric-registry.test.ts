import { describe, expect, it } from 'vitest';
import { fBeta, macroFBeta } from '../../../../core/domain/metrics/decision-metrics.ts';
import {
  CLASS_METRICS,
  defaultMetricNames,
  fileMetricKey,
  findMetric,
  isArtifactMetric,
  isMetricName,
  metricNames,
  metricTitle,
  readsProbabilities,
} from '../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const BINARY = 'binary-classification';
const MULTICLASS = 'multiclass-classification';
const REGRESSION = 'regression';
const TASKS = [BINARY, MULTICLASS, REGRESSION] as const;
const LATENCIES = ['latency', 'latency_batch'].flatMap((name) => [50, 95, 99].map((of) => `${name}_p${of}_ms`));
const COUNTS = [
  ...['tests', 'passed', 'failures', 'errors', 'skipped'].map((count) => `junit:${count}`),
  ...['checks', 'passed', 'failures', 'errors'].map((count) => `great-expectations:${count}`),
  ...['failures', 'cases'].map((count) => `pandera:${count}`),
  ...['checks', 'passed', 'failures', 'errors', 'warnings', 'skipped'].map((count) => `dbt:${count}`),
];
const ARTIFACT = [...LATENCIES, 'artifact_size_bytes', 'file:<key>', ...COUNTS];

/** As the manual and the reports have them. */
const TITLES: Readonly<Record<(typeof TASKS)[number], Readonly<Record<string, string>>>> = {
  [BINARY]: {
    roc_auc: 'ROC AUC',
    average_precision: 'Average precision',
    log_loss: 'Log loss',
    brier_score: 'Brier score',
    ece: 'Expected calibration error',
    calibration_slope: 'Calibration slope',
    accuracy: 'Accuracy',
    balanced_accuracy: 'Balanced accuracy',
    mcc: 'MCC',
    cohen_kappa: "Cohen's kappa",
    precision: 'Precision',
    recall: 'Recall',
    specificity: 'Specificity',
    f1: 'F1',
  },
  [MULTICLASS]: {
    roc_auc_ovr: 'ROC AUC (one vs rest)',
    roc_auc_ovo: 'ROC AUC (one vs one)',
    average_precision_macro: 'Average precision (macro)',
    log_loss: 'Log loss',
    brier_score: 'Brier score',
    ece: 'Expected calibration error',
    accuracy: 'Accuracy',
    balanced_accuracy: 'Balanced accuracy',
    mcc: 'MCC',
    cohen_kappa: "Cohen's kappa",
    f1_macro: 'F1 (macro)',
    precision_macro: 'Precision (macro)',
    recall_macro: 'Recall (macro)',
    precision_weighted: 'Precision (weighted)',
    recall_weighted: 'Recall (weighted)',
    f1_weighted: 'F1 (weighted)',
  },
  [REGRESSION]: {
    mae: 'MAE',
    mse: 'MSE',
    rmse: 'RMSE',
    mape: 'MAPE',
    smape: 'sMAPE',
    pinball_loss: 'Pinball loss',
    poisson_deviance: 'Poisson deviance',
    gamma_deviance: 'Gamma deviance',
    r2: 'R²',
    explained_variance: 'Explained variance',
    median_absolute_error: 'Median absolute error',
    max_error: 'Max error',
  },
};
const FAMILIES = {
  [BINARY]: ['fbeta_<number>', 'precision_at_recall_<number>', 'recall_at_precision_<number>'],
  [MULTICLASS]: ['fbeta_<number>'],
  [REGRESSION]: ['pinball_loss_<number>', 'tweedie_deviance_<number>'],
};

const [NEVER, ALWAYS] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
const SHARES = { r2: [NEVER, 1], explained_variance: [NEVER, 1] };
/** Of regression the shares are better higher; all else is a loss. Those of classes that are not shares of rows or pairs: */
const LOSSES = ['log_loss', 'brier_score', 'ece'];
const RANGES: Readonly<Record<(typeof TASKS)[number], Readonly<Record<string, readonly number[]>>>> = {
  [BINARY]: { log_loss: [0, ALWAYS], calibration_slope: [NEVER, ALWAYS], mcc: [-1, 1], cohen_kappa: [-1, 1] },
  [MULTICLASS]: { log_loss: [0, ALWAYS], brier_score: [0, 2], mcc: [-1, 1], cohen_kappa: [-1, 1] },
  [REGRESSION]: SHARES,
};

describe.each(TASKS)('metrics of %s', (task) => {
  it.each(Object.keys(TITLES[task]))('%s says which way is better, and what values it takes', (name) => {
    const isLoss = task === REGRESSION ? !(name in SHARES) : LOSSES.includes(name);
    const direction = isLoss ? 'lower-is-better' : 'higher-is-better';
    const range = RANGES[task][name] ?? (task === REGRESSION ? [0, ALWAYS] : [0, 1]);
    expect(findMetric(name, task)).toMatchObject({ direction, range });
  });

  it('are these, with families, those of the artifact, and numbers that training wrote', () => {
    const ofClass = task === MULTICLASS ? CLASS_METRICS : [];
    const expected = [...Object.keys(TITLES[task]), ...ofClass, ...FAMILIES[task], ...ARTIFACT];
    expect([...metricNames(task)].sort()).toEqual(expected.sort());
  });

  it.each(Object.entries(TITLES[task]))('%s is headed %s, of its own task', (name, title) => {
    expect(findMetric(name, task)).toMatchObject({ name, title, task });
    expect(metricTitle(name)).toBe(title);
    expect(isMetricName(name, task)).toBe(true);
  });

  it('are no others where none are named', () => {
    const expected = {
      [BINARY]: ['roc_auc', 'log_loss', 'brier_score'],
      [MULTICLASS]: ['accuracy', 'f1_macro', 'roc_auc_ovr', 'log_loss'],
      [REGRESSION]: ['mae', 'rmse'],
    };
    expect(defaultMetricNames(task)).toEqual(expected[task]);
    const withoutProbabilities = expected[task].filter((name) => !['log_loss', 'brier_score'].includes(name));
    expect(defaultMetricNames(task, 'decision')).toEqual(withoutProbabilities);
  });
});

describe('metrics that read probabilities', () => {
  const random = seededRandom(3);
  const labels = Float64Array.from({ length: 400 }, () => (random.uniform() < 0.4 ? 1 : 0));
  const scores = labels.map((label) => Math.min(1, Math.max(0, 0.3 + 0.3 * label + 0.2 * random.normal())));
  // Keeps the order, and the side of the decision threshold.
  const moved = scores.map((score) => 0.5 + 4 * (score - 0.5) ** 3);
  const measure = (name: string, of: Float64Array) => {
    const found = findMetric(name, BINARY)?.estimate(scoredRows({ labels, scores: of, weights: null, classes: 2 }), {
      decisionThreshold: 0.5,
    });
    return found?.kind === 'estimate' ? found.value : undefined;
  };

  it.each(Object.keys(TITLES[BINARY]).filter((name) => findMetric(name, BINARY) !== undefined))(
    '%s is one of them exactly where its value is not that of other scores with the same order and decisions',
    (name) => {
      expect(measure(name, scores)).toEqual(expect.any(Number));
      expect(readsProbabilities(name, BINARY)).toBe(measure(name, scores) !== measure(name, moved));
    },
  );
});

describe('findMetric', () => {
  it.each([
    { name: 'fbeta_2', task: BINARY, title: 'F2' },
    { name: 'fbeta_0.5', task: BINARY, title: 'F0.5' },
    { name: 'fbeta_2', task: MULTICLASS, title: 'F2 (macro)' },
    { name: 'precision_at_recall_0.8', task: BINARY, title: 'Precision at recall 0.8' },
    { name: 'recall_at_precision_0.25', task: BINARY, title: 'Recall at precision 0.25' },
    { name: 'pinball_loss_0.9', task: REGRESSION, title: 'Pinball loss (0.9)' },
    { name: 'tweedie_deviance_1.5', task: REGRESSION, title: 'Tweedie deviance (1.5)' },
  ] as const)('finds $name of $task by its number', ({ name, task, title }) => {
    const ofTask =
      task === REGRESSION
        ? { direction: 'lower-is-better', range: [0, Number.POSITIVE_INFINITY] }
        : { direction: 'higher-is-better', range: [0, 1] };
    expect(findMetric(name, task)).toMatchObject({ name, task, title, ...ofTask });
    expect(isMetricName(name, task)).toBe(true);
  });

  it.each([
    { task: BINARY, names: ['fbeta_0', 'fbeta_-1', 'fbeta_', 'fbeta_x', 'fbeta_Infinity', 'fbeta_NaN'] },
    { task: MULTICLASS, names: ['fbeta_0', 'fbeta_-1', 'precision_at_recall_0.8', 'roc_auc'] },
    { task: BINARY, names: ['precision_at_recall_0', 'precision_at_recall_1', 'precision_at_recall_-0.5'] },
    { task: BINARY, names: ['recall_at_precision_0', 'recall_at_precision_1', 'pinball_loss_0.9', 'mae'] },
    { task: REGRESSION, names: ['pinball_loss_0', 'pinball_loss_1', 'tweedie_deviance_1', 'tweedie_deviance_0.5'] },
    { task: REGRESSION, names: ['tweedie_deviance_Infinity', 'fbeta_2', 'roc_auc', ''] },
  ] as const)('finds none of $names for $task', ({ task, names }) => {
    for (const name of names) {
      expect(findMetric(name, task), name).toBeUndefined();
      expect(CLASS_METRICS.includes(name) || !isMetricName(name, task), name).toBe(true);
    }
  });

  it('finds a metric by one name alone', () => {
    for (const name of ['precision_at_recall_0.80', 'precision_at_recall_8e-1', 'fbeta_1', 'fbeta_ 2', 'fbeta_2.0']) {
      expect(findMetric(name, BINARY), name).toBeUndefined();
    }
    expect(findMetric('fbeta_1', MULTICLASS)).toBeUndefined();
    for (const name of ['pinball_loss_0.5', 'tweedie_deviance_2'])
      expect(findMetric(name, REGRESSION), name).toBeUndefined();
  });
});

describe('fBeta', () => {
  it('of 1 has a name of its own', () => {
    expect(fBeta(1)).toMatchObject({ name: 'f1', title: 'F1', task: BINARY });
    expect(macroFBeta(1)).toMatchObject({ name: 'f1_macro', title: 'F1 (macro)', task: MULTICLASS });
  });
});

describe('isMetricName', () => {
  it('takes metrics of one class for several classes alone', () => {
    for (const name of [
      'precision',
      'recall',
      'specificity',
      'f1',
      'roc_auc',
      'average_precision',
      'calibration_slope',
    ]) {
      expect(isMetricName(name, MULTICLASS), name).toBe(true);
      expect(isMetricName(name, REGRESSION), name).toBe(false);
    }
    expect(isMetricName('ece', MULTICLASS)).toBe(true);
    expect(isMetricName('precision_at_recall_0.8', MULTICLASS)).toBe(false);
    expect(isMetricName('mae', MULTICLASS)).toBe(false);
  });

  it('takes fairness measures for two classes alone', () => {
    const name = 'fairness:equal_opportunity_difference(sex)';
    expect(TASKS.filter((task) => isMetricName(name, task))).toEqual([BINARY]);
    expect(isMetricName('fairness:no_such_measure(sex)', BINARY)).toBe(false);
  });

  it('takes metrics of the artifact and numbers that training wrote for every task', () => {
    for (const task of TASKS) {
      expect(isMetricName('latency_p95_ms', task)).toBe(true);
      expect(isMetricName('file:val.loss', task)).toBe(true);
      expect(isMetricName('junit:failures', task)).toBe(true);
      expect(isMetricName('junit:toString', task)).toBe(false);
      expect(isMetricName('dbt:failures', task)).toBe(true);
      expect(isMetricName('dbt:toString', task)).toBe(false);
      expect(isMetricName('data:schema', task)).toBe(true);
      expect(isMetricName('data:', task)).toBe(false);
      expect(isMetricName('file:', task)).toBe(false);
      expect(isMetricName('profile:', task)).toBe(false);
      expect(isMetricName('toString', task)).toBe(false);
    }
  });
});

describe('metricTitle', () => {
  it.each([
    ['latency_p50_ms', 'Latency p50 (ms)'],
    ['artifact_size_bytes', 'Artifact size (bytes)'],
    ['junit:failures', 'Failed tests'],
    ['data:schema', 'Failed checks of the data schema'],
    ['dbt:failures', 'dbt: failed checks'],
    ['fairness:equal_opportunity_difference(sex)', 'Equal opportunity difference by sex'],
    ['file:val.loss', 'val.loss as training wrote it (no interval)'],
    ['fbeta_2', 'F2'],
    ['tweedie_deviance_1.5', 'Tweedie deviance (1.5)'],
    ['no_such_metric', 'no_such_metric'],
  ])('of %s is %s', (name, title) => {
    expect(metricTitle(name)).toBe(title);
  });
});

describe('fileMetricKey', () => {
  it('is what stands behind the prefix', () => {
    expect(fileMetricKey('file:val.loss')).toBe('val.loss');
    for (const name of ['file:', 'roc_auc', 'myfile:x', 'x.file:']) expect(fileMetricKey(name), name).toBeUndefined();
  });
});

describe('isArtifactMetric', () => {
  it('is true of the artifact alone', () => {
    expect(isArtifactMetric('artifact_size_bytes')).toBe(true);
    expect(isArtifactMetric('roc_auc')).toBe(false);
  });
});
