import { valid } from 'semver';

/**
 * A tag that says something of an artifact, in GTO's grammar (gto/constants.py): a version registered or taken back,
 * or the whole artifact deprecated. Stage assignments are not read: environments live in manifests.
 */
export type GtoTag =
  | { readonly kind: 'registration' | 'deregistration'; readonly artifact: string; readonly version: string }
  | { readonly kind: 'deprecation'; readonly artifact: string };

const ARTIFACT = String.raw`(?<artifact>(?:[a-zA-Z0-9\-_./]+=)?[a-zA-Z0-9](?:[a-zA-Z0-9\-/_]*[a-zA-Z0-9])?)`;
const SEMVER = String.raw`v(?<version>\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)`;
const TAG = new RegExp(`^${ARTIFACT}@(?:${SEMVER}(?<cancel>!?)|(?<deprecated>deprecated))(?:#\\d+)?$`);

/**
 * Parses a tag name.
 *
 * @param name Without `refs/tags/`.
 * @returns Undefined for any other tag: stages, `@created`, `model@v1`, tags of other tools.
 * @example parseGtoTag('models/eta=flight-delay@v1.4.0') // => { kind: 'registration', artifact: 'models/eta:flight-delay', version: '1.4.0' }
 */
export function parseGtoTag(name: string): GtoTag | undefined {
  const groups = TAG.exec(name)?.groups;
  if (groups?.artifact === undefined) return undefined;
  const artifact = groups.artifact.replace('=', ':');
  if (groups.deprecated !== undefined) return { kind: 'deprecation', artifact };
  // Calendar versions, leading zeros and huge numbers are tags of other tools.
  if (groups.version === undefined || valid(groups.version) === null) return undefined;
  return { kind: groups.cancel === '!' ? 'deregistration' : 'registration', artifact, version: groups.version };
}

/**
 * The tag that registers a version.
 *
 * @param artifact A GTO artifact name; its `:` becomes `=`, which a ref may hold.
 * @param version Without a leading v.
 * @example formatVersionTag('flight-delay', '1.4.0') // => 'flight-delay@v1.4.0'
 */
export function formatVersionTag(artifact: string, version: string): string {
  return `${artifact.replace(':', '=')}@v${version}`;
}

/** GTO's own first line of the message of a registration. */
export function registrationMessage(artifact: string, version: string): string {
  return `Registering artifact ${artifact} version v${version}`;
}
