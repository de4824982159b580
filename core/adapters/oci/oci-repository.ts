import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Response } from 'undici';
import { type Descriptor, OCI } from '../../domain/image/image-documents.ts';
import { MAX_MANIFEST_BYTES } from '../../domain/registry/model-pack.ts';
import { ServiceError } from '../../errors.ts';
import type { HttpFetch } from '../http/http-fetch.ts';
import type { Sleep } from '../http/retry-policy.ts';
import { downloadBlob } from './blob-download.ts';
import { type BlobSource, uploadBlob } from './blob-upload.ts';
import { type OciLocation, parseOciStore } from './oci-location.ts';
import { asStoreError, corruptStore, refusedByStore } from './oci-store-error.ts';
import { findLogin, type RegistryLogin } from './registry-auth.ts';
import { RegistryClient, type RegistryRequest } from './registry-client.ts';

/** Chosen: attempts at a manifest while a registry moves its blobs, and the time before each further one. */
const MOVING_ATTEMPTS = 5;
const MOVING_MS = 100;

/** Connection options of a store in a registry. */
export interface OciStoreAccess {
  /** The value of Docker's config.json, for the login. */
  readonly dockerConfig: unknown;
  /** Token of GitHub: the login for ghcr.io where Docker's config has none. It goes to no other host. */
  readonly githubToken?: string | undefined;
  readonly fetch: HttpFetch;
  /** Between two tries; default: a real wait. */
  readonly sleep?: Sleep;
}

/** A manifest as it is stored. */
export interface StoredManifest {
  readonly digest: string;
  readonly text: string;
}

const ACTIONS = { read: 'pull', write: 'pull,push' } as const;
/** Chosen: GHCR gives 100 tags per page where it is not asked for more. */
const TAGS_PER_PAGE = 1000;
/** Chosen: a million tags. */
const MAX_PAGES = 1000;

/** The repository of a registry that is a store. All methods throw `ServiceError` STORE_REFUSED and STORE_UNREACHABLE. */
export class OciRepository {
  readonly uri: string;
  readonly #location: OciLocation;
  readonly #client: RegistryClient;
  readonly #sleep: Sleep | undefined;

  /** @throws {UserError} INPUT_INVALID where the address is not `oci://host/path`. */
  constructor(uri: string, access: OciStoreAccess) {
    this.#location = parseOciStore(uri);
    this.uri = this.#location.uri;
    this.#sleep = access.sleep;
    this.#client = new RegistryClient(this.#location.host, {
      login: loginOf(this.#location.host, access),
      fetch: access.fetch,
      refused: refusedByStore(this.uri),
      ...(access.sleep === undefined ? {} : { sleep: access.sleep }),
    });
  }

  /**
   * The manifest of a tag or a digest; undefined where there is none.
   *
   * @param purpose `write`: asked with the permission to push, by which a registry also answers about a repository that does
   *   not exist yet.
   * @throws {ServiceError} STORE_CORRUPT where its bytes do not have the digest that was asked for or that the registry says.
   */
  async manifest(reference: string, purpose: 'read' | 'write' = 'read'): Promise<StoredManifest | undefined> {
    const path = `${this.#location.name}/manifests/${reference}`;
    const response = await this.#send({ method: 'GET', path, headers: { accept: OCI.manifest } }, ACTIONS[purpose]);
    if (response.status === 404) return undefined;
    const text = await this.#textOf(response, reference);
    const digest = digestOf(text);
    const said = reference.startsWith('sha256:') ? reference : response.headers.get('docker-content-digest');
    if (said !== null && said !== digest) throw corruptStore(this.uri, `has other bytes: ${digest} for ${said}`);
    return { digest, text };
  }

  /** Names a manifest by a tag. All its blobs are there. */
  async putManifest(tag: string, text: string): Promise<void> {
    const headers = { 'content-type': OCI.manifest };
    const body = async () => Buffer.from(text);
    const path = `${this.#location.name}/manifests/${tag}`;
    const response = await this.#storeManifest({ method: 'PUT', path, headers, body });
    const stored = response.headers.get('docker-content-digest') ?? digestOf(text);
    // A proxy, a page to log in at or any other web server has its 200 for everything.
    if (response.status === 201 && stored === digestOf(text)) return;
    throw new ServiceError('STORE_REFUSED', `${this.uri} did not store ${tag} (HTTP ${response.status}, ${stored})`, {
      retryable: false,
      fix: 'Check register.store: this host does not answer as a registry.',
    });
  }

  /**
   * A registry that stores the same blob for two machines at the same moment may not find it while it moves it into place, and
   * refuses the manifest that names it: the next attempt finds it.
   */
  async #storeManifest(request: RegistryRequest): Promise<Response> {
    for (let attempt = 1; attempt < MOVING_ATTEMPTS; attempt++) {
      const response = await this.#send({ ...request, answers: [400] }, 'pull,push');
      if (response.status !== 400) return response;
      await response.body?.cancel();
      await (this.#sleep ?? delay)(MOVING_MS * attempt);
    }
    return this.#send(request, 'pull,push');
  }

  /** Uploads a blob unless it is there. @throws {RangeError} Where it yields other bytes than it says. */
  async putBlob(source: BlobSource): Promise<void> {
    await uploadBlob(
      { client: this.#client, name: this.#location.name, scope: this.#scope('pull,push') },
      source,
    ).catch((error: unknown) => {
      throw asStoreError(error);
    });
  }

  /** The bytes of a blob, checked against its digest; errors come while reading. */
  async *blob(descriptor: Descriptor): AsyncIterable<Uint8Array> {
    const { name } = this.#location;
    const read = { client: this.#client, name, scope: this.#scope('pull'), uri: this.uri, sleep: this.#sleep };
    try {
      yield* downloadBlob(read, descriptor);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** All tags, page by page, in the registry's order. */
  async *tags(): AsyncIterable<string> {
    let path = `${this.#location.name}/tags/list?n=${TAGS_PER_PAGE}`;
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const response = await this.#send({ method: 'GET', path }, 'pull');
      if (response.status === 404) return;
      yield* this.#tagsOf(await response.text());
      const next = nextLink(response.headers.get('link') ?? '');
      if (next === undefined) return;
      // Of an address behind a proxy the host may be another one: the list is on the one that was asked.
      const { pathname, search } = new URL(next, `${this.#client.origin}/v2/${this.#location.name}/tags/`);
      path = `${pathname}${search}`;
    }
    throw new ServiceError('STORE_REFUSED', `${this.uri}: the list of tags has more than ${MAX_PAGES} pages`, {
      retryable: false,
      fix: 'Use another repository of the registry for register.store. Versions in this one stay readable.',
    });
  }

  #tagsOf(text: string): readonly string[] {
    const tags = (parseJson(text) as { tags?: unknown } | null | undefined)?.tags;
    // An empty repository has null.
    if (tags === null) return [];
    if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags;
    throw new ServiceError('STORE_REFUSED', `${this.uri}: the list of tags is not one of a registry`, {
      retryable: false,
      fix: 'Check register.store: this host does not answer as a registry.',
    });
  }

  async #textOf(response: Response, reference: string): Promise<string> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body ?? []) {
      size += part.length;
      if (size > MAX_MANIFEST_BYTES) throw corruptStore(this.uri, `has a manifest ${reference} of more than 4 MiB`);
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  }

  #send(request: RegistryRequest, actions: string): Promise<Response> {
    return this.#client.send(request, this.#scope(actions)).catch((error: unknown) => {
      throw asStoreError(error);
    });
  }

  #scope(actions: string): string {
    return `repository:${this.#location.name}:${actions}`;
  }
}

/** `sha256:<hex>` of a text. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A document in memory as a blob. */
export function documentBlob(mediaType: string, text: string): BlobSource {
  const bytes = Buffer.from(text);
  return {
    descriptor: { mediaType, digest: digestOf(text), size: bytes.length },
    async *open() {
      yield bytes;
    },
  };
}

/** The address of the next page in a `Link` header. */
function nextLink(header: string): string | undefined {
  for (const part of header.split('<').slice(1)) {
    const end = part.indexOf('>');
    const parameters = part.slice(end + 1).toLowerCase();
    if (end > 0 && (parameters.includes('rel="next"') || parameters.includes('rel=next'))) return part.slice(0, end);
  }
  return undefined;
}

/** A login of this very host decides before GitHub's token, which is for ghcr.io alone. */
function loginOf(host: string, { dockerConfig, githubToken }: OciStoreAccess): RegistryLogin | undefined {
  const own = host === 'ghcr.io' && githubToken ? { user: 'tidegate', password: githubToken } : undefined;
  try {
    return findLogin(dockerConfig, host) ?? own;
  } catch (error) {
    // A credential helper holds logins of all hosts, or of none.
    if (own !== undefined) return own;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
