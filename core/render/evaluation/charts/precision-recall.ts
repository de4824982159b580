import { modelCurveChart } from './model-curve.ts';

/** Precision against recall, over all thresholds. */
export const precisionRecall = modelCurveChart({
  name: 'precision-recall',
  title: 'Precision and recall',
  x: 'recall',
  y: 'precision',
  withDiagonal: false,
  points: (curves) => curves.precisionRecall,
});
