import { digestHex } from '../model/artifact-digest.ts';
import { withoutEnding } from '../text/without-ending.ts';

/** The folder of an artifact's tree in its store. @example artifactFolder(d) // => 'sha256/<hex>' */
export function artifactFolder(digest: string): string {
  return `sha256/${digestHex(digest)}`;
}

/** True if a key is the folder of an artifact's tree. @example isArtifactFolder('sha256/ab') // => false */
export function isArtifactFolder(key: string): boolean {
  return /^sha256\/[0-9a-f]{64}$/.test(key);
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
