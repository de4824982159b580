import { createHash } from 'node:crypto';
import type { Descriptor } from '../../domain/image/image-documents.ts';
import { OCI } from '../../domain/image/image-documents.ts';
import { assertObjectKey } from '../../domain/model/object-key.ts';
import { keyOfTag, objectTag } from '../../domain/registry/oci-object-tag.ts';
import type { ObjectContent, ObjectEntry, ObjectStore, PutMode, PutResult } from '../../ports/store/object-store.ts';
import { documentBlob, OciRepository, type OciStoreAccess } from './oci-repository.ts';
import { corruptStore } from './oci-store-error.ts';

/** Type of the manifest of one object. */
const OBJECT = 'application/vnd.tidegate.object.v1+json';
/** Annotation of such a manifest with the object's key. */
const KEY = 'dev.tidegate.key';
const TITLE = 'org.opencontainers.image.title';
/** The config of an artifact that has none, by the image specification. */
const EMPTY_CONFIG = documentBlob('application/vnd.oci.empty.v1+json', '{}');

/**
 * A store in a repository of a container registry: each object is a manifest with one layer, under a tag that says its key.
 *
 * A registry has no conditional write. Of `if-absent` writes through one instance exactly one answers `created`; of two
 * machines that write the same key at the same moment both may, and the later one is what is there.
 */
export class OciObjectStore implements ObjectStore {
  readonly uri: string;
  readonly #repository: OciRepository;
  readonly #writes = new Map<string, Promise<unknown>>();
  #config: Promise<void> | undefined;

  /** @throws {UserError} INPUT_INVALID where the address is not `oci://host/path`. */
  constructor(uri: string, access: OciStoreAccess) {
    this.#repository = new OciRepository(uri, access);
    this.uri = this.#repository.uri;
  }

  uriOf(key: string): string {
    return `${this.uri}:${tagOf(key)}`;
  }

  async open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const layer = await this.#layer(key);
    return layer && this.#repository.blob(layer);
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    const layer = await this.#layer(key);
    return layer && { key, sizeBytes: layer.size };
  }

  async put(key: string, content: ObjectContent, mode: PutMode): Promise<PutResult> {
    const tag = tagOf(key);
    const before = this.#writes.get(tag) ?? Promise.resolve();
    const writing = before.catch(() => undefined).then(() => this.#put(tag, { key, content, mode }));
    this.#writes.set(tag, writing);
    try {
      return await writing;
    } finally {
      if (this.#writes.get(tag) === writing) this.#writes.delete(tag);
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectEntry> {
    for await (const tag of this.#repository.tags()) {
      const found = keyOfTag(tag);
      if (found === undefined || !mayStart(found, prefix)) continue;
      const entry = await this.#entry(tag);
      if (entry?.key.startsWith(prefix) === true) yield entry;
    }
  }

  async #put(
    tag: string,
    { key, content, mode }: { readonly key: string; readonly content: ObjectContent; readonly mode: PutMode },
  ): Promise<PutResult> {
    if (mode === 'if-absent' && (await this.#repository.manifest(tag, 'write')) !== undefined) return 'exists';
    const mediaType = key.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    const layer = { mediaType, ...(await hashContent(content)) };
    await this.#repository.putBlob({ descriptor: layer, open: () => content.open() });
    await this.#putConfig();
    await this.#repository.putManifest(tag, formatObjectManifest(key, layer));
    return mode === 'if-absent' ? 'created' : 'replaced';
  }

  #putConfig(): Promise<void> {
    this.#config ??= this.#repository.putBlob(EMPTY_CONFIG).catch((error: unknown) => {
      this.#config = undefined;
      throw error;
    });
    return this.#config;
  }

  async #layer(key: string): Promise<Descriptor | undefined> {
    const tag = tagOf(key);
    const manifest = await this.#repository.manifest(tag);
    if (manifest === undefined) return undefined;
    const found = readObjectManifest(manifest.text);
    if (found?.key === key) return found.layer;
    throw corruptStore(`${this.uri}:${tag}`, `is not the object ${key}`);
  }

  /** Undefined for a manifest that was deleted in between, or is not an object's. */
  async #entry(tag: string): Promise<ObjectEntry | undefined> {
    const manifest = await this.#repository.manifest(tag);
    const found = manifest && readObjectManifest(manifest.text);
    return found === undefined || tagOf(found.key) !== tag
      ? undefined
      : { key: found.key, sizeBytes: found.layer.size };
  }
}

function tagOf(key: string): string {
  return objectTag(assertObjectKey(key), () => createHash('sha256').update(key).digest('base64url'));
}

/** False for a tag whose key cannot begin with the prefix. */
function mayStart({ text, isWhole }: { readonly text: string; readonly isWhole: boolean }, prefix: string): boolean {
  return text.startsWith(prefix) || (!isWhole && prefix.startsWith(text));
}

function formatObjectManifest(key: string, layer: Descriptor): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI.manifest,
    artifactType: OBJECT,
    config: EMPTY_CONFIG.descriptor,
    layers: [{ ...layer, annotations: { [TITLE]: key.slice(key.lastIndexOf('/') + 1) } }],
    annotations: { [KEY]: key },
  });
}

/** Undefined for a document of another kind, and for a key that is none. */
function readObjectManifest(text: string): { readonly key: string; readonly layer: Descriptor } | undefined {
  try {
    const { artifactType, annotations, layers } = JSON.parse(text);
    const key = assertObjectKey(String(annotations[KEY]));
    const { mediaType, digest, size } = layers[0];
    const isLayer = /^sha256:[0-9a-f]{64}$/.test(digest) && Number.isSafeInteger(size) && size >= 0;
    return artifactType === OBJECT && layers.length === 1 && isLayer
      ? { key, layer: { mediaType, digest, size } }
      : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {RangeError} Where the content yields another number of bytes than it says. */
async function hashContent(content: ObjectContent): Promise<{ readonly digest: string; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of content.open()) {
    hash.update(part);
    size += part.length;
  }
  if (size !== content.sizeBytes) throw new RangeError(`content yielded ${size} bytes instead of ${content.sizeBytes}`);
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
