import { resolve } from 'node:path';
import type { ActionContext } from '../../actions/action-context.ts';
import { loadModel } from '../../actions/load-model.ts';
import { loadOptionalReport, reportPath } from '../../actions/report-files.ts';
import { GitLabClient } from '../../core/adapters/gitlab/gitlab-client.ts';
import { GitLabMergeRequestNotes } from '../../core/adapters/gitlab/gitlab-merge-request-notes.ts';
import { createHttpFetch } from '../../core/adapters/http/http-fetch.ts';
import type { EvaluationReport } from '../../core/reports/evaluation-report.ts';
import { type PublishedNote, publishNote } from '../../core/usecases/review/publish-note.ts';
import { type MergeRequestOfJob, readMergeRequest } from './read-merge-request.ts';

/** Flags of `tidegate note`. */
export interface NoteFlags {
  readonly model: string | undefined;
  /** Path of the report, relative to the working directory. */
  readonly report: string | undefined;
}

/** Writes what `tidegate judge` found as a note on the merge request of the pipeline. */
export async function writeNote(
  context: Pick<ActionContext, 'env' | 'workingDirectory'> & ActionContext,
  flags: NoteFlags,
): Promise<PublishedNote> {
  const request = readMergeRequest(context.env);
  const { name } = await loadModel(context, flags.model);
  const report = await readOwnReport(context, { name, path: flags.report }, request);
  const { apiUrl, token, pipeline, commit } = request;
  const client = new GitLabClient({ apiUrl, token, fetch: createHttpFetch(context.env) });
  const run = { id: pipeline, head: commit };
  return publishNote({ model: name, report, run }, new GitLabMergeRequestNotes(client, request));
}

/** The report of this pipeline, or why there is none: a runner may keep the folder of an earlier job. */
async function readOwnReport(
  { env, workingDirectory }: ActionContext,
  { name, path }: { readonly name: string; readonly path: string | undefined },
  { pipeline, commit }: MergeRequestOfJob,
): Promise<EvaluationReport | string> {
  const file = path === undefined ? reportPath(env, name, 'evaluation') : resolve(workingDirectory, path);
  const report = await loadOptionalReport(file, 'evaluation');
  if (report === undefined) return 'the job ended before a model was judged; its log says why';
  if (report.model !== name) return `the report is of the model ${report.model}`;
  const { runId, commit: judged } = report.source;
  if (judged === commit && (runId === null || runId === pipeline)) return report;
  return 'the report is of another commit or pipeline; the log of this job says why it wrote no report';
}
