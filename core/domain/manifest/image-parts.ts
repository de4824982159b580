import { isScalar } from 'yaml';
import { type LocatedTarget, nodeAt, partPath, scalarText, unsupported } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import { formatYamlPath, type YamlPath } from './yaml-path.ts';

/** Keys of charts for the tag of an image. */
const TAG_KEYS: readonly string[] = ['tag', 'version'];
/** Keys of charts for its digest: wherever one is set, it decides what is pulled. */
const DIGEST_KEYS: readonly string[] = ['digest', 'sha', 'sha256'];
/** All keys that say which image it is. */
export const IMAGE_KEYS: readonly string[] = ['registry', 'repository', ...TAG_KEYS, ...DIGEST_KEYS];
/** `{{ Helm }}`, `{% Jinja %}`, `<% … %>`, `${envsubst}`, `$(variables of Kubernetes)` and `<path:…>` of Argo CD's vault plugin. */
const TEMPLATE = /\{\{|\{%|<%|\$[{(]|<path:/;

/** A target that is an image in several parts. */
export type ImageInParts = Extract<LocatedTarget, { shape: 'image-map' | 'image-parameters' }>;

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
 * Reads the image at a map, or in parameters.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED where a part is there without a value (`tag:`), or is a template.
 */
export function imageParts(manifest: ParsedManifest, located: ImageInParts): ImageParts {
  const part = (key: string): ImagePart[] => {
    const path = partPath(located, key);
    const text = path === undefined ? undefined : partText(manifest, located.document, path);
    return text === undefined ? [] : [{ key, text }];
  };
  const text = (key: string) => part(key)[0]?.text;
  const [tag] = TAG_KEYS.flatMap(part);
  return { registry: text('registry'), repository: text('repository'), tag, digests: DIGEST_KEYS.flatMap(part) };
}

function partText(manifest: ParsedManifest, document: number, path: YamlPath): string | undefined {
  const node = nodeAt(manifest, document, path);
  if (isScalar(node) && node.value === null) {
    const message = `${manifest.file}: ${formatYamlPath(path)} exists but is empty`;
    throw unsupported(manifest, message, `Set it to a value, such as ${path.at(-1)}: "1.0.0", or remove it.`);
  }
  const text = scalarText(manifest, document, path);
  if (text !== undefined) assertNoTemplate(manifest, path, text);
  return text;
}

/** @throws {UserError} MANIFEST_UNSUPPORTED for a value that a template makes. */
export function assertNoTemplate(manifest: ParsedManifest, path: YamlPath, text: string): void {
  if (!TEMPLATE.test(text)) return;
  const message = `${manifest.file}: ${formatYamlPath(path)} is a template: ${JSON.stringify(text.slice(0, 100))}`;
  throw unsupported(manifest, message, 'Use the file and path where the value itself is written.');
}

/** True if a tag and a digest are next to each other: then the digest decides, and neither changes without the other. */
export function isPair({ tag, digests }: ImageParts): boolean {
  return tag !== undefined && digests.length > 0;
}

/** True if a key holds a tag. */
export function isTagKey(key: unknown): boolean {
  return typeof key === 'string' && TAG_KEYS.includes(key);
}

/** True if the name of a key, parameter or variable says that it holds the tag of an image: `imageTag`, `image.tag`, `IMAGE_TAG`. */
export function isTagName(name: unknown): boolean {
  return typeof name === 'string' && (/(?:^|[._-])tag$/i.test(name) || /[a-z0-9]Tag$/.test(name));
}

/** True if a key holds a digest. */
export function isDigestKey(key: unknown): boolean {
  return typeof key === 'string' && DIGEST_KEYS.includes(key);
}

/** A digest in the writing of the old one: charts take `sha` with and without its algorithm, and some want the `@` with it. */
export function digestLike({ key, text }: ImagePart, digest: string): string {
  if (text.startsWith('@')) return `@${digest}`;
  const isBare = text === '' ? key !== 'digest' : !text.includes(':');
  return isBare ? digest.slice(digest.indexOf(':') + 1) : digest;
}

/** The digest that a part says, with its algorithm; undefined where it says none. */
export function digestOf({ text }: ImagePart): string | undefined {
  if (text === '') return undefined;
  const written = text.startsWith('@') ? text.slice(1) : text;
  return written.includes(':') ? written : `sha256:${written}`;
}

/** A tag in the writing of the old one: with the digest behind it where that has one, or the digest where it was one. */
export function tagLike(
  old: string,
  { tag, digest }: { readonly tag: string; readonly digest: string | undefined },
): string {
  if (digest === undefined) return tag;
  if (old.startsWith('sha256:')) return digest;
  if (old.startsWith('@')) return `@${digest}`;
  return old.includes('@') ? `${tag}@${digest}` : tag;
}
