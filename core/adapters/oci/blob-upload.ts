import { createHash } from 'node:crypto';
import type { Response } from 'undici';
import type { Descriptor } from '../../domain/image/image-documents.ts';
import { ServiceError } from '../../errors.ts';
import type { RegistryClient } from './registry-client.ts';

/** A repository that is written to. */
export interface UploadTarget {
  readonly client: RegistryClient;
  /** Name of the repository on its host. */
  readonly name: string;
  /** Of tokens: `repository:<name>:pull,push`. */
  readonly scope: string;
}

/** A blob to upload. `open` yields exactly the bytes of the descriptor, again at each call. */
export interface BlobSource {
  readonly descriptor: Descriptor;
  open(): AsyncIterable<Uint8Array>;
}

/** Chosen: what GHCR takes per chunk. A registry that wants more says so. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** Chosen: a large blob that broke off so often goes up in chunks. */
const WHOLE_ATTEMPTS = 3;
/** Chosen. */
const SESSIONS = 3;
/** Answers to an upload that a new session may change: another digest, a lost session, another position. */
const LOST = [400, 404, 416];
const TOO_LARGE = 413;

/**
 * Uploads a blob unless the registry has it: in one request, which all registries take; in chunks where that one is too
 * large for a proxy or broke off.
 *
 * @throws {RangeError} Where the source yields other bytes than the descriptor says; nothing is stored then.
 * @throws {ServiceError} REGISTRY_REFUSED, REGISTRY_UNREACHABLE.
 */
export async function uploadBlob(target: UploadTarget, source: BlobSource): Promise<void> {
  if (await hasBlob(target, source.descriptor)) return;
  const isLarge = source.descriptor.size > CHUNK_BYTES;
  for (let session = 1; session <= SESSIONS; session += 1) {
    const status = await uploadWhole(target, source, isLarge).catch((error: unknown) => {
      if (isLarge && isUnreachable(error)) return TOO_LARGE;
      throw error;
    });
    if (status === 201) return;
    if (status === TOO_LARGE && isLarge) return inSessions(() => uploadInChunks(target, source));
    if (!LOST.includes(status)) throw notStored(target, source.descriptor, `HTTP ${status}`);
  }
  throw notStored(target, source.descriptor, `the upload failed ${SESSIONS} times`);
}

/** Starts an upload in a new session where the registry has lost the last one. */
async function inSessions(upload: () => Promise<void>): Promise<void> {
  for (let session = 1; ; session += 1) {
    try {
      return await upload();
    } catch (error) {
      const isLost = error instanceof ServiceError && error.code === 'REGISTRY_REFUSED' && error.retryable;
      if (!isLost || session === SESSIONS) throw error;
    }
  }
}

/** True if the registry has the blob. */
export async function hasBlob(
  { client, name, scope }: UploadTarget,
  blob: Pick<Descriptor, 'digest' | 'size'>,
): Promise<boolean> {
  return isBlob(await client.send({ method: 'HEAD', path: `${name}/blobs/${blob.digest}` }, scope), blob);
}

/**
 * True if the answer to HEAD is about the blob itself. After one that says too little the blob is uploaded, which changes
 * nothing.
 */
export function isBlob(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): boolean {
  const said = headers.get('docker-content-digest');
  return status === 200 && headers.get('content-length') === String(size) && (said === null || said === digest);
}

async function uploadWhole(target: UploadTarget, source: BlobSource, isLarge: boolean): Promise<number> {
  const { descriptor } = source;
  const response = await target.client.send(
    {
      method: 'PUT',
      path: async () => withDigest((await startUpload(target)).location, descriptor.digest),
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(descriptor.size) },
      body: async () => (isLarge ? checked(source) : readWhole(source)),
      answers: [...LOST, TOO_LARGE],
      ...(isLarge ? { maxAttempts: WHOLE_ATTEMPTS } : {}),
    },
    target.scope,
  );
  await response.body?.cancel();
  return response.status;
}

async function uploadInChunks(target: UploadTarget, source: BlobSource): Promise<void> {
  const { descriptor } = source;
  const started = await startUpload(target);
  let { location } = started;
  let sent = 0;
  for await (const chunk of chunksOf(checked(source), Math.max(CHUNK_BYTES, started.minChunkBytes))) {
    location = await sendChunk(target, { location, chunk, start: sent, descriptor });
    sent += chunk.length;
  }
  const done = await target.client.send(
    { method: 'PUT', path: withDigest(location, descriptor.digest), headers: { 'content-length': '0' }, answers: LOST },
    target.scope,
  );
  if (done.status !== 201) throw notStored(target, descriptor, `HTTP ${done.status}`);
}

/** @returns Where the next one goes. */
async function sendChunk(
  { client, name, scope }: UploadTarget,
  {
    location,
    chunk,
    start,
    descriptor,
  }: {
    readonly location: string;
    readonly chunk: Uint8Array;
    readonly start: number;
    readonly descriptor: Descriptor;
  },
): Promise<string> {
  const end = start + chunk.length - 1;
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': String(chunk.length),
    'content-range': `${start}-${end}`,
  };
  const body = async () => chunk;
  const sent = await client.send({ method: 'PATCH', path: location, headers, body, answers: LOST }, scope);
  if (sent.status === 202 || sent.status === 201) return locationOf({ client, name, scope }, sent) ?? location;
  // A chunk whose answer was lost is there already.
  const state = await client.send({ method: 'GET', path: location, answers: LOST }, scope);
  if (state.headers.get('range') === `0-${end}`) return locationOf({ client, name, scope }, state) ?? location;
  throw notStored({ client, name, scope }, descriptor, `HTTP ${sent.status} for the chunk ${start}-${end}`);
}

async function startUpload(target: UploadTarget): Promise<{ location: string; minChunkBytes: number }> {
  const { client, name, scope } = target;
  const started = await client.send(
    { method: 'POST', path: `${name}/blobs/uploads/`, headers: { 'content-length': '0' } },
    scope,
  );
  if (started.status === 404) {
    throw new ServiceError('REGISTRY_REFUSED', `${client.host} does not accept uploads to ${name} (HTTP 404)`, {
      retryable: false,
      fix: 'Create the repository in the registry first, or correct register.store.',
    });
  }
  const location = started.status === 202 ? locationOf(target, started) : undefined;
  if (location === undefined) {
    throw new ServiceError('REGISTRY_REFUSED', `${client.host} starts no upload to ${name} (HTTP ${started.status})`, {
      retryable: false,
      fix: 'Check register.store: this host does not answer as a registry.',
    });
  }
  return { location, minChunkBytes: Number(started.headers.get('oci-chunk-min-length') ?? 0) || 0 };
}

function locationOf({ client }: UploadTarget, { headers }: Response): string | undefined {
  const location = headers.get('location');
  return location === null ? undefined : new URL(location, `${client.origin}/v2/`).href;
}

/** A location may have a query of its own. */
function withDigest(location: string, digest: string): string {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  return url.href;
}

async function readWhole(source: BlobSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of checked(source)) parts.push(part);
  return Buffer.concat(parts);
}

/** The bytes of a source as long as they are those of its descriptor. */
async function* checked({ descriptor, open }: BlobSource): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of open()) {
    size += part.length;
    if (size > descriptor.size) break;
    hash.update(part);
    yield part;
  }
  if (size !== descriptor.size) throw new RangeError(`content yielded ${size} bytes instead of ${descriptor.size}`);
  if (`sha256:${hash.digest('hex')}` !== descriptor.digest) throw new RangeError('content changed while it was read');
}

async function* chunksOf(parts: AsyncIterable<Uint8Array>, chunkBytes: number): AsyncIterable<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const taken = part.subarray(at, at + chunkBytes - size);
      held.push(taken);
      size += taken.length;
      at += taken.length;
      if (size < chunkBytes) continue;
      yield Buffer.concat(held);
      held = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'REGISTRY_UNREACHABLE';
}

function notStored({ client, name }: UploadTarget, { digest }: Descriptor, why: string): ServiceError {
  return new ServiceError('REGISTRY_REFUSED', `${client.host}/${name} did not store the blob ${digest}: ${why}`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, check that this host is a registry, and its limits for uploads.',
  });
}
