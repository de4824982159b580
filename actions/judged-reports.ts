import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from '../core/adapters/files/absent.ts';
import type { ActionContext } from './action-context.ts';
import { fetchModel } from './model-artifact.ts';
import { reportFolder, reportPath } from './report-files.ts';
import { fetchWorkflowArtifact, type RunArtifact, uploadWorkflowArtifact } from './workflow-artifact.ts';

/** Files that an evaluation passes to later jobs. */
const DOCUMENTS = ['evaluation.json', 'profile.json', 'run.json'] as const;
/** The same for people. */
const PAGES = ['report.html', 'summary.md', 'junit.xml'] as const;

/** Ids of the workflow artifacts of the jobs before; undefined: the newest of this run. */
export interface JudgedArtifacts {
  readonly report: number | undefined;
  readonly model: number | undefined;
}

/** Uploads the reports of an evaluation: what the bot and the jobs after this one read. Null where there is no runner. */
export async function uploadReports(context: ActionContext, model: string): Promise<RunArtifact | null> {
  const root = reportFolder(context.env, model);
  const files = [...DOCUMENTS, ...PAGES].map((name) => join(root, name)).filter((file) => isThere(file));
  return uploadWorkflowArtifact(context, { kind: 'report', model }, { root, files });
}

/**
 * Brings what earlier jobs of this run judged: the reports, and the model that they speak of. Does nothing where an
 * earlier step of this job left an evaluation, or where there is no runner.
 *
 * @throws {UserError} As `fetchWorkflowArtifact`.
 */
export async function fetchJudged(context: ActionContext, model: string, ids: JudgedArtifacts): Promise<void> {
  const { env } = context;
  if (isThere(reportPath(env, model, 'evaluation'))) return;
  const folder = reportFolder(env, model);
  const fetched = join(folder, 'fetched');
  const found = await fetchWorkflowArtifact(context, { subject: { kind: 'report', model }, id: ids.report }, fetched);
  if (found === undefined) return;
  await mkdir(folder, { recursive: true });
  // By name: whatever else an artifact holds does not get among the reports.
  for (const name of DOCUMENTS) if (isThere(join(fetched, name))) await cp(join(fetched, name), join(folder, name));
  await fetchModel(context, model, ids.model);
}
