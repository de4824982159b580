import { isMap, isScalar } from 'yaml';
import type { ManifestTarget } from '../policy/manifest-target.ts';
import { imageParts, isTagKey } from './image-parts.ts';
import { locateTarget } from './locate-target.ts';
import { type LocatedTarget, nodeAt, scalarText, unsupported } from './located-target.ts';
import { type ParsedManifest, parseManifest } from './parse-manifest.ts';
import { readRunningValue } from './running-value.ts';
import type { DeployedVersion } from './version-value.ts';
import { formatYamlPath, type YamlPath } from './yaml-path.ts';

/** Endings of keys that name an image; the longest first. */
const ENDINGS = ['sha256sum', 'sha256', 'digest', 'sha', 'tag'] as const;

/**
 * Refuses a file in which a key next to a target still says another tag or digest of the same image: `imageDigest` next to
 * `imageTag`, `tag` next to `image`. Asked after all targets of the file were edited, so that such a key may be one of them.
 *
 * @param text With the version in it.
 * @throws {UserError} MANIFEST_UNSUPPORTED with the path of that key.
 */
export function assertFactsTogether(text: string, target: ManifestTarget, version: DeployedVersion): void {
  if (target.path === undefined || version.image === undefined) return;
  const manifest = parseManifest(text, target.file);
  const located = locateTarget(manifest, target);
  if (!saysImage(manifest, located)) return;
  const isMapItself = located.shape !== 'scalar';
  const parent = isMapItself ? located.path : located.path.slice(0, -1);
  const own = isMapItself ? undefined : located.path.at(-1);
  for (const key of keysAt(manifest, located.document, parent)) {
    if (!isBeside(key, own)) continue;
    const said = scalarText(manifest, located.document, [...parent, key]) ?? '';
    if (said === '' || isOf(said, version.image)) continue;
    const path = formatYamlPath([...parent, key]);
    const message = `${manifest.file}: ${path} is ${JSON.stringify(said.slice(0, 100))} and would not change together with the new ${target.path}`;
    throw unsupported(manifest, message, `Make ${path} a target too (path: ${path}), or remove it.`);
  }
  if (located.shape === 'image-map') assertOneTag(manifest, located);
}

/**
 * Refuses to write a whole reference where only a repository is, and another key has its tag: `image: acme/flight` next to
 * `tag: "1.3.0"` would become a reference with two tags.
 *
 * @throws {UserError} MANIFEST_UNSUPPORTED with the path of the key to point at.
 */
export function assertWholeReference(
  manifest: ParsedManifest,
  { document, path }: { readonly document: number; readonly path: YamlPath },
): void {
  if (namePartsOf(String(path.at(-1))) !== undefined) return;
  const parent = path.slice(0, -1);
  const { repository, tag, digest } = readRunningValue(manifest, { shape: 'scalar', document, path });
  if (repository === undefined || tag !== undefined || digest !== undefined) return;
  const beside = keysAt(manifest, document, parent).find((key) => isBeside(key, path.at(-1)));
  if (beside === undefined) return;
  const [own, other] = [formatYamlPath(path), formatYamlPath([...parent, beside])];
  const message = `${manifest.file}: ${own} is a repository without its tag, which ${other} says`;
  throw unsupported(manifest, message, `Point path at the tag: path: ${other}.`);
}

/** True if a target names an image, or a part of one: what is next to a URI or a number of a model is something else. */
function saysImage(manifest: ParsedManifest, located: LocatedTarget): boolean {
  if (located.shape === 'image-map') return true;
  if (located.shape !== 'scalar' || typeof located.path.at(-1) !== 'string') return false;
  const { repository, digest, uri } = readRunningValue(manifest, located);
  return located.value === 'tag' || (uri === undefined && (repository ?? digest) !== undefined);
}

function keysAt(manifest: ParsedManifest, document: number, path: YamlPath): readonly string[] {
  const map = nodeAt(manifest, document, path);
  const keys = isMap(map) ? map.items.map(({ key }) => (isScalar(key) ? key.value : undefined)) : [];
  return keys.filter((key) => typeof key === 'string');
}

/** True if a key tells of the image that the target's own key is of; `own` undefined: of the image that the map is. */
function isBeside(key: string, own: string | number | undefined): boolean {
  const other = namePartsOf(key);
  if (other === undefined || key === own) return false;
  if (own === undefined) return !isTagKey(key);
  const stem = namePartsOf(String(own))?.stem;
  return stem === undefined ? ['', String(own).toLowerCase()].includes(other.stem) : stem === other.stem;
}

/** `imageTag` and `image_digest` in lower case, without the ending; undefined for a key without one. */
function namePartsOf(key: string): { readonly stem: string } | undefined {
  const lower = key.toLowerCase();
  const ending = ENDINGS.find((one) => lower.endsWith(one));
  if (ending === undefined) return undefined;
  const stem = lower.slice(0, lower.length - ending.length);
  return { stem: /[._-]$/.test(stem) ? stem.slice(0, -1) : stem };
}

function isOf(said: string, { tag, digest }: NonNullable<DeployedVersion['image']>): boolean {
  const hex = digest.slice(digest.indexOf(':') + 1);
  const forms = [tag, digest, hex, `@${digest}`, `${tag ?? ''}@${digest}`];
  return forms.includes(said) || forms.includes(said.replace(/^v(?=\d)/, ''));
}

/** A chart reads either `tag` or `version`; where both said the same before, no one knows which. */
function assertOneTag(manifest: ParsedManifest, located: Extract<LocatedTarget, { shape: 'image-map' }>): void {
  const at = (key: string) => scalarText(manifest, located.document, [...located.path, key]);
  const [version, { tag }] = [at('version'), imageParts(manifest, located)];
  if (version === undefined || tag === undefined || tag.key === 'version' || version === tag.text) return;
  const path = formatYamlPath(located.path);
  const message = `${manifest.file}: ${path} has tag and version, and only one of them says which image runs`;
  throw unsupported(manifest, message, `Remove one of them, or point path at the one: path: ${path}.tag.`);
}
