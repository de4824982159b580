import { matchVersion } from '../domain/manifest/match-version.ts';
import type { RunningValue } from '../domain/manifest/running-value.ts';
import type { DeployedVersion } from '../domain/manifest/version-value.ts';
import { type ActiveVersion, activeVersions } from '../domain/registry/active-versions.ts';
import type { VersionTags } from '../ports/version-tags.ts';
import type { ModelVersionReport } from '../reports/model-version-report.ts';
import { parseVersionTagMessage, type VersionTagLine } from '../reports/version-tag-line.ts';

/** A registered version as its tag tells it. */
export interface KnownVersion extends DeployedVersion {
  readonly tag: string;
  readonly commit: string;
  readonly taggedAt: string | null;
  readonly artifactDigest: string;
  /** Undefined for a tag made before Tidegate. */
  readonly line: VersionTagLine | undefined;
}

/** Reads the document of a version whose tag says nothing; the bot, which has no store, has none. */
export type VersionFallback = (version: string) => Promise<ModelVersionReport | undefined>;

/** Chosen: environments run recent versions; each further one costs a request. */
const MAX_SEARCHED = 100;

/** The versions of one model, read from their tags as they are asked for. */
export class VersionCatalog {
  readonly #model: string;
  readonly #tags: VersionTags;
  readonly #fallback: VersionFallback | undefined;
  readonly #read = new Map<string, Promise<KnownVersion | undefined>>();
  #active: Promise<readonly ActiveVersion[]> | undefined;

  constructor(model: string, tags: VersionTags, fallback?: VersionFallback) {
    this.#model = model;
    this.#tags = tags;
    this.#fallback = fallback;
  }

  /** The active versions, newest first. */
  async active(): Promise<readonly ActiveVersion[]> {
    this.#active ??= this.#tags.list(this.#model).then((tags) => activeVersions(this.#model, tags));
    return this.#active;
  }

  /** The newest active version, or undefined. */
  async newest(): Promise<KnownVersion | undefined> {
    const [newest] = await this.active();
    return newest === undefined ? undefined : this.#describe(newest);
  }

  /** A version by its number, with or without a leading v; undefined where it is not active or says nothing. */
  async find(version: string): Promise<KnownVersion | undefined> {
    const wanted = version.replace(/^v/, '');
    const found = (await this.active()).find((active) => active.version === wanted);
    return found === undefined ? undefined : this.#describe(found);
  }

  /** The newest version that a target's value names; undefined for a placeholder or a model from elsewhere. */
  async match(running: RunningValue): Promise<KnownVersion | undefined> {
    for (const active of (await this.active()).slice(0, MAX_SEARCHED)) {
      const known = await this.#describe(active);
      if (known !== undefined && matchVersion(running, [known]) !== undefined) return known;
    }
    return undefined;
  }

  async #describe(active: ActiveVersion): Promise<KnownVersion | undefined> {
    const reading = this.#read.get(active.version) ?? this.#readVersion(active);
    this.#read.set(active.version, reading);
    return reading;
  }

  async #readVersion({ version, tag }: ActiveVersion): Promise<KnownVersion | undefined> {
    const details = await this.#tags.read(tag);
    const line = parseVersionTagMessage(details.message);
    const found = line ?? (await this.#fallback?.(version));
    if (found === undefined) return undefined;
    const { artifact, image } = found;
    return {
      version,
      tag: tag.name,
      commit: details.commit,
      taggedAt: details.taggedAt,
      artifactUri: artifact.uri,
      artifactDigest: artifact.digest,
      line,
      ...(image === undefined ? {} : { image }),
    };
  }
}
