import { createHttpFetch } from '../../core/adapters/http/http-fetch.ts';
import { RegistryImageTags } from '../../core/adapters/oci/registry-image-tags.ts';
import { renderRegistration } from '../../core/render/registration.ts';
import { type Registration, registerVersion } from '../../core/usecases/registry/register-version.ts';
import type { ActionContext } from '../action-context.ts';
import { readDockerConfig } from '../docker-config.ts';
import { readInputs } from '../inputs.ts';
import { fetchJudged } from '../judged-reports.ts';
import { loadModel } from '../load-model.ts';
import { documentsOf, openStores } from '../registered-versions.ts';
import { reportPath, writeReport } from '../report-files.ts';
import { assembleRegistration } from './assemble-registration.ts';
import { inputs } from './inputs.ts';
import { openHost } from './open-host.ts';
import { outputs } from './outputs.ts';
import { uploadVersion } from './upload-version.ts';

/** Registers the judged artifact. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadModel(context, values.model);
  const hostOf = await openHost(context, loaded, values['github-token']);
  await fetchJudged(context, loaded.name, {
    report: values['report-artifact-id'],
    model: values['model-artifact-id'],
  });
  const { request, store } = await assembleRegistration(context, loaded, values);
  const registration = await registerVersion(request, {
    store,
    images: new RegistryImageTags({
      dockerConfig: await readDockerConfig(context.env),
      fetch: createHttpFetch(context.env),
    }),
    ...hostOf({ request, storeUri: store.uri }),
    storeOf: documentsOf(openStores(context, values['github-token'])),
  });
  const path = await writeReport(
    reportPath(context.env, loaded.name, 'model-version'),
    'model-version',
    registration.report,
  );
  await uploadVersion(context, loaded.name, path);
  writeOutputs(context, registration, path);
  await context.appendSummary(renderRegistration(registration));
  if (registration.created) warnOfOtherDataset(context, registration);
  const verb = registration.created ? 'Registered' : 'Nothing to register:';
  context.log.info(`${verb} ${registration.tag} (${registration.reason})`);
}

/** The registration goes on: what was registered is what was judged, but reviewers looked at something else. */
function warnOfOtherDataset({ log }: ActionContext, { report: { dataset } }: Registration): void {
  const compared = dataset?.pullRequest;
  if (compared?.same !== false) return;
  log.warning({
    message: `pull request #${compared.number} was judged on the dataset ${compared.digest}, this release on ${dataset?.digest}`,
    fix: 'Check whether the data changed with the merge. If not, an object of the remote was replaced.',
  });
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
