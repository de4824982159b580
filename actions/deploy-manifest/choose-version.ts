import { artifactFolder } from '../../core/domain/registry/store-layout.ts';
import { UserError } from '../../core/errors.ts';
import type { KnownVersion } from '../../core/usecases/version-catalog.ts';
import type { ActionContext } from '../action-context.ts';
import type { RegisteredVersions } from '../registered-versions.ts';
import { loadOptionalReport, reportPath } from '../report-files.ts';

/**
 * The version to deploy: the one that is wanted, else the one that register left in this job, else the newest.
 *
 * @throws {UserError} VERSION_NOT_FOUND where there is none, or where its artifact is not in the store.
 */
export async function chooseVersion(
  { env }: ActionContext,
  { catalog, objects }: RegisteredVersions,
  asked: { readonly model: string; readonly wanted: string | undefined },
): Promise<KnownVersion> {
  const left = await loadOptionalReport(reportPath(env, asked.model, 'model-version'), 'model-version');
  const wanted = asked.wanted ?? left?.version;
  const version = wanted === undefined ? await catalog.newest() : await catalog.find(wanted);
  if (version === undefined) {
    const known = (await catalog.active()).slice(0, 10).map((active) => active.version);
    throw new UserError('VERSION_NOT_FOUND', `${asked.model} has no version ${wanted ?? 'at all'}`, {
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
