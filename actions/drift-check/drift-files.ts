import { dirname, join } from 'node:path';
import { ServiceError } from '../../core/errors.ts';
import { renderDriftMetrics } from '../../core/render/drift/drift-metrics.ts';
import { renderDriftPage } from '../../core/render/drift/drift-page.ts';
import type { DriftReport } from '../../core/reports/drift-report.ts';
import type { ActionContext, Environment } from '../action-context.ts';
import { reportPath, writeReport, writeReportText } from '../report-files.ts';
import { ownWorkflowArtifact, removeWorkflowArtifact, uploadWorkflowArtifact } from '../workflow-artifact.ts';

/** Files of a check: absolute paths. */
export interface DriftFiles {
  readonly report: string;
  readonly metrics: string;
  readonly page: string;
  /** The text of the metrics. */
  readonly metricsText: string;
}

/** Writes a report as JSON, as metrics for Prometheus and as a page. */
export async function writeDriftFiles({ env }: ActionContext, report: DriftReport): Promise<DriftFiles> {
  const path = await writeReport(reportPath(env, report.model, 'drift'), 'drift', report);
  const metricsText = await renderDriftMetrics(report);
  const near = (name: string) => join(dirname(path), name);
  return {
    report: path,
    metrics: await writeReportText(near('metrics.prom'), metricsText),
    page: await writeReportText(near('drift.html'), await renderDriftPage(report)),
    metricsText,
  };
}

/**
 * Uploads the files as the workflow artifact of this check; a check before it in the same attempt is replaced.
 *
 * @returns The address of the artifact for people, undefined where there is no runner, or why it was refused.
 */
export async function uploadDriftFiles(
  context: ActionContext,
  model: string,
  { report, metrics, page }: DriftFiles,
): Promise<string | ServiceError | undefined> {
  const subject = { kind: 'drift', model } as const;
  const upload = async () => {
    if ((await ownWorkflowArtifact(context, subject)) !== undefined) await removeWorkflowArtifact(context, subject);
    return uploadWorkflowArtifact(context, subject, { root: dirname(report), files: [report, metrics, page] });
  };
  const uploaded = await upload().catch((error: unknown) => {
    if (error instanceof ServiceError) return error;
    throw error;
  });
  if (uploaded instanceof ServiceError) return uploaded;
  return uploaded === null ? undefined : addressOf(context.env, uploaded.id);
}

/** Undefined where the runner does not say which run it is. */
function addressOf(env: Environment, id: number): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  if (server === undefined || repository === undefined || run === undefined) return undefined;
  return `${server}/${repository}/actions/runs/${run}/artifacts/${id}`;
}
