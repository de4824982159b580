import { dirname } from 'node:path';
import { workflowArtifactName } from '../../core/domain/model/workflow-artifact.ts';
import type { ActionContext } from '../action-context.ts';

/** Uploads the model-version report as a workflow artifact of its own; does nothing where there is no runner. */
export async function uploadVersion(context: ActionContext, model: string, reportPath: string): Promise<void> {
  if (!context.env.ACTIONS_RUNTIME_TOKEN) return;
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const name = workflowArtifactName(model, 'version', Number(context.env.GITHUB_RUN_ATTEMPT ?? '1'));
  await new DefaultArtifactClient().uploadArtifact(name, [reportPath], dirname(reportPath));
}
