import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import type { TagReference } from '../../domain/registry/active-versions.ts';
import type { ModelVersionReport } from '../../reports/model-version-report.ts';

/** The document of a version, without its list of files. */
export interface VersionDocument
  extends Pick<
    ModelVersionReport,
    | 'createdAt'
    | 'name'
    | 'version'
    | 'lineage'
    | 'signature'
    | 'run'
    | 'evaluation'
    | 'profile'
    | 'image'
    | 'metrics'
    | 'comparisons'
    | 'dataset'
    | 'recorded'
  > {
  readonly artifact: Pick<ModelVersionReport['artifact'], 'uri' | 'digest' | 'sizeBytes' | 'computation'>;
  readonly task: unknown;
  readonly features: unknown;
}

/** Claim of a tag. Anyone who may push can write it: it is an index, never evidence. */
export interface VersionClaim {
  readonly version: string;
  /** Name and object of the tag: two names may lead to one object. */
  readonly tag: TagReference;
  readonly commit: string;
  /** Undefined for a tag that Tidegate did not write. */
  readonly line: ClaimedLine | undefined;
}

/** Fields of a tag's line that verification reads. */
export interface ClaimedLine {
  readonly runId: number | null;
  /** `sha256:<hex>` of the version's document; undefined: it names none. */
  readonly document: string | undefined;
  readonly artifactUri: string;
  readonly artifactDigest: string;
  readonly image: DeployedVersion['image'];
}

/** Chosen: more versions than the environments of a repository run. */
const MAX_DOCUMENTS = 200;
/** Chosen: thousands of tags that someone made up cost their requests once an hour. */
const MAX_TAGS = 5000;
/** Chosen: a run that failed may be run again. */
const REFUSED_FOR_MS = 3_600_000;

/**
 * Cache of facts about versions of one repository, so that no event asks for it again: documents never change under
 * their digest, and what was refused for good is refused for an hour.
 */
export class ProvenanceMemory {
  readonly #documents = new Map<string, VersionDocument>();
  readonly #claims = new Map<string, VersionClaim>();
  readonly #refusals = new Map<string, { readonly reason: string; readonly untilMs: number }>();

  /** A document that the register job of a release uploaded; undefined where none was read. */
  documentOf(release: RememberedRelease): VersionDocument | undefined {
    return this.#documents.get(releaseKey(release));
  }

  keep(release: RememberedRelease, document: VersionDocument): void {
    put(this.#documents, releaseKey(release), { value: document, atMost: MAX_DOCUMENTS });
  }

  /** Claim of a tag; undefined if it was not read yet. */
  claimOf(tag: TagReference): VersionClaim | undefined {
    return this.#claims.get(keyOf(tag));
  }

  keepClaim(claim: VersionClaim): void {
    put(this.#claims, keyOf(claim.tag), { value: claim, atMost: MAX_TAGS });
  }

  /** Why a tag is refused; undefined where it is to be looked at. */
  refusalOf(tag: TagReference, nowMs: number): string | undefined {
    const known = this.#refusals.get(keyOf(tag));
    return known !== undefined && nowMs < known.untilMs ? known.reason : undefined;
  }

  refuse(tag: TagReference, reason: string, nowMs: number): void {
    const refusal = { reason, untilMs: nowMs + REFUSED_FOR_MS };
    put(this.#refusals, keyOf(tag), { value: refusal, atMost: MAX_TAGS });
  }
}

/** A run that was found to be a release of a branch at a commit, and the digest of the document that it uploaded. */
export interface RememberedRelease {
  readonly runId: number;
  readonly digest: string;
  readonly commit: string;
  readonly branch: string;
}

function releaseKey({ runId, digest, commit, branch }: RememberedRelease): string {
  return `${runId} ${digest} ${commit} ${branch}`;
}

function keyOf({ name, objectSha }: TagReference): string {
  return `${objectSha} ${name}`;
}

/** The oldest entry makes room. */
function put<T>(map: Map<string, T>, key: string, { value, atMost }: { readonly value: T; readonly atMost: number }) {
  const [oldest] = map.keys();
  if (map.size >= atMost && oldest !== undefined && !map.has(key)) map.delete(oldest);
  map.set(key, value);
}
