import { modelCurveChart } from './model-curve.ts';

/** Recall against the false positive rate, over all thresholds. */
export const rocCurve = modelCurveChart({
  name: 'roc',
  title: 'ROC curve',
  x: 'false positive rate',
  y: 'recall',
  withDiagonal: true,
  points: ({ roc }) => roc,
});
