import { lt } from 'semver';

/**
 * True if a version comes before another in the order of Semantic Versioning 2.0.0.
 *
 * @param version Like `1.4.0`.
 * @example isOlderVersion('1.9.0', '1.10.0') // => true
 */
export function isOlderVersion(version: string, other: string): boolean {
  return lt(version, other);
}
