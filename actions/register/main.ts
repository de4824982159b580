import { ZipReportArchive } from '../../core/adapters/files/zip-report-archive.ts';
import { GitHubCommitHistory } from '../../core/adapters/github/github-commit-history.ts';
import { GitHubPullRequests } from '../../core/adapters/github/github-pull-requests.ts';
import { GitHubVersionTags } from '../../core/adapters/github/github-version-tags.ts';
import { GitHubWorkflows } from '../../core/adapters/github/github-workflows.ts';
import { createHttpFetch } from '../../core/adapters/http/http-fetch.ts';
import { RegistryImageTags } from '../../core/adapters/oci/registry-image-tags.ts';
import { renderRegistration } from '../../core/render/registration.ts';
import { compareJudgedDataset } from '../../core/usecases/evaluate/compare-judged-dataset.ts';
import type { RegisterRequest } from '../../core/usecases/registry/register-request.ts';
import { type Registration, registerVersion } from '../../core/usecases/registry/register-version.ts';
import type { ActionContext } from '../action-context.ts';
import { readDockerConfig } from '../docker-config.ts';
import { type GitHubAccess, gitHubOf } from '../github.ts';
import { readInputs } from '../inputs.ts';
import { fetchJudged } from '../judged-reports.ts';
import { type LoadedModel, loadModel } from '../load-model.ts';
import { documentsOf, openCatalog, openStores } from '../registered-versions.ts';
import { reportPath, writeReport } from '../report-files.ts';
import { inRepository } from '../repository-environments.ts';
import { assembleRegistration } from './assemble-registration.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { refuseOtherRuns } from './refuse-other-runs.ts';
import { uploadVersion } from './upload-version.ts';

/** Registers the judged artifact. */
export async function main(context: ActionContext): Promise<void> {
  const values = readInputs(inputs, context);
  const loaded = await loadModel(context, values.model);
  const access = await gitHubOf(context, values['github-token']);
  await refuseOtherRuns(context, loaded, access);
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
    ...gitHubPorts(context, loaded, { access, request, storeUri: store.uri }),
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

function gitHubPorts(
  context: ActionContext,
  loaded: LoadedModel,
  {
    access,
    request: { model, commit },
    storeUri,
  }: { readonly access: GitHubAccess; readonly request: RegisterRequest; readonly storeUri: string },
) {
  const { client, repository } = access;
  const comparison = {
    pullRequests: new GitHubPullRequests(client, repository),
    workflows: new GitHubWorkflows(client, repository),
    archive: new ZipReportArchive(),
  };
  const environments = inRepository(context, loaded.model.environments);
  return {
    tags: new GitHubVersionTags(client, repository),
    commits: new GitHubCommitHistory(client, repository),
    versions: () => openCatalog(context, loaded, { ...access, environments, storeUri }),
    compareDataset: (digest: string) => compareJudgedDataset({ model, commit, digest }, comparison),
  };
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
