import { UserError } from '../../errors.ts';
import { isJsonObject } from '../data/json-object.ts';
import { type Descriptor, OCI } from './image-documents.ts';

/** An index (several platforms) or a manifest (one image). */
export type ImageDocument =
  | { readonly kind: 'index'; readonly manifests: readonly (Descriptor & { readonly platform: string | undefined })[] }
  | { readonly kind: 'manifest'; readonly config: Descriptor; readonly layers: readonly Descriptor[] };

/**
 * Reads an index or manifest, of OCI or Docker.
 *
 * @param name What to call it in messages.
 * @throws {UserError} REFERENCE_INVALID when it is neither.
 */
export function parseImageDocument(text: string, name: string): ImageDocument {
  const value = parseObject(text);
  if (Array.isArray(value?.manifests)) {
    const manifests = value.manifests.flatMap((entry: unknown) => {
      const descriptor = toDescriptor(entry);
      return descriptor === undefined ? [] : [{ ...descriptor, platform: platformOf(entry) }];
    });
    return { kind: 'index', manifests };
  }
  const config = toDescriptor(value?.config);
  if (config !== undefined && Array.isArray(value?.layers)) {
    const layers = value.layers.map(toDescriptor);
    if (layers.every((layer) => layer !== undefined)) return { kind: 'manifest', config, layers };
  }
  throw notAnImage(name);
}

/**
 * The part of an image config that is about running it. `platform`: `os/architecture`, as every config has to say,
 * with the variant where it has one.
 *
 * @throws {UserError} REFERENCE_INVALID when it is not an image config.
 */
export function parseImageConfig(text: string, name: string) {
  const value = parseObject(text);
  const rootfs = isJsonObject(value?.rootfs) ? value.rootfs : undefined;
  const diffIds = rootfs?.diff_ids;
  if (!Array.isArray(diffIds) || !diffIds.every((id) => typeof id === 'string')) throw notAnImage(name);
  const variant = typeof value?.variant === 'string' && value.variant !== '' ? `/${value.variant}` : '';
  const platform = `${String(value?.os)}/${String(value?.architecture)}${variant}`;
  return { diffIds: diffIds as readonly string[], platform, settings: isJsonObject(value?.config) ? value.config : {} };
}

/** The entry of an index for a platform; of a layout's index with one entry, that one. */
export function selectManifest(
  manifests: readonly (Descriptor & { readonly platform: string | undefined })[],
  platform: string,
): Descriptor | undefined {
  const named = manifests.find((entry) => entry.platform !== undefined && isSamePlatform(entry.platform, platform));
  const [only] = manifests;
  return named ?? (manifests.length === 1 && only?.platform === undefined ? only : undefined);
}

/** Default variant of an architecture, as containerd has it. */
const PLAIN_VARIANTS: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8', arm: 'v7' };

/** True if two ways to write a platform mean the same one: a variant that is the plain one may be left out. */
export function isSamePlatform(one: string, other: string): boolean {
  return withVariant(one) === withVariant(other);
}

function withVariant(platform: string): string {
  const [os, architecture = '', variant = PLAIN_VARIANTS[architecture] ?? ''] = platform.split('/');
  return `${os}/${architecture}/${variant}`;
}

/** All media types of indexes and manifests that can be read. */
export const READABLE = [
  OCI.index,
  OCI.manifest,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

function toDescriptor(value: unknown): Descriptor | undefined {
  if (!isJsonObject(value)) return undefined;
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== 'string' || typeof size !== 'number') return undefined;
  return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? { mediaType, digest, size } : undefined;
}

function platformOf(value: unknown): string | undefined {
  const platform = isJsonObject(value) && isJsonObject(value.platform) ? value.platform : undefined;
  if (typeof platform?.os !== 'string' || typeof platform.architecture !== 'string') return undefined;
  const variant = typeof platform.variant === 'string' ? `/${platform.variant}` : '';
  return `${platform.os}/${platform.architecture}${variant}`;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function notAnImage(name: string): UserError {
  return new UserError('REFERENCE_INVALID', `${name} is not a container image`, {
    fix: 'Name an image by registry reference, or the folder of an OCI image layout.',
  });
}
