import { isMap, isScalar } from 'yaml';
import type { ManifestTarget, ValueKind } from '../policy/manifest-target.ts';
import { IMAGE_KEYS, imageParts, isDigestKey, isPair, isTagKey, isTagName } from './image-parts.ts';
import {
  documentsMatching,
  type LocatedTarget,
  type NamedEntry,
  namedEntries,
  nodeAt,
  only,
  scalarText,
  unsupported,
} from './located-target.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import { formatYamlPath, type YamlPath } from './yaml-path.ts';

/** The entry of a name in the `images` of a Kustomization or Component. */
export function locateImageEntry(manifest: ParsedManifest, image: string): LocatedTarget {
  const found = manifest.documents.flatMap((_, document) =>
    namedEntries(manifest, document, ['images'])
      .filter(({ name }) => name === image)
      .map(({ path }) => ({ shape: 'image-entry' as const, document, path })),
  );
  return only(found, { manifest, what: `images entry with name: ${image}`, fix: 'Keep one of them.' });
}

/** A Helm parameter or a kustomize image override of an Argo CD Application, in its one source or in one of several. */
export function locateInApplication(
  manifest: ParsedManifest,
  document: number,
  { parameter, image, value }: ManifestTarget,
): LocatedTarget {
  const sources = sourcesOf(manifest, document);
  if (image !== undefined) {
    const overrides = sources.flatMap((source) => overridesOf(manifest, document, [...source, 'kustomize', 'images']));
    const { path } = only(
      overrides.filter(({ name }) => name === image),
      { manifest, what: `kustomize image ${image}`, fix: 'Keep one of them.' },
    );
    return { shape: 'image-override', document, path, name: image };
  }
  const parameters = sources.flatMap((source) => namedEntries(manifest, document, [...source, 'helm', 'parameters']));
  if (parameter === undefined) {
    const names = parameters.map(({ name }) => name).join(', ') || 'none';
    const message = `a target of an Application in ${manifest.file} names the Application, but not a value in it (Helm parameters: ${names})`;
    throw unsupported(manifest, message, 'Add parameter, image or path to the target.');
  }
  const { path } = only(
    parameters.filter(({ name }) => name === parameter),
    { manifest, what: `Helm parameter ${parameter}`, fix: 'Keep one of them: the last one wins.' },
  );
  const beside = parameters.filter((one) => samePath(one.path.slice(0, -1), path.slice(0, -1)));
  const whole =
    value === undefined ? imageParameters(manifest, document, { parameter, parameters: beside }) : undefined;
  if (whole !== undefined) return whole;
  return scalarAt({ document, path: [...path, 'value'] }, value ?? (isTagName(parameter) ? 'tag' : undefined));
}

function samePath(one: YamlPath, other: YamlPath): boolean {
  return formatYamlPath(one) === formatYamlPath(other);
}

/** The image that a parameter is a part of: `image.tag` next to `image.digest` or `image.repository`. */
function imageParameters(
  manifest: ParsedManifest,
  document: number,
  { parameter, parameters }: { readonly parameter: string; readonly parameters: readonly NamedEntry[] },
): LocatedTarget | undefined {
  const stem = parameter.slice(0, parameter.lastIndexOf('.') + 1);
  if (!IMAGE_KEYS.includes(parameter.slice(stem.length))) return undefined;
  const parts = parameters.filter(({ name }) => name.startsWith(stem) && IMAGE_KEYS.includes(name.slice(stem.length)));
  const has = (isOne: (key: string) => boolean) => parts.some(({ name }) => isOne(name.slice(stem.length)));
  const isPartOfOther = has((key) => key === 'repository') || (has(isTagKey) && has(isDigestKey));
  if (!isPartOfOther || !(has(isTagKey) || has(isDigestKey))) return undefined;
  const values: Record<string, YamlPath> = {};
  for (const { name, path } of parts) {
    const key = name.slice(stem.length);
    if (values[key] !== undefined) {
      throw unsupported(
        manifest,
        `${manifest.file} has two Helm parameters ${name}`,
        'Keep one of them: the last one wins.',
      );
    }
    values[key] = [...path, 'value'];
    if (scalarText(manifest, document, [...path, 'value']) === undefined) {
      throw unsupported(
        manifest,
        `the Helm parameter ${name} in ${manifest.file} has no value`,
        'Add a value, or remove it.',
      );
    }
  }
  return { shape: 'image-parameters', document, path: parts[0]?.path.slice(0, -1) ?? [], values };
}

/** An Application's sources; an ApplicationSet's template has them one level down. */
function sourcesOf(manifest: ParsedManifest, document: number): readonly YamlPath[] {
  const isSet = scalarText(manifest, document, ['kind']) === 'ApplicationSet';
  const spec: YamlPath = isSet ? ['spec', 'template', 'spec'] : ['spec'];
  const several = namedEntries(manifest, document, [...spec, 'sources']).map(({ path }) => path);
  return nodeAt(manifest, document, [...spec, 'source']) === undefined ? several : [[...spec, 'source'], ...several];
}

/** Overrides are strings such as `name=repository:tag`; the name ends at the first `=`, else at the tag or digest. */
function overridesOf(manifest: ParsedManifest, document: number, path: YamlPath) {
  return namedEntries(manifest, document, path).map((entry) => {
    const text = scalarText(manifest, document, entry.path) ?? '';
    return { name: overriddenName(text), path: entry.path };
  });
}

function overriddenName(text: string): string {
  if (text.includes('=')) return text.slice(0, text.indexOf('='));
  const [image = ''] = text.split('@');
  const colon = image.lastIndexOf(':');
  return colon > image.lastIndexOf('/') ? image.slice(0, colon) : image;
}

/**
 * A value at a path: an image of Helm values where it is a map, or one of a tag and a digest next to each other; else the
 * scalar itself.
 */
export function locateByPath(
  manifest: ParsedManifest,
  place: { readonly document: number; readonly path: YamlPath },
  target: ManifestTarget,
): LocatedTarget {
  assertNoText(manifest, place);
  if (isMap(nodeAt(manifest, place.document, place.path))) return { shape: 'image-map', ...place };
  const [key, parent] = [place.path.at(-1), place.path.slice(0, -1)];
  const whole = { shape: 'image-map', document: place.document, path: parent } as const;
  const isPart = typeof key === 'string' && IMAGE_KEYS.includes(key);
  if (isPart && isMap(nodeAt(manifest, place.document, parent))) {
    const parts = imageParts(manifest, whole);
    const isName = !isTagKey(key) && !isDigestKey(key);
    const hasNumber = parts.tag !== undefined || parts.digests.length > 0;
    // The number of an image is its tag, whatever its key is.
    if (parts.repository !== undefined && isTagKey(key) && !isPair(parts)) {
      return scalarAt(place, target.value ?? 'tag');
    }
    if (isName ? hasNumber && parts.repository !== undefined : isPair(parts)) return whole;
  }
  return scalarAt(place, target.value ?? (isTagName(key) ? 'tag' : undefined));
}

function scalarAt(
  place: { readonly document: number; readonly path: YamlPath },
  value: ValueKind | undefined,
): LocatedTarget {
  return { shape: 'scalar', ...place, ...(value === undefined ? {} : { value }) };
}

/** A path that goes on inside of a text, such as Helm values that an Application holds as one. */
function assertNoText(
  manifest: ParsedManifest,
  { document, path }: { readonly document: number; readonly path: YamlPath },
): void {
  for (let length = 1; length < path.length; length++) {
    const above = path.slice(0, length);
    if (!isScalar(nodeAt(manifest, document, above))) continue;
    const key = above.at(-1);
    const fix = key === 'values' ? 'Use valuesObject instead (Argo CD 2.6 or later).' : 'Write it as a mapping.';
    throw unsupported(
      manifest,
      `${manifest.file}: ${formatYamlPath(above)} is a text, and values inside a text are not edited`,
      fix,
    );
  }
}

/**
 * The document that a target means.
 *
 * @throws {UserError} TARGET_NOT_FOUND, TARGET_AMBIGUOUS.
 */
export function onlyDocument(manifest: ParsedManifest, target: ManifestTarget): number {
  const what = [target.kind, target.namespace, target.name].filter((part) => part !== undefined).join(' ');
  const found = documentsMatching(manifest, target);
  if (found.length === 0 && target.kind !== undefined) assertNoList(manifest, target.kind);
  return only(found, {
    manifest,
    what: what || 'document',
    fix: 'Add kind, name and namespace to the target, so that it matches one document.',
  });
}

/** kubectl takes a List apart; here its resources have no kind of their own to be found by. */
function assertNoList(manifest: ParsedManifest, kind: string): void {
  for (const document of manifest.documents.keys()) {
    const items = namedEntries(manifest, document, ['items'], 'kind');
    const index = items.findIndex(({ name }) => name === kind);
    if (index === -1) continue;
    const list = scalarText(manifest, document, ['kind']) ?? 'List';
    const message = `${manifest.file} has a ${kind} inside of a ${list}, which is not searched`;
    throw unsupported(
      manifest,
      message,
      `Write each resource as a separate document, or set kind: ${list} and path: items[${index}]….`,
    );
  }
}
