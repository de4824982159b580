import { GitHubCommitHistory } from '../../core/adapters/github/github-commit-history.ts';
import { GitHubVersionTags } from '../../core/adapters/github/github-version-tags.ts';
import { RegistryImageTags } from '../../core/adapters/oci/registry-image-tags.ts';
import { renderRegistration } from '../../core/render/registration.ts';
import { type Registration, registerVersion } from '../../core/usecases/register-version.ts';
import type { ActionContext } from '../action-context.ts';
import { readDockerConfig } from '../docker-config.ts';
import { gitHubOf } from '../github.ts';
import { type InputValues, readInputs } from '../inputs.ts';
import { loadModel } from '../load-model.ts';
import { reportPath, writeReport } from '../report-files.ts';
import { fetchWorkflowArtifact } from '../workflow-artifact.ts';
import { assembleRegistration } from './assemble-registration.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { uploadVersion } from './upload-version.ts';

/** Registers the judged artifact. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadModel(context, values.model);
  await fetchWorkflowArtifact(context, loaded.name);
  const { request, store } = await assembleRegistration(context, loaded, values);
  const registration = await registerVersion(request, {
    store,
    images: new RegistryImageTags(await readDockerConfig(context.env)),
    ...(await gitHubPorts(context, values)),
  });
  const path = await writeReport(
    reportPath(context.env, loaded.name, 'model-version'),
    'model-version',
    registration.report,
  );
  await uploadVersion(context, loaded.name, path);
  writeOutputs(context, registration, path);
  await context.appendSummary(renderRegistration(registration));
  const verb = registration.created ? 'Registered' : 'Nothing to register:';
  context.log.info(`${verb} ${registration.tag} (${registration.reason})`);
}

async function gitHubPorts(context: ActionContext, values: InputValues<typeof inputs>) {
  const { client, repository } = await gitHubOf(context, values['github-token']);
  return { tags: new GitHubVersionTags(client, repository), history: new GitHubCommitHistory(client, repository) };
}

function writeOutputs(context: ActionContext, { report, tag, created, version }: Registration, path: string): void {
  outputs.write(context, {
    'model-name': report.name,
    'model-version': version,
    'artifact-uri': report.artifact.uri,
    'artifact-digest': report.artifact.digest,
    tag,
    created,
    'report-path': path,
  });
}
