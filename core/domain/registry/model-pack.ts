import { UserError } from '../../errors.ts';
import { isJsonObject } from '../data/json-object.ts';
import type { Descriptor } from '../image/image-documents.ts';
import { OCI } from '../image/image-documents.ts';
import type { HashedArtifact, HashedFile } from '../model/artifact-digest.ts';
import { compareCodePoints } from '../text/compare-code-points.ts';

/** Media types of CNCF ModelPack. */
export const MODEL_PACK = {
  artifact: 'application/vnd.cncf.model.manifest.v1+json',
  config: 'application/vnd.cncf.model.config.v1+json',
} as const;

/** Annotation of a layer with the path of its file in the model. */
const FILE_PATH = 'org.cncf.model.filepath';
/** As above, for ORAS and container runtimes. */
const TITLE = 'org.opencontainers.image.title';

/** Chosen: registries have to accept manifests of 4 MiB, and need not accept larger ones. */
export const MAX_MANIFEST_BYTES = 4 * 2 ** 20;

type PackedArtifact = Pick<HashedArtifact, 'files'>;

/**
 * The config of a model, as the bytes that its digest is made of. It depends only on the model's bytes and paths: the same
 * model has the same manifest. Layers are files as they are, so each one's digest is that of its file.
 */
export function formatModelConfig({ files }: PackedArtifact): string {
  const format = formatOf(files);
  return JSON.stringify({
    descriptor: {},
    config: format === undefined ? {} : { format },
    modelfs: { type: 'layers', diffIds: sorted(files).map(({ digest }) => digest) },
  });
}

/**
 * The manifest of a model, as the bytes that its digest is made of: one layer per file, sorted by path bytes.
 *
 * @throws {UserError} INPUT_INVALID for too many files: registries do not accept their manifest.
 */
export function formatModelManifest({ files }: PackedArtifact, config: Descriptor): string {
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI.manifest,
    artifactType: MODEL_PACK.artifact,
    config: { mediaType: config.mediaType, digest: config.digest, size: config.size },
    layers: sorted(files).map((file) => ({
      mediaType: layerType(file.path),
      digest: file.digest,
      size: file.sizeBytes,
      annotations: { [FILE_PATH]: file.path, [TITLE]: file.path },
    })),
  });
  const size = new TextEncoder().encode(text).length;
  if (size <= MAX_MANIFEST_BYTES) return text;
  throw new UserError(
    'INPUT_INVALID',
    `the artifact has ${files.length} files, and the list of them has ${size} bytes: a registry accepts ${MAX_MANIFEST_BYTES}`,
    { fix: 'Pack the files of the artifact into one archive, or use s3://bucket/prefix for register.store.' },
  );
}

/** The layers of a manifest of `formatModelManifest`; undefined for any other document. */
export function readModelManifest(text: string): readonly HashedFile[] | undefined {
  const manifest = parseJson(text);
  if (!isJsonObject(manifest) || manifest.artifactType !== MODEL_PACK.artifact || !Array.isArray(manifest.layers))
    return undefined;
  const files = manifest.layers.map(fileOf);
  return files.every((file) => file !== undefined) ? files : undefined;
}

function fileOf(layer: unknown): HashedFile | undefined {
  if (!isJsonObject(layer) || !isJsonObject(layer.annotations)) return undefined;
  const { digest, size } = layer;
  const path = layer.annotations[FILE_PATH];
  const isFile =
    typeof path === 'string' &&
    typeof digest === 'string' &&
    /^sha256:[0-9a-f]{64}$/.test(digest) &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0;
  return isFile ? { path, digest, sizeBytes: Number(size) } : undefined;
}

/** Raw: the bytes of the file. What describes the weights, runs them or explains them has types of its own. */
function layerType(path: string): string {
  const kind = KINDS.find(({ pattern }) => pattern.test(path))?.kind ?? 'weight';
  return `application/vnd.cncf.model.${kind}.v1.raw`;
}

const KINDS = [
  { pattern: /\.(?:py|sh|ipynb)$/i, kind: 'code' },
  { pattern: /(?:^|\/)(?:README|LICENSE|NOTICE)[^/]*$|\.(?:md|txt)$/i, kind: 'doc' },
  { pattern: /(?:^|\/)MLmodel$|\.(?:json|ya?ml|toml|ini|cfg)$/i, kind: 'weight.config' },
] as const;

const FORMATS: Readonly<Record<string, string>> = {
  onnx: 'onnx',
  safetensors: 'safetensors',
  gguf: 'gguf',
  pt: 'pt',
};

/** The format that all weights have, where their names tell one. */
function formatOf(files: readonly HashedFile[]): string | undefined {
  const weights = files.filter(({ path }) => layerType(path).includes('.weight.v1.'));
  const formats = new Set(weights.map(({ path }) => FORMATS[path.split('.').at(-1)?.toLowerCase() ?? '']));
  const [only] = formats;
  return formats.size === 1 ? only : undefined;
}

function sorted(files: readonly HashedFile[]): readonly HashedFile[] {
  return files.toSorted((left, right) => compareCodePoints(left.path, right.path));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
