import { compare } from 'semver';
import { isSameRepository } from '../image/docker-hub.ts';
import { artifactUriOf, type RunningValue } from './running-value.ts';
import type { DeployedVersion } from './version-value.ts';

/**
 * The version that a target runs: all that its value says has to be this version's. With a URI that is the artifact's;
 * with an image its repository, and its digest or, without one, its tag; else the digest or the number alone. Of several
 * the newest.
 *
 * @returns Undefined for a placeholder or a model from elsewhere.
 */
export function matchVersion<V extends DeployedVersion>(running: RunningValue, versions: readonly V[]): V | undefined {
  return versions.filter((version) => isNamed(running, version)).sort((a, b) => compare(b.version, a.version))[0];
}

/** True if a target's value is that of a version. */
export function isNamed(running: RunningValue, { version, artifactUri, image }: DeployedVersion): boolean {
  if (namesArtifact(running, artifactUri)) return true;
  if (running.repository !== undefined && !isSameRepository(running.repository, image?.repository ?? '')) return false;
  if (running.digest !== undefined) return running.digest === image?.digest;
  if (running.version !== undefined) return running.version === version;
  return running.repository !== undefined && running.tag !== undefined && running.tag === image?.tag;
}

/** True if a value is the URI of an artifact, in the whole of it; of an OCI reference the scheme may differ. */
export function namesArtifact(running: RunningValue, artifactUri: string): boolean {
  return artifactUri !== '' && artifactUriOf(running) === artifactUri;
}

/** True if two values say the same in every part; a tag decides only where there is no digest. */
export function namesSame(left: RunningValue, right: RunningValue): boolean {
  const [one, other] = [partsOf(left), partsOf(right)];
  return one.every((part, index) => part === other[index]);
}

function partsOf({ text, uri, repository, digest, tag, version }: RunningValue): readonly (string | undefined)[] {
  const isOther = uri === undefined && repository === undefined && digest === undefined && version === undefined;
  // Of an image behind a scheme, such as oci://, the tag may differ.
  const place = repository === undefined ? uri : uri?.slice(0, uri.indexOf('://'));
  return [place, repository, digest, digest === undefined ? tag : undefined, version, isOther ? text : undefined];
}
