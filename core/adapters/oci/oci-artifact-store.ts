import { createHash } from 'node:crypto';
import { mapParallel } from '../../async/map-parallel.ts';
import { formatDigestLines, type HashedArtifact, type HashedFile } from '../../domain/model/artifact-digest.ts';
import {
  formatModelConfig,
  formatModelManifest,
  MODEL_PACK,
  readModelManifest,
} from '../../domain/registry/model-pack.ts';
import {
  artifactTag,
  artifactTagStart,
  formatOciArtifact,
  parseOciArtifact,
} from '../../domain/registry/oci-artifact-uri.ts';
import type { ArtifactStore, OpenFile, StoredFile, WantedArtifact } from '../../ports/store/artifact-store.ts';
import { digestOf, documentBlob, OciRepository, type OciStoreAccess, type StoredManifest } from './oci-repository.ts';
import { corruptStore } from './oci-store-error.ts';

/** Chosen: files that go up at once. */
const PARALLEL_FILES = 4;
const RAW = 'application/octet-stream';

/** Artifacts in a repository of a container registry, in the form of CNCF ModelPack: one layer per file, as it is. */
export class OciArtifactStore implements ArtifactStore {
  readonly uri: string;
  readonly #repository: OciRepository;

  /** @throws {UserError} INPUT_INVALID where the address is not `oci://host/path`. */
  constructor(uri: string, access: OciStoreAccess) {
    this.#repository = new OciRepository(uri, access);
    this.uri = this.#repository.uri;
  }

  uriOf(artifact: HashedArtifact): string {
    const manifestDigest = digestOf(pack(artifact).manifest);
    return formatOciArtifact({ store: this.uri, digest: artifact.digest, manifestDigest });
  }

  async put(artifact: HashedArtifact, open: OpenFile): Promise<void> {
    const { config, manifest } = pack(artifact);
    await mapParallel(unique(artifact.files), PARALLEL_FILES, ({ path, digest, sizeBytes }) => {
      const descriptor = { mediaType: RAW, digest, size: sizeBytes };
      return this.#repository.putBlob({ descriptor, open: () => open(path) });
    });
    await this.#repository.putBlob(config);
    // Last: from here on the artifact is found, whole.
    await this.#repository.putManifest(artifactTag(artifact.digest, digestOf(manifest)), manifest);
  }

  async label(wanted: WantedArtifact, name: string): Promise<void> {
    const manifest = await this.#manifest(wanted);
    if (manifest === undefined) throw corruptStore(this.uri, `has no artifact ${wanted.digest}`);
    const named = await this.#repository.manifest(name);
    if (named?.digest !== manifest.digest) await this.#repository.putManifest(name, manifest.text);
  }

  async files(wanted: WantedArtifact): Promise<readonly StoredFile[]> {
    const manifest = await this.#manifest(wanted);
    if (manifest === undefined) return [];
    const files = readModelManifest(manifest.text);
    if (files === undefined || !isArtifact(files, wanted.digest)) {
      throw corruptStore(`${this.uri}@${manifest.digest}`, `is not the artifact ${wanted.digest}`);
    }
    return files.map(({ path, digest, sizeBytes }) => {
      const descriptor = { mediaType: RAW, digest, size: sizeBytes };
      return { path, open: async () => this.#repository.blob(descriptor) };
    });
  }

  async #manifest({ digest, uri }: WantedArtifact): Promise<StoredManifest | undefined> {
    const named = uri === undefined ? undefined : parseOciArtifact(uri);
    if (named !== undefined) return this.#repository.manifest(named.manifestDigest);
    for await (const tag of this.#repository.tags()) {
      if (!tag.startsWith(artifactTagStart(digest))) continue;
      const manifest = await this.#repository.manifest(tag);
      // A tag that another process moved is not the artifact's.
      if (manifest !== undefined && artifactTag(digest, manifest.digest) === tag) return manifest;
    }
    return undefined;
  }
}

function pack(artifact: HashedArtifact) {
  const config = documentBlob(MODEL_PACK.config, formatModelConfig(artifact));
  return { config, manifest: formatModelManifest(artifact, config.descriptor) };
}

/** Files with the same bytes are one blob. */
function unique(files: readonly HashedFile[]): readonly HashedFile[] {
  return [...new Map(files.map((file) => [file.digest, file])).values()];
}

/** True if an artifact of these files has a digest: that of its one file, or of their list. */
function isArtifact(files: readonly HashedFile[], digest: string): boolean {
  if (files.length === 1 && files[0]?.digest === digest) return true;
  return `sha256:${createHash('sha256').update(formatDigestLines(files)).digest('hex')}` === digest;
}
