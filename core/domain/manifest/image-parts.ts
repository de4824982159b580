import { isScalar } from 'yaml';
import { nodeAt, scalarText, unsupported } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { YamlPath } from './yaml-path.ts';

/** Keys of charts for the tag of an image. */
const TAG_KEYS: readonly string[] = ['tag', 'version'];
/** Keys of charts for its digest: wherever one is set, it decides what is pulled. */
const DIGEST_KEYS: readonly string[] = ['digest', 'sha', 'sha256'];

/** A key of an image of Helm values, and what it says; empty where it says nothing. */
export interface ImagePart {
  readonly key: string;
  readonly text: string;
}

/** An image of Helm values in its parts. */
export interface ImageParts {
  readonly registry: string | undefined;
  readonly repository: string | undefined;
  readonly tag: ImagePart | undefined;
  readonly digests: readonly ImagePart[];
}

/**
 * Reads the image at a map.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED where a part is there without a value (`tag:`), or is a template.
 */
export function imageParts(manifest: ParsedManifest, document: number, path: YamlPath): ImageParts {
  const part = (key: string): ImagePart[] => {
    const text = partText(manifest, document, [...path, key]);
    return text === undefined ? [] : [{ key, text }];
  };
  const text = (key: string) => part(key)[0]?.text;
  const [tag] = TAG_KEYS.flatMap(part);
  return { registry: text('registry'), repository: text('repository'), tag, digests: DIGEST_KEYS.flatMap(part) };
}

function partText(manifest: ParsedManifest, document: number, path: YamlPath): string | undefined {
  const node = nodeAt(manifest, document, path);
  if (isScalar(node) && node.value === null) {
    const message = `${manifest.file}: ${path.join('.')} is there and empty`;
    throw unsupported(manifest, message, `Give it a value, such as ${path.at(-1)}: "1.0.0", or remove it.`);
  }
  const text = scalarText(manifest, document, path);
  if (text !== undefined) assertNoTemplate(manifest, path, text);
  return text;
}

/** @throws {UserError} MANIFEST_UNSUPPORTED for a value that a template makes. */
export function assertNoTemplate(manifest: ParsedManifest, path: YamlPath, text: string): void {
  if (!text.includes('{{')) return;
  const message = `${manifest.file}: ${path.join('.')} is a template: ${JSON.stringify(text.slice(0, 100))}`;
  throw unsupported(manifest, message, 'Name the file and path where its value is written out.');
}

/** Whether a tag and a digest stand next to each other: then the digest decides, and neither changes without the other. */
export function isPair({ tag, digests }: ImageParts): boolean {
  return tag !== undefined && digests.length > 0;
}

/** Whether a key holds a tag. */
export function isTagKey(key: unknown): boolean {
  return typeof key === 'string' && TAG_KEYS.includes(key);
}

/** Whether a key holds a digest. */
export function isDigestKey(key: unknown): boolean {
  return typeof key === 'string' && DIGEST_KEYS.includes(key);
}

/** A digest in the writing of the old one: charts take `sha` with and without its algorithm. */
export function digestLike({ key, text }: ImagePart, digest: string): string {
  const isBare = text === '' ? key !== 'digest' : !text.includes(':');
  return isBare ? digest.slice(digest.indexOf(':') + 1) : digest;
}

/** The digest that a part says, with its algorithm; undefined where it says none. */
export function digestOf({ text }: ImagePart): string | undefined {
  if (text === '') return undefined;
  return text.includes(':') ? text : `sha256:${text}`;
}

/** A tag in the writing of the old one: with the digest behind it where that has one. */
export function tagLike(
  old: string,
  { tag, digest }: { readonly tag: string; readonly digest: string | undefined },
): string {
  return old.includes('@') && digest !== undefined ? `${tag}@${digest}` : tag;
}
