import type { Environment } from '../../domain/policy/environment.ts';
import { UserError } from '../../errors.ts';
import type { ProfileSource, RegisteredProfile } from '../../ports/drift/profile-source.ts';
import { findRunningVersions, lastRunning, lostVersion, type RunningPorts } from '../registry/find-running-versions.ts';
import { dataDocumentOf } from '../registry/stored-document.ts';
import type { KnownVersion, VersionCatalog } from '../registry/version-catalog.ts';
import type { VersionStore } from '../registry/version-store.ts';

/** What finding a registered profile needs. */
export interface RegisteredProfilePorts extends RunningPorts {
  readonly catalog: VersionCatalog;
  readonly documents: Pick<VersionStore, 'readDocument'>;
}

/** Profiles in the store, by what the manifests of the default branch run. */
export class RegisteredProfileSource implements ProfileSource {
  readonly #environments: readonly Environment[];
  readonly #ports: RegisteredProfilePorts;

  constructor(environments: readonly Environment[], ports: RegisteredProfilePorts) {
    this.#environments = environments;
    this.#ports = ports;
  }

  async inProduction(): Promise<RegisteredProfile> {
    const known = await this.#version();
    const { version } = known;
    const document = await dataDocumentOf(known, this.#ports.documents);
    if (document === undefined) {
      throw missing(`the document of v${version}'s release has expired on GitHub, so its profile is not available`);
    }
    const reference = document.profile;
    const profile = reference && (await this.#ports.documents.readDocument('profile', reference.digest));
    if (reference && profile) return { profile, path: reference.uri, digest: reference.digest, version };
    throw missing(`v${version} was registered without a profile`);
  }

  async #version(): Promise<KnownVersion> {
    const running = await findRunningVersions(this.#environments, this.#ports);
    const disagreeing = running.find(({ disagrees }) => disagrees);
    // Drift from the profile of a version that only some targets run would say nothing.
    if (disagreeing !== undefined) throw missing(disagreeing.note ?? 'the targets of an environment disagree');
    const last = lastRunning(running, this.#ports.catalog);
    if (last !== undefined && last.version === undefined) throw missing(lostVersion(last));
    const known = last?.version ?? (await this.#ports.catalog.newest());
    if (known === undefined) throw missing('no trusted version is registered');
    return known;
  }
}

function missing(message: string): UserError {
  return new UserError('REPORT_NOT_FOUND', message, {
    fix: 'Register a version after evaluate-and-gate, or set the input reference to a profile or a table.',
  });
}
