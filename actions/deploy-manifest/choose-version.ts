import { GitHubVersionTags } from '../../core/adapters/github/github-version-tags.ts';
import { FileArtifactHasher } from '../../core/adapters/node/file-artifact-hasher.ts';
import { artifactFolder } from '../../core/domain/registry/store-layout.ts';
import { UserError } from '../../core/errors.ts';
import { type KnownVersion, VersionCatalog } from '../../core/usecases/version-catalog.ts';
import { VersionStore } from '../../core/usecases/version-store.ts';
import type { ActionContext } from '../action-context.ts';
import { gitHubOf } from '../github.ts';
import type { InputValues } from '../inputs.ts';
import type { LoadedModel } from '../load-model.ts';
import { openStore } from '../open-store.ts';
import { loadOptionalReport, reportPath } from '../report-files.ts';
import type { inputs } from './inputs.ts';

/**
 * The version to deploy: the input, else the one that register left in this job, else the newest.
 *
 * @throws {UserError} VERSION_NOT_FOUND where there is none, or where its artifact is not in the store.
 */
export async function chooseVersion(
  context: ActionContext,
  loaded: LoadedModel,
  values: InputValues<typeof inputs>,
): Promise<KnownVersion> {
  const { client, repository } = await gitHubOf(context, values['github-token']);
  const uri = loaded.model.register?.store;
  const objects =
    uri === undefined ? undefined : openStore(uri, { env: context.env, baseFolder: context.workingDirectory });
  const store = objects === undefined ? undefined : new VersionStore(objects, new FileArtifactHasher());
  const catalog = new VersionCatalog(loaded.name, new GitHubVersionTags(client, repository), async (version) =>
    store?.readVersion(version, undefined),
  );
  const left = await loadOptionalReport(reportPath(context.env, loaded.name, 'model-version'), 'model-version');
  const wanted = values['model-version'] ?? left?.version;
  const version = wanted === undefined ? await catalog.newest() : await catalog.find(wanted);
  if (version === undefined) {
    const known = (await catalog.active()).slice(0, 10).map((active) => active.version);
    throw new UserError('VERSION_NOT_FOUND', `${loaded.name} has no version ${wanted ?? 'at all'}`, {
      fix: known.length === 0 ? 'Register one first.' : `Use one of ${known.join(', ')}.`,
    });
  }
  const folder = `${artifactFolder(version.artifactDigest)}/`;
  if (objects !== undefined && (await objects.list(folder)[Symbol.asyncIterator]().next()).done === true) {
    throw new UserError('VERSION_NOT_FOUND', `the artifact of v${version.version} is not at ${version.artifactUri}`, {
      fix: 'Register the version again, or deploy another one.',
    });
  }
  return version;
}
