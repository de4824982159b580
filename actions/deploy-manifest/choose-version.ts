import { UserError } from '../../core/errors.ts';
import type { KnownVersion, VersionCatalog } from '../../core/usecases/registry/version-catalog.ts';
import type { ActionContext } from '../action-context.ts';
import type { RegisteredVersions } from '../registered-versions.ts';
import { loadOptionalReport, reportPath } from '../report-files.ts';

/**
 * The version to deploy: the one that is wanted, else the one that register left in this job, else the newest. Only versions that are
 * believed count.
 *
 * @throws {UserError} VERSION_NOT_FOUND where there is none, or where its artifact is not in the store.
 */
export async function chooseVersion(
  { env }: ActionContext,
  { catalog, storeOf }: Pick<RegisteredVersions, 'catalog' | 'storeOf'>,
  asked: { readonly model: string; readonly wanted: string | undefined },
): Promise<KnownVersion> {
  const left = await loadOptionalReport(reportPath(env, asked.model, 'model-version'), 'model-version');
  const wanted = asked.wanted ?? left?.version;
  const version = wanted === undefined ? await catalog.newest() : await catalog.find(wanted);
  if (version === undefined) throw await notFound(catalog, asked.model, wanted);
  const { artifacts } = await storeOf(version);
  if ((await artifacts.files({ digest: version.artifactDigest, uri: version.artifactUri })).length === 0) {
    throw new UserError('VERSION_NOT_FOUND', `the artifact of v${version.version} is not at ${version.artifactUri}`, {
      fix: 'Register the version again, or deploy another one.',
    });
  }
  return version;
}

/** Tags that are not believed are skipped; the reason is told. */
async function notFound(catalog: VersionCatalog, model: string, wanted: string | undefined): Promise<UserError> {
  const newest = wanted === undefined ? undefined : await catalog.newest();
  const refused = catalog
    .refused()
    .filter(({ version }) => wanted === undefined || version === wanted.replace(/^v/, ''));
  const why = refused.slice(0, 5).map(({ version, reason }) => `v${version} is not trusted: ${reason}`);
  const message = [`${model} has no version ${wanted ?? 'that is trusted'}`, ...why].join('; ');
  return new UserError('VERSION_NOT_FOUND', message, {
    fix: newest === undefined ? 'Register a version in the release workflow first.' : `Use ${newest.version}.`,
  });
}
