import { createHash, type Hash } from 'node:crypto';
import type { Response } from 'undici';
import type { Descriptor } from '../../domain/image/image-documents.ts';
import { ServiceError } from '../../errors.ts';
import { connectionProblem } from '../http/connection-problem.ts';
import { MAX_ATTEMPTS, type Sleep, waitBeforeTry } from '../http/retry-policy.ts';
import { corruptStore } from './oci-store-error.ts';
import type { RegistryClient } from './registry-client.ts';

/** Chosen: what a connection has to bring before it drops, for the tries to be counted from the start again. */
const PROGRESS_BYTES = 1 << 20;

/** A blob to read, and from where. */
export interface BlobRead {
  readonly client: RegistryClient;
  /** Name of the repository on its host. */
  readonly name: string;
  readonly scope: string;
  /** Address for messages. */
  readonly uri: string;
  readonly sleep?: Sleep | undefined;
}

/**
 * Reads a blob. What a dropped connection had brought is kept, and the rest is asked for; the last bytes are followed by an
 * error where all of them do not have the digest.
 *
 * @throws {ServiceError} STORE_CORRUPT where the registry does not have it or has other bytes; REGISTRY_… as the client.
 */
export async function* downloadBlob(read: BlobRead, descriptor: Descriptor): AsyncIterable<Uint8Array> {
  const blob: Received = { hash: createHash('sha256'), size: 0 };
  for (let attempt = 1; blob.size < descriptor.size; attempt += 1) {
    const before = blob.size;
    const problem = yield* receive(read, descriptor, blob);
    if (blob.size === descriptor.size) break;
    // A server that gives a byte and drops is not worth more tries than one that gives nothing.
    if (blob.size - before >= PROGRESS_BYTES) attempt = 1;
    if (attempt >= MAX_ATTEMPTS) throw unreachable(read, descriptor, problem);
    await waitBeforeTry(attempt, undefined, read.sleep);
  }
  const actual = `sha256:${blob.hash.digest('hex')}`;
  if (actual !== descriptor.digest) throw corruptStore(read.uri, `has other bytes: ${actual} for ${descriptor.digest}`);
}

interface Received {
  readonly hash: Hash;
  size: number;
}

/** @returns Why it ended, where that was too early. */
async function* receive(
  { client, name, scope, uri }: BlobRead,
  { digest, size }: Descriptor,
  blob: Received,
): AsyncGenerator<Uint8Array, string> {
  const range: Record<string, string> = blob.size === 0 ? {} : { range: `bytes=${blob.size}-` };
  const path = `${name}/blobs/${digest}`;
  const response = await client.send({ method: 'GET', path, headers: range }, scope);
  if (response.status === 404 || response.body === null) throw corruptStore(uri, `is without its blob ${digest}`);
  let skip = toSkip(response, blob.size);
  try {
    for await (const part of response.body) {
      const fresh = part.subarray(Math.min(skip, part.length));
      skip -= part.length - fresh.length;
      if (blob.size + fresh.length > size) throw corruptStore(uri, `has more than the ${size} bytes of ${digest}`);
      blob.size += fresh.length;
      blob.hash.update(fresh);
      if (fresh.length > 0) yield fresh;
    }
    return 'the answer was too short';
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    return connectionProblem(error);
  }
}

/** Number of bytes at the start of an answer that are there already: all, where the registry gives no ranges. */
function toSkip(response: Response, received: number): number {
  if (response.status !== 206) return received;
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return start === undefined ? 0 : Math.max(0, received - Number(start));
}

function unreachable({ uri }: BlobRead, { digest }: Descriptor, problem: string): ServiceError {
  return new ServiceError('STORE_UNREACHABLE', `${uri}: the blob ${digest} broke off (${problem})`, {
    retryable: true,
    fix: 'Run the job again. If the error remains, check the registry and the network of the runner.',
  });
}
