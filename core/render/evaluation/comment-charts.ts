import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { EVALUATION_CHARTS } from './chart-registry.ts';

/** The charts of both models as Mermaid, each with a table beneath: empty where the report has no curves. */
export function renderPictures(report: EvaluationReport): string {
  return EVALUATION_CHARTS.flatMap(({ comment }) => comment?.(report) ?? []).join('\n\n');
}
