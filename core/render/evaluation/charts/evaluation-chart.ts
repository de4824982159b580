import type { EvaluationReport } from '../../../reports/evaluation-report.ts';
import type { Drawing } from '../../page/drawing.ts';

/** A chart of an evaluation: one entry of the registry. Each is drawn where the report has its data. */
export interface EvaluationChart {
  readonly name: string;
  /** In a comment: Mermaid with a table beneath, as Markdown. Null where the comment does not show it. */
  readonly comment: ((report: EvaluationReport) => string | undefined) | null;
  /** In the HTML page. */
  readonly page: (report: EvaluationReport) => Drawing | undefined;
}

/** The colours of the page. */
export const COLORS = { candidate: '#0969da', champion: '#8c959f', reference: '#d0d7de' };
