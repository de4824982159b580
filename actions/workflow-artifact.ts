import { existsSync } from 'node:fs';
import { artifactsOfKind } from '../core/domain/model/workflow-artifact.ts';
import type { ActionContext } from './action-context.ts';
import { reportFolder, reportPath } from './report-files.ts';

/**
 * Brings the reports (and the judged artifact) that an earlier job of this run uploaded into the report folder.
 * Does nothing where an earlier step of this job left them there, or where there is no runner.
 *
 * Of several attempts the highest that is not above this one: a job that is run again alone finds what the attempt
 * before it made.
 */
export async function fetchWorkflowArtifact(context: ActionContext, model: string): Promise<void> {
  const { env } = context;
  if (existsSync(reportPath(env, model, 'evaluation')) || !env.ACTIONS_RUNTIME_TOKEN) return;
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  const { artifacts } = await client.listArtifacts({ latest: true });
  const attempt = Number(env.GITHUB_RUN_ATTEMPT ?? '1');
  const found = artifactsOfKind(model, 'report', artifacts).find((made) => made.attempt <= attempt)?.artifact;
  if (found === undefined) return;
  context.log.info(`Reports come from the workflow artifact ${found.name}`);
  await client.downloadArtifact(found.id, { path: reportFolder(env, model) });
}
