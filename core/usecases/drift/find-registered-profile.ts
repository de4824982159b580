import type { Environment } from '../../domain/policy/environment.ts';
import { UserError } from '../../errors.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { findRunningVersions, lastRunning, lostVersion, type RunningPorts } from '../registry/find-running-versions.ts';
import { dataDocumentOf } from '../registry/stored-document.ts';
import type { KnownVersion, VersionCatalog } from '../registry/version-catalog.ts';
import type { VersionStore } from '../registry/version-store.ts';

/** Dependencies of finding a registered profile. */
export interface RegisteredProfilePorts extends RunningPorts {
  readonly catalog: VersionCatalog;
  /** The documents of a version, in the store that it is in. */
  readonly documentsOf: (version: KnownVersion) => Promise<Pick<VersionStore, 'readDocument'>>;
}

/** The profile registered with a version. */
export interface RegisteredProfile {
  readonly profile: ProfileReport;
  /** Its address in the store, for people. */
  readonly path: string;
  /** `sha256:<hex>` of the document. */
  readonly digest: string;
  readonly version: string;
}

/**
 * The profile registered with the version in production: the last environment that runs one, else the newest version.
 *
 * @throws {UserError} REPORT_NOT_FOUND where there is no version or it has no profile, saying which.
 */
export async function findRegisteredProfile(
  environments: readonly Environment[],
  ports: RegisteredProfilePorts,
): Promise<RegisteredProfile> {
  const known = await versionInProduction(environments, ports);
  const { version } = known;
  const documents = await ports.documentsOf(known);
  const document = await dataDocumentOf(known, documents);
  if (document === undefined) {
    throw missing(`the document of v${version}'s release has expired on GitHub, so its profile is not available`);
  }
  const reference = document.profile;
  const profile = reference && (await documents.readDocument('profile', reference.digest));
  if (reference && profile) return { profile, path: reference.uri, digest: reference.digest, version };
  throw missing(`v${version} was registered without a profile`);
}

async function versionInProduction(
  environments: readonly Environment[],
  ports: RegisteredProfilePorts,
): Promise<KnownVersion> {
  const running = await findRunningVersions(environments, ports);
  const disagreeing = running.find(({ disagrees }) => disagrees);
  // Drift from the profile of a version that only some targets run would say nothing.
  if (disagreeing !== undefined) throw missing(disagreeing.note ?? 'the targets of an environment disagree');
  const last = lastRunning(running, ports.catalog);
  if (last !== undefined && last.version === undefined) throw missing(lostVersion(last));
  const known = last?.version ?? (await ports.catalog.newest());
  if (known === undefined) throw missing('no trusted version is registered');
  return known;
}

function missing(message: string): UserError {
  return new UserError('REPORT_NOT_FOUND', message, {
    fix: 'Register a version after evaluate-and-gate, or set the input reference to a profile or a table.',
  });
}
