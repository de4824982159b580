import { isMap } from 'yaml';
import { isSameRepository, splitRepository } from '../image/docker-hub.ts';
import { formatImageReference, type ImageReference } from '../image/image-reference.ts';
import {
  assertNoTemplate,
  digestLike,
  type ImageInParts,
  type ImagePart,
  imageParts,
  isDigestKey,
  isPair,
  isTagKey,
  tagLike,
} from './image-parts.ts';
import { type LocatedTarget, nodeAt, partPath, scalarText, unsupported } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { ScalarChange } from './splice.ts';
import type { DeployedVersion } from './version-value.ts';
import { formatYamlPath, type YamlPath } from './yaml-path.ts';

type ImageEntry = Extract<LocatedTarget, { shape: 'image-entry' }>;
type ImageOverride = Extract<LocatedTarget, { shape: 'image-override' }>;

/** Changes of an entry of a kustomization's `images`; what it lacks is inserted. */
export function imageEntryChanges(manifest: ParsedManifest, located: ImageEntry, image: ImageReference) {
  const at = (key: string) => {
    const text = scalarText(manifest, located.document, [...located.path, key]);
    if (text !== undefined) assertNoTemplate(manifest, [...located.path, key], text);
    return text;
  };
  const [newName, newTag] = ['newName', 'newTag', 'digest'].map(at);
  const repository = newName ?? at('name') ?? '';
  if (image.tag === undefined && newTag !== undefined) {
    const message = `${manifest.file} has newTag, but the image has no tag`;
    throw unsupported(manifest, message, 'Remove newTag: a tag and a digest must not disagree.');
  }
  return changesOf(manifest, located, [
    ['newName', isSameRepository(repository, image.repository) ? undefined : image.repository],
    ['newTag', image.tag],
    ['digest', image.digest],
  ]);
}

/** Changes of an image of Helm values or parameters: the keys that it has, in the parts that they represent. */
export function imageMapChanges(manifest: ParsedManifest, located: ImageInParts, image: ImageReference) {
  const parts = imageParts(manifest, located);
  const { registry, repository, tag, digests } = parts;
  if (repository === undefined ? !isPair(parts) : tag === undefined && digests.length === 0) {
    const message = `${manifest.file}: the map at ${formatYamlPath(located.path)} is not an image: it needs repository, and tag, version or digest`;
    throw unsupported(manifest, message, 'Point path at an image, or at one scalar.');
  }
  return changesOf(manifest, located, [
    ...(repository === undefined ? [] : repositoryParts({ registry, repository }, image.repository)),
    ...(tag === undefined ? [] : [[tag.key, newTag(manifest, tag, image)] as const]),
    ...digests.map((part) => [part.key, image.digest && digestLike(part, image.digest)] as const),
  ]);
}

function newTag(manifest: ParsedManifest, { key, text }: ImagePart, { tag, digest }: ImageReference): string {
  if (tag !== undefined) return tagLike(text, { tag, digest });
  throw unsupported(manifest, `${manifest.file} has ${key}, but the image has no tag`, `Remove ${key}.`);
}

/** Nothing where they mean the repository already. */
function repositoryParts(
  { registry, repository }: { readonly registry: string | undefined; readonly repository: string },
  wanted: string,
): readonly (readonly [string, string])[] {
  if (isSameRepository(registry ? `${registry}/${repository}` : repository, wanted)) return [];
  // An empty registry is left to the chart's own default, which no one but the chart knows: the whole name goes first.
  if (!registry) return [['repository', wanted]];
  const parts = splitRepository(wanted);
  return [
    ['registry', parts.registry],
    ['repository', parts.path],
  ];
}

/**
 * A tag or digest by itself belongs to the repository next to it.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED where that is another one than the version's image is of.
 */
export function assertOwnRepository(
  manifest: ParsedManifest,
  { document, path }: { readonly document: number; readonly path: YamlPath },
  image: DeployedVersion['image'],
): void {
  const [key, parent] = [path.at(-1), path.slice(0, -1)];
  if (image === undefined || !(isTagKey(key) || isDigestKey(key)) || !isMap(nodeAt(manifest, document, parent))) return;
  const { registry, repository } = imageParts(manifest, { shape: 'image-map', document, path: parent });
  const named = registry ? `${registry}/${repository}` : repository;
  if (repository === undefined || named === undefined || isSameRepository(named, image.repository)) return;
  const message = `${manifest.file}: ${formatYamlPath(parent)} is an image of ${named}, and the version's is of ${image.repository}`;
  throw unsupported(manifest, message, `Point path at the whole image: path: ${formatYamlPath(parent)}.`);
}

/** The change of an Argo CD application's image override. */
export function imageOverrideChanges(
  manifest: ParsedManifest,
  { document, path, name }: ImageOverride,
  image: ImageReference,
): ScalarChange[] {
  const value = `${name}=${formatImageReference(image)}`;
  const old = scalarText(manifest, document, path) ?? '';
  assertNoTemplate(manifest, path, old);
  return old === value ? [] : [{ document, path, value }];
}

function changesOf(
  manifest: ParsedManifest,
  located: ImageEntry | ImageInParts,
  wanted: readonly (readonly [key: string, value: string | undefined])[],
): ScalarChange[] {
  const { document } = located;
  return wanted.flatMap(([key, value]) => {
    const path = partPath(located, key);
    const isChange = path !== undefined && value !== undefined && scalarText(manifest, document, path) !== value;
    return isChange ? [{ document, path, value }] : [];
  });
}
