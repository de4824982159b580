import { GitHubCommitHistory } from '../../core/adapters/github/github-commit-history.ts';
import { GitHubVersionTags } from '../../core/adapters/github/github-version-tags.ts';
import { RegistryImageTags } from '../../core/adapters/oci/registry-image-tags.ts';
import { renderRegistration } from '../../core/render/registration.ts';
import { type Registration, registerVersion } from '../../core/usecases/register-version.ts';
import type { ActionContext } from '../action-context.ts';
import { readDockerConfig } from '../docker-config.ts';
import { gitHubOf } from '../github.ts';
import { readInputs } from '../inputs.ts';
import { type LoadedModel, loadModel } from '../load-model.ts';
import { openCatalog } from '../registered-versions.ts';
import { reportPath, writeReport } from '../report-files.ts';
import { inRepository } from '../repository-environments.ts';
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
    ...(await gitHubPorts(context, loaded, { token: values['github-token'], storeUri: store.uri })),
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

async function gitHubPorts(
  context: ActionContext,
  loaded: LoadedModel,
  { token, storeUri }: { readonly token: string | undefined; readonly storeUri: string },
) {
  const access = await gitHubOf(context, token);
  const environments = inRepository(context, loaded.model.environments);
  return {
    tags: new GitHubVersionTags(access.client, access.repository),
    history: new GitHubCommitHistory(access.client, access.repository),
    versions: () => openCatalog(context, loaded, { ...access, environments, storeUri }),
  };
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
