import { UserError } from '../../errors.ts';
import { isSameRepository } from '../image/docker-hub.ts';
import { formatImageReference, type ImageReference, parseImageReference } from '../image/image-reference.ts';
import type { ValueKind } from '../policy/manifest-target.ts';
import { tagLike } from './image-parts.ts';
import { unsupported } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import { imageSchemeOf } from './running-value.ts';

/** The version that a manifest has to name: immutable references only. */
export interface DeployedVersion {
  /** Without a leading v; '' where no number is known. */
  readonly version: string;
  /** '' where no artifact is known. */
  readonly artifactUri: string;
  readonly image?:
    | { readonly repository: string; readonly tag?: string | undefined; readonly digest: string }
    | undefined;
}

const URI = /^[a-z][a-z0-9+.-]*:\/\/[^\s"'<>\\^`{}|\p{Cc}\p{Cf}]+$/u;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const VERSION = /^v?\d+\.\d+\.\d+(?:-[\w.-]+)?$/;

/**
 * Values that a scalar can have for a version: its URI, image reference, tag, digest or number.
 *
 * @param kind Undefined: what the old value is.
 * @throws {UserError} MANIFEST_UNSUPPORTED where the old value says nothing of that kind, or the version has no image.
 */
export function versionValue(
  old: string,
  version: DeployedVersion,
  { manifest, kind = kindOf(old) }: { readonly manifest: ParsedManifest; readonly kind?: ValueKind | undefined },
): string {
  if (kind === 'uri') return uriValue(old, version, manifest);
  if (kind === 'reference') {
    return ownArtifact(old, version, manifest) ?? formatImageReference(imageReference(version, manifest));
  }
  if (kind === 'digest') return imageReference(version, manifest).digest ?? '';
  if (kind === 'tag' && version.image !== undefined) return imageTag(old, version, manifest);
  if (kind === 'version' || kind === 'tag') {
    if (version.version === '') throw lacking(manifest, 'a version', 'Set model-version.');
    return checked(VERSION, old.startsWith('v') ? `v${version.version}` : version.version, manifest);
  }
  const message = `${manifest.file}: "${old}" is not a known form of a model reference`;
  throw unsupported(manifest, message, 'Add value to the target: uri, reference, tag, digest or version.');
}

/** The tag that the image has in its registry; a number with another writing, such as a v before it, is none. */
function imageTag(old: string, version: DeployedVersion, manifest: ParsedManifest): string {
  const { tag, digest } = imageReference(version, manifest);
  if (tag !== undefined) return tagLike(old, { tag, digest });
  const message = `${manifest.file} names the tag ${JSON.stringify(old.slice(0, 200))}, but the image has no tag`;
  throw unsupported(manifest, message, 'Use an image reference with a tag: repository:tag@sha256:….');
}

/** The artifact's URI; behind one of KServe's image schemes, which stays, the artifact that is an image, else the image. */
function uriValue(old: string, version: DeployedVersion, manifest: ParsedManifest): string {
  const scheme = imageSchemeOf(old);
  const { artifactUri } = version;
  if (artifactUri === '' && (scheme === undefined || version.image === undefined)) {
    throw lacking(manifest, `the address of an artifact (${old.slice(0, 100)})`, 'Set artifact-uri.');
  }
  if (scheme === undefined) return checked(URI, version.artifactUri, manifest);
  const rest = old.slice(scheme.length);
  const artifact =
    ownArtifact(rest, version, manifest) ?? (hasImage(rest, version) ? undefined : artifactReference(version));
  if (artifact !== undefined) return checked(URI, `${scheme}${artifact}`, manifest);
  return `${scheme}${formatImageReference(imageReference(version, manifest))}`;
}

/** The artifact as a reference, where the old value names the repository that it is in; not the image of the same version. */
function ownArtifact(old: string, version: DeployedVersion, manifest: ParsedManifest): string | undefined {
  const reference = artifactReference(version);
  if (reference === undefined || !isInRepository(old, repositoryOf(reference) ?? '')) return undefined;
  checked(URI, `oci://${reference}`, manifest);
  return reference;
}

/** Undefined for an artifact that is not in a registry. */
function artifactReference({ artifactUri }: DeployedVersion): string | undefined {
  const scheme = imageSchemeOf(artifactUri);
  return scheme === undefined ? undefined : artifactUri.slice(scheme.length);
}

/** True if a version has an image, and a value names its repository. */
function hasImage(old: string, { image }: DeployedVersion): boolean {
  return image !== undefined && isInRepository(old, image.repository);
}

function isInRepository(text: string, repository: string): boolean {
  const own = repositoryOf(text);
  return own !== undefined && isSameRepository(own, repository);
}

function repositoryOf(text: string): string | undefined {
  try {
    return parseImageReference(text).repository;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * The container image of a version, by tag and digest.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED where it has none; REFERENCE_INVALID where the tag line holds something else.
 */
export function imageReference(version: DeployedVersion, manifest: ParsedManifest): ImageReference {
  if (version.image === undefined && version.version === '') {
    throw lacking(
      manifest,
      'a container image',
      'Set image-reference, or point path at a value that names an artifact.',
    );
  }
  if (version.image === undefined) {
    const message = `v${version.version} has no container image, which ${manifest.file} names`;
    throw unsupported(
      manifest,
      message,
      'Run build-image before register, and set image-reference of register to its output.',
    );
  }
  const { repository, tag, digest } = version.image;
  checked(DIGEST, digest, manifest);
  return parseImageReference(formatImageReference({ repository, digest, ...(tag === undefined ? {} : { tag }) }));
}

function lacking(manifest: ParsedManifest, what: string, fix: string): UserError {
  return unsupported(manifest, `${manifest.file} names ${what} at this target, and none is given`, fix);
}

/** True if a text is an address of an artifact that may be written into a manifest. */
export function isArtifactUri(text: string): boolean {
  return URI.test(text);
}

/** True if a text is a digest of an image that may be written into a manifest. */
export function isImageDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** True if a text is the number of a version, with or without v. */
export function isVersionNumber(text: string): boolean {
  return VERSION.test(text);
}

function kindOf(old: string): ValueKind | undefined {
  if (URI.test(old)) return 'uri';
  if (DIGEST.test(old)) return 'digest';
  if (VERSION.test(old)) return 'version';
  return /[/:@]/.test(old) ? 'reference' : undefined;
}

/** The text of a tag is untrusted until its grammar was checked. */
function checked(grammar: RegExp, value: string, { file }: ParsedManifest): string {
  if (grammar.test(value) && value.length <= 2048) return value;
  throw new UserError('REFERENCE_INVALID', `${JSON.stringify(value.slice(0, 200))} cannot be written into ${file}`, {
    fix: 'Register the version again: a value in its tag is not a URI, digest or version.',
    place: { file },
  });
}
