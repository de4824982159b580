import { formatImageReference, type ImageReference } from '../image/image-reference.ts';
import { type LocatedTarget, scalarText, unsupported } from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { ScalarChange } from './splice.ts';

type ImageEntry = Extract<LocatedTarget, { shape: 'image-entry' }>;
type ImageMap = Extract<LocatedTarget, { shape: 'image-map' }>;
type ImageOverride = Extract<LocatedTarget, { shape: 'image-override' }>;

/** Changes of an entry of a kustomization's `images`; what it lacks is inserted. */
export function imageEntryChanges(manifest: ParsedManifest, located: ImageEntry, image: ImageReference) {
  const at = (key: string) => scalarText(manifest, located.document, [...located.path, key]);
  const repository = at('newName') ?? at('name');
  if (image.tag === undefined && at('newTag') !== undefined) {
    const message = `${manifest.file} has newTag, but the image has no tag`;
    throw unsupported(manifest, message, 'Remove newTag: a tag and a digest that disagree are worse than none.');
  }
  return changesOf(manifest, located, [
    ['newName', repository === image.repository ? undefined : image.repository],
    ['newTag', image.tag],
    ['digest', image.digest],
  ]);
}

/** Changes of an image of Helm values: the keys that it has, in the parts that they stand for. */
export function imageMapChanges(manifest: ParsedManifest, located: ImageMap, image: ImageReference) {
  const at = (key: string) => scalarText(manifest, located.document, [...located.path, key]);
  const registry = at('registry');
  const tagKey = ['tag', 'version'].find((key) => at(key) !== undefined);
  if (at('repository') === undefined || (tagKey === undefined && at('digest') === undefined)) {
    const message = `${manifest.file}: the map at ${located.path.join('.')} is no image: it needs repository, and tag, version or digest`;
    throw unsupported(manifest, message, 'Point path at an image, or at one scalar.');
  }
  if (image.tag === undefined && tagKey !== undefined) {
    throw unsupported(manifest, `${manifest.file} has ${tagKey}, but the image has no tag`, `Remove ${tagKey}.`);
  }
  const slash = image.repository.indexOf('/');
  return changesOf(manifest, located, [
    ['registry', registry === undefined ? undefined : image.repository.slice(0, slash)],
    ['repository', registry === undefined ? image.repository : image.repository.slice(slash + 1)],
    [tagKey ?? 'tag', tagKey === undefined ? undefined : image.tag],
    ['digest', at('digest') === undefined ? undefined : image.digest],
  ]);
}

/** The change of an Argo CD application's image override. */
export function imageOverrideChanges(
  manifest: ParsedManifest,
  { document, path, name }: ImageOverride,
  image: ImageReference,
): ScalarChange[] {
  const value = `${name}=${formatImageReference(image)}`;
  return scalarText(manifest, document, path) === value ? [] : [{ document, path, value }];
}

function changesOf(
  manifest: ParsedManifest,
  { document, path }: ImageEntry | ImageMap,
  wanted: readonly (readonly [key: string, value: string | undefined])[],
): ScalarChange[] {
  return wanted.flatMap(([key, value]) =>
    value === undefined || scalarText(manifest, document, [...path, key]) === value
      ? []
      : [{ document, path: [...path, key], value }],
  );
}
