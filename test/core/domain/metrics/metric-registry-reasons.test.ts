import { describe, expect, it } from 'vitest';
import { BINARY, decidedRows, found, MULTICLASS, rowsOf } from './metric-rows.ts';

describe('reasons', () => {
  const none = { labels: [], scores: [] };
  const ones = { labels: [1, 1], scores: [0.2, 0.8] };
  const zeros = { labels: [0, 0], scores: [0.2, 0.8] };
  const alike = { labels: [1, 0], scores: [0.2, 0.3] };
  const same = 'all rows have the same label';
  const separate = 'the scores separate the labels, or do not vary';
  const noRows = 'there are no rows';
  it.each([
    { name: 'roc_auc', of: [ones, zeros, none], reason: same },
    { name: 'average_precision', of: [zeros, none], reason: 'no row has label 1' },
    { name: 'precision_at_recall_0.5', of: [zeros, none], reason: 'no row has label 1' },
    { name: 'recall_at_precision_0.5', of: [zeros, none], reason: 'no row has label 1' },
    { name: 'log_loss', of: [none], reason: noRows },
    { name: 'brier_score', of: [none], reason: noRows },
    { name: 'ece', of: [none], reason: noRows },
    { name: 'calibration_slope', of: [ones, zeros, none], reason: same },
    { name: 'calibration_slope', of: [{ labels: [1, 1, 0], scores: [0.8, 0.7, 0.6] }], reason: separate },
    { name: 'calibration_slope', of: [{ labels: [1, 0, 1], scores: [0.7, 0.7, 0.7] }], reason: separate },
    { name: 'accuracy', of: [none], reason: noRows },
    { name: 'balanced_accuracy', of: [ones, zeros, none], reason: same },
    { name: 'mcc', of: [ones, zeros, none], reason: same },
    { name: 'mcc', of: [alike], reason: 'all rows have the same prediction' },
    {
      name: 'cohen_kappa',
      of: [none, { labels: [1, 1], scores: [0.9, 0.8] }],
      reason: 'all rows have the same label and the same prediction',
    },
    { name: 'precision', of: [none, alike], reason: 'no score reaches the decision threshold' },
    { name: 'recall', of: [none, zeros], reason: 'no row has that label' },
    { name: 'specificity', of: [none, ones], reason: 'no row has that label' },
    {
      name: 'f1',
      of: [none, { labels: [0, 0], scores: [0.1, 0.2] }],
      reason: 'no row has that label and none is predicted so',
    },
  ])('$name has no value where $reason', ({ name, of, reason }) => {
    for (const rows of of) {
      expect(found(name, BINARY, rowsOf(rows.labels, rows.scores))).toEqual({ kind: 'undefined', reason });
    }
  });

  it.each([
    { name: 'accuracy', reason: noRows },
    { name: 'balanced_accuracy', reason: same },
    { name: 'f1_macro', reason: noRows },
    { name: 'f1_weighted', reason: noRows },
    { name: 'log_loss', reason: noRows },
    { name: 'brier_score', reason: noRows },
    { name: 'ece', reason: noRows },
    { name: 'roc_auc_ovr', reason: 'class 0: all rows have the same label' },
    { name: 'roc_auc_ovo', reason: 'a class has no rows' },
    { name: 'average_precision_macro', reason: 'class 0: no row has label 1' },
  ])('$name of several classes has none without rows: $reason', ({ name, reason }) => {
    expect(found(name, MULTICLASS, decidedRows([], []))).toEqual({ kind: 'undefined', reason });
  });

  it('name the class that rows lack', () => {
    const rows = decidedRows([0, 2, 0, 2], [0, 1, 2, 2]);
    expect(found('roc_auc_ovr', MULTICLASS, rows)).toMatchObject({ reason: 'class 1: all rows have the same label' });
    expect(found('average_precision_macro', MULTICLASS, rows)).toMatchObject({ reason: 'class 1: no row has label 1' });
    expect(found('roc_auc_ovo', MULTICLASS, rows)).toMatchObject({ reason: 'a class has no rows' });
  });

  it.each(['mae', 'rmse', 'median_absolute_error', 'max_error', 'pinball_loss'])('%s needs rows', (name) => {
    expect(found(name, 'regression', rowsOf([], []))).toEqual({ kind: 'undefined', reason: noRows });
  });
});
