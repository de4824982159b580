import type { ChampionHistory } from '../../domain/evaluation/champion-data.ts';
import { namesArtifact } from '../../domain/manifest/match-version.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { Champion, ChampionFinder } from '../../ports/evaluate/champion-finder.ts';
import type { Commits } from '../../ports/github/commits.ts';
import {
  findRunningVersions,
  lastRunning,
  lostVersion,
  type RunningEnvironment,
} from '../registry/find-running-versions.ts';
import type { KnownVersion, RefusedTag, VersionCatalog } from '../registry/version-catalog.ts';

/** Dependencies of finding a registered champion. */
export interface ChampionPorts {
  readonly catalog: VersionCatalog;
  readonly commits: Pick<Commits, 'read'>;
  /** Brings the artifact of a version to this machine, verified; returns its absolute path. */
  readonly fetchArtifact: (version: KnownVersion) => Promise<string>;
  /** Data with which a version was made and judged, from its documents; undefined if they do not say. */
  readonly readHistory: (version: KnownVersion) => Promise<ChampionHistory | undefined>;
}

/**
 * The champion among registered versions. `auto`: what the default branch's manifests name in the last environment that
 * has a version; else the newest active one. A version is there or not; one that cannot be read is never the same as
 * none, and neither is an artifact of the store that no believed version has.
 */
export class RegisteredChampionFinder implements ChampionFinder {
  readonly #environments: readonly Environment[];
  readonly #ports: ChampionPorts;

  constructor(environments: readonly Environment[], ports: ChampionPorts) {
    this.#environments = environments;
    this.#ports = ports;
  }

  async find(selector: string): Promise<Champion> {
    try {
      return selector === 'auto' ? await this.#auto() : await this.#named(selector);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { kind: 'unreadable', reason: error.message, code: error.code };
    }
  }

  async #auto(): Promise<Champion> {
    const running = await findRunningVersions(this.#environments, this.#ports);
    const disagreeing = running.find(({ disagrees }) => disagrees);
    if (disagreeing !== undefined) return { kind: 'unreadable', reason: disagreeing.note ?? 'targets disagree' };
    const last = lastRunning(running, this.#ports.catalog);
    if (last !== undefined) {
      if (last.version === undefined) return { kind: 'unreadable', reason: lostVersion(last) };
      const where = environmentsOf(last.version, running).join(', ');
      return this.#champion(last.version, running, `it runs in ${where}`);
    }
    const newest = await this.#ports.catalog.newest();
    if (newest !== undefined)
      return this.#champion(newest, running, 'it is the newest version; no environment runs one');
    return withoutChampion(this.#ports.catalog.refused());
  }

  async #named(selector: string): Promise<Champion> {
    const version = await this.#ports.catalog.find(selector);
    if (version !== undefined)
      return this.#champion(version, await findRunningVersions(this.#environments, this.#ports), 'it was named');
    const refused = this.#ports.catalog.refused().find((tag) => tag.version === selector.replace(/^v/, ''));
    const why = refused === undefined ? '' : `: its tag is not trusted (${refused.reason})`;
    throw new UserError('VERSION_NOT_FOUND', `there is no version ${selector}${why}`, {
      fix: 'Set champion to auto, none, a registered version, or a path.',
    });
  }

  async #champion(version: KnownVersion, running: readonly RunningEnvironment[], note: string): Promise<Champion> {
    const environments = environmentsOf(version, running);
    if (!isArtifactBelieved(version)) return { kind: 'unreadable', ...expired(version) };
    try {
      const path = await this.#ports.fetchArtifact(version);
      const history = await this.#ports.readHistory(version);
      const found = {
        ...{ version: version.version, digest: version.artifactDigest, path, environments, note },
        commit: version.commit,
        ...featuresOf(version),
      };
      return { kind: 'found', ...found, ...(history === undefined ? {} : { history }) };
    } catch (error) {
      if (!(error instanceof ServiceError || error instanceof UserError)) throw error;
      const code =
        error.code === 'STORE_REFUSED' || error.code === 'CREDENTIALS_MISSING' ? 'NO_CREDENTIALS' : error.code;
      return {
        kind: 'unreadable',
        reason: `v${version.version} cannot be read: ${error.message}`,
        code,
        version: version.version,
      };
    }
  }
}

/** The features that a version was registered with. */
function featuresOf({ document }: KnownVersion): { readonly features?: readonly string[] } {
  const features = Array.isArray(document?.features) ? document.features : [];
  return features.length > 0 && features.every((name) => typeof name === 'string') ? { features } : {};
}

/** Of a version that is believed by history alone, the artifact is where an environment has named its URI. */
function isArtifactBelieved({ provenance, artifactUri }: KnownVersion): boolean {
  return (
    provenance.kind !== 'history' ||
    provenance.values.some((value) => value !== undefined && namesArtifact(value, artifactUri))
  );
}

function expired({ version }: Pick<KnownVersion, 'version'>) {
  const reason = `v${version} cannot be used: the document of its release is not available any more, and no manifest names its artifact. Register a version again, or name the champion`;
  return { reason, version };
}

/** No version is believed. What another tool registered is shown, and is not a champion; what may be one is never "none". */
function withoutChampion(refused: readonly RefusedTag[]): Champion {
  const lost = refused.find(({ isExpired }) => isExpired);
  if (lost !== undefined) return { kind: 'unreadable', ...expired(lost) };
  const [elsewhere] = refused.filter(({ isForeign }) => isForeign);
  if (elsewhere === undefined) return { kind: 'none', note: 'no version is registered yet' };
  return { kind: 'none', note: `v${elsewhere.version} was registered elsewhere, and its storage is not known` };
}

function environmentsOf(version: KnownVersion, running: readonly RunningEnvironment[]): readonly string[] {
  return running.flatMap(({ name, version: runs }) => (runs?.version === version.version ? [name] : []));
}
