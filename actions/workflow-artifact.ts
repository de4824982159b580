import { existsSync } from 'node:fs';
import { slug } from '../core/domain/model/model-name.ts';
import type { ActionContext } from './action-context.ts';
import { reportFolder, reportPath } from './report-files.ts';

/** The name of the workflow artifact that carries a model's reports from job to job. */
export function workflowArtifactName(model: string, attempt: number): string {
  return `tidegate-${slug(model)}-${attempt}`;
}

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
  const [found] = artifacts
    .flatMap((artifact) => {
      const made = attemptOf(artifact.name, model);
      return made === undefined || made > attempt ? [] : [{ ...artifact, made }];
    })
    .sort((a, b) => b.made - a.made);
  if (found === undefined) return;
  context.log.info(`Reports come from the workflow artifact ${found.name}`);
  await client.downloadArtifact(found.id, { path: reportFolder(env, model) });
}

/** The attempt in the name of an artifact of the model; undefined for other names. */
export function attemptOf(name: string, model: string): number | undefined {
  const prefix = `tidegate-${slug(model)}-`;
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}
