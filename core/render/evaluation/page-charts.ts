import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { type Chart, drawAll } from '../page/drawing.ts';
import { EVALUATION_CHARTS } from './chart-registry.ts';

/** The charts of a report, drawn to SVG; texts of the report are escaped by the library. */
export async function drawCharts(report: EvaluationReport): Promise<readonly Chart[]> {
  return drawAll(EVALUATION_CHARTS.flatMap(({ page }) => page(report) ?? []));
}
