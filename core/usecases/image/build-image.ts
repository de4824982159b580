import {
  type BaseImage,
  type Descriptor,
  formatImageConfig,
  formatImageManifest,
  formatLayoutIndex,
  type ImageParts,
  OCI,
  parsePlatform,
} from '../../domain/image/image-documents.ts';
import { formatImageReference } from '../../domain/image/image-reference.ts';
import {
  type ImageDocument,
  isSamePlatform,
  parseImageConfig,
  parseImageDocument,
  selectManifest,
} from '../../domain/image/read-image-documents.ts';
import { digestHex, type HashedArtifact } from '../../domain/model/artifact-digest.ts';
import { UserError } from '../../errors.ts';
import type { ImageLayout, LayerFile } from '../../ports/image/image-layout.ts';
import type { ImageRegistry } from '../../ports/image/image-registry.ts';
import type { ImageSource } from '../../ports/image/image-source.ts';

/** Image to build. */
export interface BuildRequest {
  readonly model: string;
  readonly artifact: HashedArtifact;
  /** Absolute path of the artifact. */
  readonly location: string;
  /** Repository to which the image is pushed, without tag. */
  readonly repository: string;
  readonly platform: string;
  /** Further tags besides the artifact's own. */
  readonly tags: readonly string[];
  /** Of an image that is not a modelcar; default: the files are in `models`, and the base says what runs. */
  readonly program?: ProgramImage;
}

/** An image that runs a program. */
export interface ProgramImage {
  /** Folder of the image in which the files are, without a slash at its start. */
  readonly folder: string;
  /** Entries of its `config`, over those of the base. `Env` is added to the base's. */
  readonly settings: Readonly<Record<string, unknown>> & { readonly Env: readonly string[] };
  readonly labels: Readonly<Record<string, string>>;
}

/** Dependencies of building. */
export interface BuildPorts {
  /** Undefined: the image holds nothing but the model. */
  readonly base: ImageSource | undefined;
  readonly layout: ImageLayout;
  /** Undefined: nothing is pushed. */
  readonly registry: ImageRegistry | undefined;
  readonly note: (line: string) => void;
}

/** The image that was built. */
export interface BuiltImage {
  /** `repository:tag@digest`. */
  readonly reference: string;
  readonly digest: string;
  readonly tag: string;
}

/** Chosen: 12 hex digits of the artifact's digest; the version is not known yet. */
const TAG_DIGITS = 12;

/**
 * Builds a modelcar: the artifact's files under /models as one layer on a base. The same artifact and base make the
 * same image, byte for byte.
 *
 * @throws {UserError} DATA_NOT_FOUND for an artifact without a file; REFERENCE_INVALID when the base is not an image or has not
 *   the platform; and what the registry throws.
 */
export async function buildImage(request: BuildRequest, ports: BuildPorts): Promise<BuiltImage> {
  if (request.artifact.files.length === 0) {
    throw new UserError('DATA_NOT_FOUND', `the artifact ${request.location} has no file`, {
      fix: 'Name the file or folder of the model in artifact-path, and check that the step that makes it ran before.',
    });
  }
  const base = ports.base === undefined ? undefined : await readBase(ports.base, request.platform, ports.layout);
  const layer = await ports.layout.addLayer(layerFiles(request));
  const settings = settingsOf(request, base);
  const parts: ImageParts = { base, layer, platform: request.platform, labels: labelsOf(request), settings };
  const config = await ports.layout.addDocument(OCI.config, formatImageConfig(parts));
  const text = formatImageManifest(parts, config);
  const manifest = await ports.layout.addDocument(OCI.manifest, text);
  const tag = digestHex(request.artifact.digest).slice(0, TAG_DIGITS);
  await ports.layout.finish(formatLayoutIndex(manifest, tag));
  if (ports.registry !== undefined) {
    const blobs = [...(base?.layers ?? []), layer, config];
    for (const blob of blobs) await pushBlob(blob, ports, ports.registry);
    for (const name of [tag, ...request.tags]) await ports.registry.pushManifest(name, manifest, text);
    ports.note(`Pushed ${request.repository}:${[tag, ...request.tags].join(', ')}`);
  }
  const reference = formatImageReference({ repository: request.repository, tag, digest: manifest.digest });
  return { reference, digest: manifest.digest, tag };
}

async function pushBlob(blob: Descriptor, ports: BuildPorts, registry: ImageRegistry): Promise<void> {
  const result = await registry.pushBlob(blob, () => ports.layout.open(blob.digest));
  ports.note(`${blob.digest} (${blob.size} bytes): ${result === 'exists' ? 'there already' : 'pushed'}`);
}

function layerFiles({ artifact, location, program }: BuildRequest): readonly LayerFile[] {
  return artifact.files.map((file) => ({
    path: `${program?.folder ?? 'models'}/${file.path}`,
    source: artifact.kind === 'file' ? location : `${location}/${file.path}`,
  }));
}

function settingsOf({ program }: BuildRequest, base: BaseImage | undefined): ImageParts['settings'] {
  if (program === undefined) return undefined;
  const { Env: own, ...settings } = program.settings;
  const given = base?.settings.Env;
  return { ...settings, Env: [...(Array.isArray(given) ? given : []), ...own] };
}

function labelsOf({ model, artifact, program }: BuildRequest): Readonly<Record<string, string>> {
  if (program !== undefined) return program.labels;
  return {
    'dev.tidegate.artifact.digest': artifact.digest,
    'dev.tidegate.model': model,
    'org.opencontainers.image.title': model,
  };
}

async function readBase(source: ImageSource, platform: string, layout: ImageLayout): Promise<BaseImage> {
  const root = await source.root();
  if (root === undefined) {
    throw new UserError('REFERENCE_INVALID', `the base image ${source.name} does not exist`, {
      fix: 'Correct image.base in tidegate.yaml or the input base-image; use scratch for no base image.',
    });
  }
  const manifest = await findManifest(root, source, platform);
  const { platform: own, ...config } = parseImageConfig(await source.document(manifest.config, 'config'), source.name);
  assertPlatform(source.name, own, platform);
  for (const layer of manifest.layers) await layout.addBlob(layer, await source.blob(layer));
  return { layers: manifest.layers, ...config };
}

/** An image of one platform has no index that says which: its own config does. One without a variant leaves it open. */
function assertPlatform(name: string, own: string, wanted: string): void {
  const { os, architecture } = parsePlatform(wanted);
  if (own === `${os}/${architecture}` || isSamePlatform(own, wanted)) return;
  throw new UserError('REFERENCE_INVALID', `the base image ${name} is for ${own}, but platforms is ${wanted}`, {
    fix: `Use a base image for ${wanted}, or set platforms: ${own}.`,
  });
}

/** An index may name indexes; Docker's own layouts nest them once. */
async function findManifest(
  text: string,
  source: ImageSource,
  platform: string,
): Promise<Extract<ImageDocument, { kind: 'manifest' }>> {
  const document = parseImageDocument(text, source.name);
  if (document.kind === 'manifest') return document;
  const selected = selectManifest(document.manifests, platform);
  if (selected === undefined) {
    const known = document.manifests.map((entry) => entry.platform ?? 'unknown').join(', ');
    throw new UserError('REFERENCE_INVALID', `the base image ${source.name} has no ${platform} (it has: ${known})`, {
      fix: 'Choose another platform or another base.',
    });
  }
  return findManifest(await source.document(selected, 'manifest'), source, platform);
}
