import { calibration } from './charts/calibration.ts';
import { confusion } from './charts/confusion.ts';
import { differences } from './charts/differences.ts';
import type { EvaluationChart } from './charts/evaluation-chart.ts';
import { precisionRecall } from './charts/precision-recall.ts';
import { residuals } from './charts/residuals.ts';
import { rocCurve } from './charts/roc-curve.ts';
import { sliceDifferences } from './charts/slice-differences.ts';

/** The charts of an evaluation in the order of the comment and of the page, one file each. */
export const EVALUATION_CHARTS: readonly EvaluationChart[] = [
  differences,
  sliceDifferences,
  rocCurve,
  precisionRecall,
  calibration,
  confusion,
  residuals,
];
