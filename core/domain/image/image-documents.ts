import { UserError } from '../../errors.ts';

/** A blob by what it is. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:<hex>`. */
  readonly digest: string;
  readonly size: number;
}

/** An image to build upon: its layers and the part of its config that runs things. */
export interface BaseImage {
  readonly layers: readonly Descriptor[];
  /** sha256 of each uncompressed layer, in order. */
  readonly diffIds: readonly string[];
  /** `config` of its image config: Env, Entrypoint, User and the like. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Commit to put on the base. */
export interface ModelLayer extends Descriptor {
  /** sha256 of the uncompressed layer. */
  readonly diffId: string;
}

/** Parts of an image. */
export interface ImageParts {
  /** Undefined: the image holds nothing but the model. */
  readonly base: BaseImage | undefined;
  readonly layer: ModelLayer;
  /** `os/architecture` or `os/architecture/variant`. */
  readonly platform: string;
  /** Told in the config's labels and the manifest's annotations, sorted by key. */
  readonly labels: Readonly<Record<string, string>>;
  /** Entries of the image's `config`, over those of the base: Entrypoint, User, Env and the like. Default: none. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** Media types of OCI. */
export const OCI = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** Docker's names for the same things. */
const DOCKER = new Map([
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', `${OCI.layer}+gzip`],
  ['application/vnd.docker.image.rootfs.diff.tar', OCI.layer],
]);

/** Chosen: a fixed time, so that the same model makes the same image. */
const CREATED = '1970-01-01T00:00:00Z';

/**
 * The config of an image, as the bytes that its digest is made of.
 *
 * @throws {UserError} INPUT_INVALID for a platform that is not `os/architecture`.
 */
export function formatImageConfig({ base, layer, platform, labels, settings }: ImageParts): string {
  const { os, architecture, variant } = parsePlatform(platform);
  const baseLabels = base?.settings.Labels;
  const known = typeof baseLabels === 'object' && baseLabels !== null ? baseLabels : {};
  return JSON.stringify({
    created: CREATED,
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    config: { ...base?.settings, ...settings, Labels: sortKeys({ ...known, ...labels }) },
    rootfs: { type: 'layers', diff_ids: [...(base?.diffIds ?? []), layer.diffId] },
    history: [
      ...(base?.diffIds ?? []).map(() => ({ created: CREATED, created_by: 'base' })),
      { created: CREATED, created_by: 'tidegate build-image' },
    ],
  });
}

/** The manifest of an image, as the bytes that its digest is made of. */
export function formatImageManifest(parts: ImageParts, config: Descriptor): string {
  const { mediaType, digest, size } = parts.layer;
  const baseLayers = (parts.base?.layers ?? []).map((layer) => ({
    mediaType: DOCKER.get(layer.mediaType) ?? layer.mediaType,
    digest: layer.digest,
    size: layer.size,
  }));
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config: { mediaType: config.mediaType, digest: config.digest, size: config.size },
    layers: [...baseLayers, { mediaType, digest, size }],
    annotations: sortKeys(parts.labels),
  });
}

/** The index of a layout on disk, which names one image. */
export function formatLayoutIndex(manifest: Descriptor, name: string): string {
  const { mediaType, digest, size } = manifest;
  const annotations = { 'org.opencontainers.image.ref.name': name };
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI.index,
    manifests: [{ mediaType, digest, size, annotations }],
  });
}

/**
 * Splits `linux/arm64/v8`.
 *
 * @throws {UserError} INPUT_INVALID for anything else.
 */
export function parsePlatform(platform: string): { os: string; architecture: string; variant: string | undefined } {
  const [os, architecture, variant, ...more] = platform.split('/');
  if (!os || !architecture || more.length > 0 || !/^[a-z0-9]+(\/[a-z0-9]+){1,2}$/.test(platform)) {
    throw new UserError('INPUT_INVALID', `${JSON.stringify(platform)} is not a platform`, {
      fix: 'Write linux/amd64.',
    });
  }
  return { os, architecture, variant };
}

function sortKeys(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}
