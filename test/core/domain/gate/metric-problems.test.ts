import { describe, expect, it } from 'vitest';
import { metricBoundProblems, metricNameProblems } from '../../../../core/domain/gate/metric-problems.ts';

const USE = {
  task: 'binary-classification',
  where: 'models.m.gate.rules.0',
  place: { place: { file: 'tidegate.yaml', line: 7 } },
} as const;

describe('metricNameProblems', () => {
  it.each(['roc_auc', 'artifact_size_bytes', 'file:val.loss'])('takes %s', (name) => {
    expect(metricNameProblems(name, USE)).toEqual([]);
  });

  it('names the nearest metric, or all of them', () => {
    expect(metricNameProblems('roc_acu', USE)).toEqual([
      {
        message: 'models.m.gate.rules.0 names "roc_acu", which is not a metric of binary-classification',
        fix: 'Did you mean "roc_auc"?',
        ...USE.place,
      },
    ]);
    const [far] = metricNameProblems('zzzzzzzzzzzz', USE);
    expect(far?.fix).toMatch(/^Use one of .*roc_auc.*, .*\.$/);
    expect(metricNameProblems('rmse', USE)).toHaveLength(1);
  });
});

describe('metricNameProblems of scores that are no probabilities', () => {
  it('refuses metrics of probabilities, and takes those of the order and of the decided classes', () => {
    const decided = { ...USE, scores: 'decision' } as const;
    expect(metricNameProblems('log_loss', decided)).toEqual([
      {
        message: 'models.m.gate.rules.0 names "log_loss", which needs probabilities, and evaluate.scores is decision',
        fix: 'Name a metric of the order or of the decided classes, such as accuracy.',
        ...USE.place,
      },
    ]);
    expect(['roc_auc', 'accuracy', 'file:log_loss'].flatMap((name) => metricNameProblems(name, decided))).toEqual([]);
    const ofClasses = { ...decided, task: 'multiclass-classification' } as const;
    expect(metricNameProblems('calibration_slope', ofClasses)).toHaveLength(1);
  });
});

describe('metricBoundProblems', () => {
  it.each([
    ['both ends', { metric: 'roc_auc', min: 0, max: 1 }],
    ['nothing', { metric: 'roc_auc' }],
    ['a metric without a range', { metric: 'log_loss', min: 0, max: 1e9 }],
    ['the size of an artifact', { metric: 'artifact_size_bytes', max: 1e12 }],
    ['a metric that no one knows, which has its own problem', { metric: 'unknown', min: -1e9 }],
  ])('takes %s', (_, bounds) => {
    expect(metricBoundProblems(bounds, USE)).toEqual([]);
  });

  it('names what a metric never reaches', () => {
    expect(metricBoundProblems({ metric: 'roc_auc', min: -0.5, max: 1.5 }, USE)).toEqual([
      {
        message: 'models.m.gate.rules.0: metric "roc_auc" has min -0.5, but roc_auc is in [0, 1]',
        fix: 'Set min to a value between 0 and 1.',
        ...USE.place,
      },
      {
        message: 'models.m.gate.rules.0: metric "roc_auc" has max 1.5, but roc_auc is in [0, 1]',
        fix: 'Set max to a value between 0 and 1.',
        ...USE.place,
      },
    ]);
    expect(metricBoundProblems({ metric: 'artifact_size_bytes', min: -1 }, USE)).toHaveLength(1);
  });

  it('knows the ranges of each task', () => {
    const regression = { ...USE, task: 'regression' } as const;
    expect(metricBoundProblems({ metric: 'r2', max: 2 }, regression)).toHaveLength(1);
    expect(metricBoundProblems({ metric: 'r2', min: -2 }, regression)).toEqual([]);
    // Of another task, it has the problem of its name.
    expect(metricBoundProblems({ metric: 'recall', min: 2 }, regression)).toEqual([]);
  });

  it('knows the range of a class against the rest', () => {
    const multiclass = { ...USE, task: 'multiclass-classification' } as const;
    expect(metricBoundProblems({ metric: 'recall', min: 2 }, multiclass)).toHaveLength(1);
    expect(metricBoundProblems({ metric: 'recall', min: 0.5 }, multiclass)).toEqual([]);
    expect(metricBoundProblems({ metric: 'roc_auc_ovr', min: 2 }, multiclass)).toHaveLength(1);
  });
});
