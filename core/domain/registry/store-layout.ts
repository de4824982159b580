import { digestHex } from '../model/artifact-digest.ts';
import { withoutEnding } from '../text/without-ending.ts';
import { isOciStore, parseOciArtifact } from './oci-artifact-uri.ts';

/** The folder of an artifact's tree in its store. @example artifactFolder(d) // => 'sha256/<hex>' */
export function artifactFolder(digest: string): string {
  return `sha256/${digestHex(digest)}`;
}

/** The key of a table of predictions, under its own digest, with the ending of its format. */
export function predictionsKey({ digest, file }: { readonly digest: string; readonly file: string }): string {
  return `predictions/${digestHex(digest)}${file.slice(file.indexOf('.'))}`;
}

/** The key of a document, under its own digest. */
export function documentKey(digest: string): string {
  return `documents/${digestHex(digest)}.json`;
}

/** The folder of the runs of the same inputs. */
export function runFolder(inputsDigest: string): string {
  return `runs/${digestHex(inputsDigest)}`;
}

/** The key under which a run is found again by what went into it: one for each artifact, so that none hides another. */
export function runKey(inputsDigest: string, artifactDigest: string): string {
  return `${runFolder(inputsDigest)}/${digestHex(artifactDigest)}.json`;
}

/** The copy of the version's document that people find. */
export function versionKey(version: string): string {
  return `v${version}/model-version.json`;
}

/** The URI of a key of a store. */
export function storeUri(store: string, key: string): string {
  return `${withoutEnding(store, '/')}/${key}`;
}

/** An artifact by its place in a store. */
export interface PlacedArtifact {
  /** Address of the store, without a trailing slash. */
  readonly store: string;
  /** `sha256:<hex>` of the artifact's bytes. */
  readonly digest: string;
}

/**
 * The store and the digest that the URI of a stored artifact says: `<store>/sha256/<hex>`, and in a registry
 * `oci://host/path:model-<hex>-<…>@sha256:<hex of the manifest>`.
 *
 * @returns Undefined for any other text.
 * @example parseArtifactUri('s3://models/sha256/cafe') // => undefined
 */
export function parseArtifactUri(uri: string): PlacedArtifact | undefined {
  if (isOciStore(uri)) return parseOciArtifact(uri);
  const found = /^(.+)\/sha256\/([0-9a-f]{64})$/.exec(uri);
  const [, store = '', hex = ''] = found ?? [];
  return found === null ? undefined : { store, digest: `sha256:${hex}` };
}

/** True if two addresses are written the same, but for a slash at the end. */
export function isSameStore(one: string, other: string): boolean {
  return withoutEnding(one, '/') === withoutEnding(other, '/');
}

/**
 * The key of a URI in a store, or undefined where it does not be under it.
 *
 * @example keyInStore('s3://m/x', 's3://m/x/sha256/ab') // => 'sha256/ab'
 */
export function keyInStore(store: string, uri: string): string | undefined {
  const prefix = `${withoutEnding(store, '/')}/`;
  const key = uri.startsWith(prefix) ? uri.slice(prefix.length) : undefined;
  return key === undefined || key.split('/').some((part) => part === '..' || part === '.' || part === '')
    ? undefined
    : key;
}
