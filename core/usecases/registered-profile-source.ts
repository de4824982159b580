import type { EnvironmentConfig } from '../config/environment-config.ts';
import { UserError } from '../errors.ts';
import type { ProfileSource, RegisteredProfile } from '../ports/profile-source.ts';
import { findRunningVersions, type RunningPorts } from './find-running-versions.ts';
import type { KnownVersion } from './version-catalog.ts';
import type { VersionStore } from './version-store.ts';

/** What finding a registered profile needs. */
export interface RegisteredProfilePorts extends RunningPorts {
  readonly documents: Pick<VersionStore, 'readDocument' | 'readVersion'>;
}

/** Profiles in the store, by what the manifests of the default branch run. */
export class RegisteredProfileSource implements ProfileSource {
  readonly #environments: readonly EnvironmentConfig[];
  readonly #ports: RegisteredProfilePorts;

  constructor(environments: readonly EnvironmentConfig[], ports: RegisteredProfilePorts) {
    this.#environments = environments;
    this.#ports = ports;
  }

  async inProduction(): Promise<RegisteredProfile> {
    const known = await this.#version();
    const reference = known.line?.documents.profile ?? (await this.#documentOf(known));
    const profile = reference && (await this.#ports.documents.readDocument('profile', reference.digest));
    if (reference && profile) return { profile, path: reference.uri, digest: reference.digest, version: known.version };
    throw missing(`v${known.version} was registered without a profile`);
  }

  async #version(): Promise<KnownVersion> {
    const running = await findRunningVersions(this.#environments, this.#ports);
    const last = running.filter(({ version }) => version !== undefined).at(-1)?.version;
    const known = last ?? (await this.#ports.catalog.newest());
    if (known === undefined) throw missing('no version is registered yet');
    return known;
  }

  async #documentOf({ version }: KnownVersion) {
    return (await this.#ports.documents.readVersion(version, undefined))?.profile ?? undefined;
  }
}

function missing(message: string): UserError {
  return new UserError('REPORT_NOT_FOUND', message, {
    fix: 'Register a version with evaluate-and-gate before it, or give the input reference: a profile or a table.',
  });
}
