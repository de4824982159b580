import { cp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { workflowArtifactName } from '../../core/domain/model/workflow-artifact.ts';
import type { ActionContext } from '../action-context.ts';
import { reportFolder } from '../report-files.ts';

/**
 * Copies the judged artifact beside the reports, and uploads both as one workflow artifact: what register takes up.
 *
 * @param artifact Absolute path of the judged file or folder; undefined for predictions.
 * @returns The artifact's name; null where there is no runner to upload to.
 */
export async function uploadEvaluation(
  context: ActionContext,
  model: string,
  artifact: string | undefined,
): Promise<string | null> {
  const folder = reportFolder(context.env, model);
  const copied = join(folder, 'artifact');
  await rm(copied, { recursive: true, force: true });
  if (artifact !== undefined) await cp(artifact, join(copied, basename(artifact)), { recursive: true });
  if (!context.env.ACTIONS_RUNTIME_TOKEN) return null;
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const name = workflowArtifactName(model, 'report', Number(context.env.GITHUB_RUN_ATTEMPT ?? '1'));
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  await new DefaultArtifactClient().uploadArtifact(name, files, folder);
  return name;
}
