import { createHash } from 'node:crypto';
import type { Response } from 'undici';
import { isDockerHub, splitRepository } from '../../domain/image/docker-hub.ts';
import type { Descriptor } from '../../domain/image/image-documents.ts';
import { formatImageReference, type ImageReference } from '../../domain/image/image-reference.ts';
import { READABLE } from '../../domain/image/read-image-documents.ts';
import { ServiceError } from '../../errors.ts';
import type { ImageRegistry } from '../../ports/image/image-registry.ts';
import type { ImageSource } from '../../ports/image/image-source.ts';
import type { HttpFetch } from '../http/http-fetch.ts';
import { isBlob } from './blob-upload.ts';
import { findLogin } from './registry-auth.ts';
import { RegistryClient } from './registry-client.ts';

/** Connection options of registries. */
export interface RegistryAccess {
  /** The value of Docker's config.json, for the login. */
  readonly dockerConfig: unknown;
  readonly fetch: HttpFetch;
}

/** The host that answers for a repository, and its name there. */
export function addressOf(repository: string): { host: string; name: string } {
  const { registry, path } = splitRepository(repository);
  if (!isDockerHub(registry)) return { host: registry, name: path };
  return { host: 'registry-1.docker.io', name: path.includes('/') ? path : `library/${path}` };
}

/** One repository of a registry. */
export class RegistryRepository implements ImageSource, ImageRegistry {
  readonly name: string;
  readonly #reference: ImageReference;
  readonly #path: string;
  readonly #client: RegistryClient;

  /** @param reference The image to read, or only the repository to write to. */
  constructor(reference: ImageReference, { dockerConfig, fetch }: RegistryAccess) {
    const { host, name } = addressOf(reference.repository);
    this.name = formatImageReference(reference);
    this.#reference = reference;
    this.#path = name;
    this.#client = new RegistryClient(host, { login: findLogin(dockerConfig, host), fetch });
  }

  async root(): Promise<string | undefined> {
    const { digest, tag } = this.#reference;
    const response = await this.#get(`manifests/${digest ?? tag ?? 'latest'}`);
    if (response.status === 404) return undefined;
    const text = await response.text();
    if (digest !== undefined) this.#check(digest, text);
    return text;
  }

  async document(descriptor: Descriptor, kind: 'manifest' | 'config'): Promise<string> {
    const response = await this.#get(`${kind === 'manifest' ? 'manifests' : 'blobs'}/${descriptor.digest}`);
    const text = response.status === 404 ? '' : await response.text();
    this.#check(descriptor.digest, text);
    return text;
  }

  async blob(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#get(`blobs/${descriptor.digest}`);
    if (response.status === 404 || response.body === null) throw this.#wrong(descriptor.digest, 'nothing');
    return response.body;
  }

  async pushBlob(descriptor: Descriptor, open: () => Promise<Blob>): Promise<'pushed' | 'exists'> {
    const scope = this.#scope('pull,push');
    const base = `${this.#path}/blobs`;
    const known = await this.#client.send({ method: 'HEAD', path: `${base}/${descriptor.digest}` }, scope);
    if (isBlob(known, descriptor)) return 'exists';
    const started = await this.#client.send({ method: 'POST', path: `${base}/uploads/` }, scope);
    if (started.status === 404) throw this.#noRepository();
    const location = started.headers.get('location');
    if (location === null) throw this.#wrong(descriptor.digest, 'no upload location');
    const upload = new URL(location, `${this.#client.origin}/v2/`);
    upload.searchParams.set('digest', descriptor.digest);
    const headers = { 'content-type': 'application/octet-stream' };
    const done = await this.#client.send({ method: 'PUT', path: upload.href, headers, body: open }, scope);
    if (done.status !== 201) throw this.#wrong(descriptor.digest, `HTTP ${done.status}`);
    return 'pushed';
  }

  async pushManifest(tag: string, descriptor: Descriptor, text: string): Promise<void> {
    const headers = { 'content-type': descriptor.mediaType };
    const body = async () => new Blob([text]);
    const path = `${this.#path}/manifests/${tag}`;
    const response = await this.#client.send({ method: 'PUT', path, headers, body }, this.#scope('pull,push'));
    const stored = response.headers.get('docker-content-digest') ?? descriptor.digest;
    // A proxy, a page to log in at or any other web server has its 200 for everything.
    if (response.status !== 201) throw this.#wrong(descriptor.digest, `HTTP ${response.status} instead of 201`);
    if (stored !== descriptor.digest) throw this.#wrong(descriptor.digest, stored);
  }

  /** Gives the manifest of the reference's digest one more tag. */
  async addTag(tag: string): Promise<'added' | 'exists'> {
    const digest = this.#reference.digest ?? '';
    const found = await this.#get(`manifests/${digest}`);
    if (found.status === 404) throw this.#wrong(digest, 'nothing');
    const text = await found.text();
    this.#check(digest, text);
    const named = await this.#get(`manifests/${tag}`);
    if (named.status !== 404) {
      const other = `sha256:${createHash('sha256')
        .update(await named.text())
        .digest('hex')}`;
      if (other === digest) return 'exists';
      throw new ServiceError('REGISTRY_REFUSED', `the tag ${tag} of ${this.#path} names ${other}, not ${digest}`, {
        retryable: false,
        fix: 'Remove this tag from the registry: it was pushed with other bytes than those of the version.',
      });
    }
    const mediaType = found.headers.get('content-type') ?? READABLE[1];
    await this.pushManifest(tag, { mediaType, digest, size: Buffer.byteLength(text) }, text);
    return 'added';
  }

  #get(path: string): Promise<Response> {
    const headers = { accept: READABLE.join(', ') };
    return this.#client.send({ method: 'GET', path: `${this.#path}/${path}`, headers }, this.#scope('pull'));
  }

  #scope(actions: string): string {
    return `repository:${this.#path}:${actions}`;
  }

  #check(digest: string, text: string): void {
    const actual = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    if (actual !== digest) throw this.#wrong(digest, actual);
  }

  #noRepository(): ServiceError {
    return new ServiceError('REGISTRY_REFUSED', `${this.name}: the registry does not accept uploads there (HTTP 404)`, {
      retryable: false,
      fix: 'Create the repository in the registry first, or correct its name and host.',
    });
  }

  #wrong(digest: string, found: string): ServiceError {
    return new ServiceError('REGISTRY_REFUSED', `${this.name}: the registry answered ${found} for ${digest}`, {
      retryable: true,
      fix: 'Run the job again. If the error remains, check that this host is a registry, and push the image again.',
    });
  }
}
