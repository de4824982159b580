import { compare } from 'semver';
import type { RunningValue } from './running-value.ts';
import type { DeployedVersion } from './version-value.ts';

/**
 * The version that a target runs: the one whose artifact URI or image digest it names; without a digest, its repository
 * and tag; else its number. Of several the newest.
 *
 * @returns Undefined for a placeholder or a model from elsewhere.
 */
export function matchVersion<V extends DeployedVersion>(running: RunningValue, versions: readonly V[]): V | undefined {
  return versions.filter((version) => isNamed(running, version)).sort((a, b) => compare(b.version, a.version))[0];
}

function isNamed(running: RunningValue, { version, artifactUri, image }: DeployedVersion): boolean {
  if (running.uri !== undefined && running.uri === artifactUri) return true;
  if (running.digest !== undefined) return running.digest === image?.digest;
  if (running.version !== undefined) return running.version === version;
  return (
    running.repository !== undefined &&
    running.tag !== undefined &&
    image !== undefined &&
    running.repository === image.repository &&
    running.tag === image.tag
  );
}
