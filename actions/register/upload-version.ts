import { dirname } from 'node:path';
import type { ActionContext } from '../action-context.ts';
import { uploadWorkflowArtifact } from '../workflow-artifact.ts';

/** Uploads the model-version report as a workflow artifact of its own; does nothing where there is no runner. */
export async function uploadVersion(context: ActionContext, model: string, reportPath: string): Promise<void> {
  const upload = { root: dirname(reportPath), files: [reportPath] };
  await uploadWorkflowArtifact(context, { kind: 'version', model }, upload);
}
