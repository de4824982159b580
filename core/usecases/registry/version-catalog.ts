import { isSameRepository } from '../../domain/image/docker-hub.ts';
import { isNamed } from '../../domain/manifest/match-version.ts';
import { artifactUriOf, type RunningValue } from '../../domain/manifest/running-value.ts';
import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import { type ActiveVersion, activeVersions } from '../../domain/registry/active-versions.ts';
import { isStoredUnderDigest } from '../../domain/registry/release-provenance.ts';
import { keyInStore, parseArtifactUri } from '../../domain/registry/store-layout.ts';
import { ServiceError } from '../../errors.ts';
import type { TagDetails, VersionTags } from '../../ports/github/version-tags.ts';
import { parseVersionTagMessage } from '../../reports/version-tag-line.ts';
import type { ClaimedLine, VersionClaim, VersionDocument } from './provenance-memory.ts';
import { type ProvenanceContext, storesOf, type Verification } from './verify-provenance.ts';

/** Why a version is believed. */
export type Provenance =
  /** The register job of its release uploaded its document; `attestation`: it signed it; `store`: the store has it. */
  | { readonly kind: 'release-run' | 'attestation' | 'store'; readonly runId: number | null }
  /**
   * Its release's document has expired, but an environment has held its values on the default branch: a person merged
   * them. Only what those values say is believed.
   */
  | ({ readonly kind: 'history' } & HeldPlace);

/** A registered version that is believed. */
export interface KnownVersion extends DeployedVersion {
  readonly tag: string;
  readonly commit: string;
  readonly artifactDigest: string;
  readonly provenance: Provenance;
  /** Undefined where it is believed by history alone. */
  readonly document: VersionDocument | undefined;
  /** `sha256:<hex>` of the document that its tag names; believed where `document` is. */
  readonly documentDigest: string | undefined;
}

/** A tag that is not believed, and is skipped. */
export interface RefusedTag {
  readonly version: string;
  /** A clause without a full stop. */
  readonly reason: string;
  /** Tidegate did not write it. */
  readonly isForeign: boolean;
  /** A release made it, but that cannot be shown any more. */
  readonly isExpired: boolean;
}

/** History of environments on the default branch. */
export interface HeldValues {
  /** An environment whose targets all named a version at some time. */
  ofVersion(version: DeployedVersion): Promise<HeldPlace | undefined>;
  /** An environment one of whose targets said a value at some time. */
  ofValue(value: RunningValue): Promise<HeldPlace | undefined>;
}

/** Period in which something was held, with all signals of this environment. */
export interface HeldPlace {
  readonly environment: string;
  readonly commit: string;
  readonly values: readonly (RunningValue | undefined)[];
}

/** Dependencies of a catalog. */
export interface Believing
  extends Pick<ProvenanceContext, 'stores' | 'storesAt' | 'imageRepository' | 'memory' | 'nowMs'> {
  readonly verify: (claim: VersionClaim) => Promise<Verification>;
  readonly held: HeldValues;
  /** Limit of tags to read that are not in memory. */
  readonly maxTagsRead: number;
}

/** The tags that a catalog reads. */
export type CatalogTags = Pick<VersionTags, 'list' | 'read'> & Partial<Pick<VersionTags, 'readAll'>>;

/** Chosen: the newest tag is the usual answer; where it is not, many are read in one request. */
const [FIRST_READ, NEXT_READ] = [1, 50] as const;

interface Looked {
  readonly claim: VersionClaim;
  readonly verification: Verification;
}

/** The versions of one model that are believed, looked up as they are asked for; tags that are not are skipped. */
export class VersionCatalog {
  readonly #model: string;
  readonly #tags: CatalogTags;
  readonly #believing: Believing | undefined;
  readonly #claims = new Map<string, Promise<VersionClaim>>();
  readonly #looked = new Map<string, Promise<Looked>>();
  readonly #refused = new Map<string, RefusedTag>();
  #active: Promise<readonly ActiveVersion[]> | undefined;
  #tagsRead = 0;

  /** @param believing Undefined: nothing is believed. */
  constructor(model: string, tags: CatalogTags, believing?: Believing) {
    this.#model = model;
    this.#tags = tags;
    this.#believing = believing;
  }

  /** The tags of active versions, newest first: names alone, believed or not. */
  async active(): Promise<readonly ActiveVersion[]> {
    this.#active ??= this.#tags.list(this.#model).then((tags) => activeVersions(this.#model, tags));
    return this.#active;
  }

  /** Tags that were looked at and are not believed. */
  refused(): readonly RefusedTag[] {
    return [...this.#refused.values()];
  }

  /**
   * Those of them that someone may take for a version: above the newest one, or claiming one of these values. The same
   * values give the same tags, whatever else was looked at.
   */
  async refusedAmong(values: readonly RunningValue[]): Promise<readonly RefusedTag[]> {
    const newest = (await this.newest())?.version;
    const active = await this.active();
    const above = newest === undefined ? active.length : active.findIndex(({ version }) => version === newest);
    const meant = await Promise.all(active.slice(above).map((one) => this.#claimsOneOf(one, values)));
    const versions = active.filter((_, index) => index < above || meant[index - above]).map(({ version }) => version);
    return versions.flatMap((version) => this.#refused.get(version) ?? []);
  }

  /** As far as its claim was read. */
  async #claimsOneOf(active: ActiveVersion, values: readonly RunningValue[]): Promise<boolean> {
    const claim = await this.#known(active);
    const { line, version } = claim ?? {};
    return line !== undefined && values.some((value) => isNamed(value, { version: version ?? '', ...line }));
  }

  /**
   * The newest version whose release vouches for it, or undefined where there is none.
   *
   * @throws {ServiceError} TAGS_TOO_MANY (retryable) where too many tags have to be read to tell.
   */
  async newest(): Promise<KnownVersion | undefined> {
    for await (const active of this.#unrefused()) {
      const known = asVerified(await this.#look(active));
      if (known !== undefined) return known;
    }
    return undefined;
  }

  /** A version by its number, with or without a leading v; undefined where it is not active or not believed. */
  async find(version: string): Promise<KnownVersion | undefined> {
    const wanted = version.replace(/^v/, '');
    const found = (await this.active()).find((active) => active.version === wanted);
    if (found === undefined || this.#skips(found)) return undefined;
    const looked = await this.#look(found);
    return asVerified(looked) ?? (await this.#byHistory(looked, (claimed) => this.#believing?.held.ofVersion(claimed)));
  }

  /** The versions of an artifact whose releases vouch for them, newest first. */
  async *ofArtifact(digest: string): AsyncIterable<KnownVersion> {
    for await (const active of this.#unrefused()) {
      if ((await this.#claim(active)).line?.artifactDigest !== digest) continue;
      const known = asVerified(await this.#look(active));
      if (known?.artifactDigest === digest) yield known;
    }
  }

  /**
   * The believed version that a target's value names; undefined for a placeholder, or a model from elsewhere.
   *
   * @throws {ServiceError} As `newest`.
   */
  async match(running: RunningValue): Promise<KnownVersion | undefined> {
    if (!this.#mayBeOurs(running)) return undefined;
    const expired: Looked[] = [];
    for await (const active of this.#unrefused()) {
      const { version, line } = await this.#claim(active);
      if (line === undefined || !isNamed(running, { version, ...line })) continue;
      const looked = await this.#look(active);
      const known = asVerified(looked);
      // What the tag claims is not what counts.
      if (known !== undefined && isNamed(running, known)) return known;
      if (looked.verification.kind === 'expired') expired.push(looked);
    }
    // Of several that cannot be told apart any more the lowest one: it is in no later version's way.
    const lowest = expired.at(-1);
    return lowest && this.#byHistory(lowest, () => this.#believing?.held.ofValue(running));
  }

  /**
   * True if a target's value can be nothing but a registered version's: it names an artifact of a store by its digest. Of any
   * store: `register.store` may have been another one when that version was registered.
   */
  isStored(running: RunningValue): boolean {
    return parseArtifactUri(artifactUriOf(running) ?? '') !== undefined;
  }

  /** Looks at the tags that claim a value, whatever it is, so that `refused` can tell why none of them is believed. */
  async explain(value: RunningValue): Promise<void> {
    for await (const active of this.#unrefused()) {
      const { version, line } = await this.#claim(active);
      if (line !== undefined && isNamed(value, { version, ...line })) await this.#look(active);
    }
  }

  /**
   * Claims of tags about a run: for the register job alone, which knows its own store and finds there whether an earlier
   * attempt of its run wrote them.
   */
  async claimsOf(runId: number): Promise<readonly VersionClaim[]> {
    const found: VersionClaim[] = [];
    for await (const active of this.#unrefused()) {
      const claim = await this.#claim(active);
      if (claim.line?.runId === runId) found.push(claim);
    }
    return found;
  }

  /** True if a value can be a version's at all: a placeholder costs no request. */
  #mayBeOurs(running: RunningValue): boolean {
    const { uri, repository, digest, version } = running;
    const { stores = [], imageRepository } = this.#believing ?? {};
    if (parseArtifactUri(artifactUriOf(running) ?? '') !== undefined) return true;
    if (uri !== undefined && stores.some((store) => keyInStore(store, uri) !== undefined)) return true;
    if (repository !== undefined) return isSameRepository(repository, imageRepository ?? '');
    return uri === undefined && (digest !== undefined || version !== undefined);
  }

  /** True if a tag was refused a while ago. */
  #skips({ version, tag }: ActiveVersion): boolean {
    const { memory, nowMs = 0 } = this.#believing ?? {};
    const reason = memory?.refusalOf(tag, nowMs);
    if (reason === undefined) return false;
    const isForeign = memory?.claimOf(tag)?.line === undefined;
    this.#refused.set(version, { version, reason, isForeign, isExpired: false });
    return true;
  }

  async #byHistory(
    { claim, verification }: Looked,
    lookUp: (claimed: DeployedVersion) => Promise<HeldPlace | undefined> | undefined,
  ): Promise<KnownVersion | undefined> {
    const { line, version } = claim;
    if (verification.kind !== 'expired' || line === undefined) return undefined;
    // One whose release has expired was found to be on the default branch before.
    const stores = await storesOf(
      { ...line, commit: claim.commit },
      this.#believing ?? { stores: [] },
      async () => true,
    );
    if (!isStoredUnderDigest(line, stores)) return undefined;
    const held = await lookUp({ version, ...line });
    if (held === undefined) return undefined;
    this.#refused.delete(version);
    return byHistory(claim, line, held);
  }

  #look(active: ActiveVersion): Promise<Looked> {
    const looking = this.#looked.get(active.version) ?? this.#verify(active);
    this.#looked.set(active.version, looking);
    return looking;
  }

  async #verify(active: ActiveVersion): Promise<Looked> {
    const claim = await this.#claim(active);
    const verification = (await this.#believing?.verify(claim)) ?? NOTHING_VERIFIES;
    if (verification.kind !== 'verified') {
      const { version } = active;
      const { reason, kind } = verification;
      const isForeign = claim.line === undefined;
      this.#refused.set(version, { version, reason, isForeign, isExpired: kind === 'expired' });
    }
    return { claim, verification };
  }

  /** The active versions, newest first, that were not refused a while ago; what they claim is read ahead. */
  async *#unrefused(): AsyncIterable<ActiveVersion> {
    const wanted = (await this.active()).filter((active) => !this.#skips(active));
    for (let at = 0, count: number = FIRST_READ; at < wanted.length; at += count, count = NEXT_READ) {
      const batch = wanted.slice(at, at + count);
      await this.#readAhead(batch);
      yield* batch;
    }
  }

  #claim(active: ActiveVersion): Promise<VersionClaim> {
    const known = this.#known(active);
    if (known !== undefined) return known;
    const reading = this.#read([active]).then(([details]) => this.#keep(active, details));
    this.#claims.set(active.version, reading);
    return reading;
  }

  async #readAhead(batch: readonly ActiveVersion[]): Promise<void> {
    const unread = batch.filter((active) => this.#known(active) === undefined);
    const details = await this.#read(unread);
    for (const [index, active] of unread.entries()) {
      this.#claims.set(active.version, Promise.resolve(this.#keep(active, details[index])));
    }
  }

  #known({ version, tag }: ActiveVersion): Promise<VersionClaim> | undefined {
    const remembered = this.#believing?.memory.claimOf(tag);
    return this.#claims.get(version) ?? (remembered && Promise.resolve(remembered));
  }

  async #read(unread: readonly ActiveVersion[]): Promise<readonly TagDetails[]> {
    if (unread.length === 0) return [];
    const { maxTagsRead = Number.POSITIVE_INFINITY } = this.#believing ?? {};
    this.#tagsRead += unread.length;
    if (this.#tagsRead > maxTagsRead) throw tooMany(this.#model, maxTagsRead);
    const tags = unread.map(({ tag }) => tag);
    return (await this.#tags.readAll?.(tags)) ?? Promise.all(tags.map((tag) => this.#tags.read(tag)));
  }

  #keep({ version, tag }: ActiveVersion, details: TagDetails | undefined): VersionClaim {
    if (details === undefined) throw new RangeError(`the tag ${tag.name} was not read`);
    const claim = { version, tag, commit: details.commit, line: claimedLine(details.message) };
    this.#believing?.memory.keepClaim(claim);
    return claim;
  }
}

const NOTHING_VERIFIES: Verification = {
  kind: 'refused',
  reason: 'it cannot be verified here',
  isFinal: false,
};

function tooMany(model: string, count: number): ServiceError {
  return new ServiceError('TAGS_TOO_MANY', `${count} tags of ${model} were read, and more would have to be read`, {
    fix: `Delete the tags ${model}@v* that no release created.`,
    retryable: true,
  });
}

function claimedLine(message: string): ClaimedLine | undefined {
  const line = parseVersionTagMessage(message);
  if (line === undefined) return undefined;
  const { artifact, documents, image, runId } = line;
  const document = documents['model-version']?.digest;
  return { runId, document, artifactUri: artifact.uri, artifactDigest: artifact.digest, image };
}

function asVerified({ claim, verification }: Looked): KnownVersion | undefined {
  if (verification.kind !== 'verified') return undefined;
  const { document, by } = verification;
  return {
    version: document.version,
    tag: claim.tag.name,
    commit: claim.commit,
    artifactUri: document.artifact.uri,
    artifactDigest: document.artifact.digest,
    provenance: { kind: by, runId: document.lineage.runId },
    document,
    documentDigest: claim.line?.document,
    ...(document.image === undefined ? {} : { image: document.image }),
  };
}

/** A version of which the default branch's own history tells, as far as it does. */
function byHistory(
  { version, tag, commit: taggedCommit }: VersionClaim,
  { artifactUri, artifactDigest, image, document: documentDigest }: ClaimedLine,
  held: HeldPlace,
): KnownVersion {
  return {
    version,
    tag: tag.name,
    commit: taggedCommit,
    artifactUri,
    artifactDigest,
    provenance: { kind: 'history', ...held },
    document: undefined,
    documentDigest,
    ...(image === undefined ? {} : { image }),
  };
}
