import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseS3Uri } from '../../../../core/adapters/aws/s3-location.ts';
import { S3ObjectStore } from '../../../../core/adapters/aws/s3-object-store.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { type S3Server, startS3 } from '../../../../testkit/s3.ts';
import { objectStoreContract } from '../../../contracts/ports/object-store.ts';

let s3: S3Server;
let directory: string;

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  directory = await mkdtemp(path.join(os.tmpdir(), 'tidegate-s3-'));
  s3 = await startS3({ directory, binary: path.join(bin, 'weed') });
  await s3.createBucket('contract');
});

afterAll(async () => {
  await s3?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

function settings(overrides: Readonly<Record<string, string>> = {}) {
  const own = { AWS_ENDPOINT_URL: s3.endpoint, AWS_ACCESS_KEY_ID: s3.accessKeyId };
  return { env: { ...own, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey, ...overrides } };
}

objectStoreContract('S3ObjectStore', async () => new S3ObjectStore(`s3://contract/${randomUUID()}`, settings()));

describe('S3ObjectStore, beyond the contract', () => {
  it('stores an object of several parts, once', async () => {
    const store = new S3ObjectStore(`s3://contract/${randomUUID()}`, settings());
    const bytes = Buffer.alloc(40 * 1024 * 1024 + 7, 'abcdefg');
    const content = { sizeBytes: bytes.length, open: () => inChunks(bytes, 1_000_003) };
    expect(await store.put('big', content, 'if-absent')).toBe('created');
    expect(await store.put('big', content, 'if-absent')).toBe('exists');
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.open('big')) ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it('says that wrong credentials are refused, which no retry mends', async () => {
    const store = new S3ObjectStore('s3://contract', settings({ AWS_SECRET_ACCESS_KEY: 'wrong' }));
    await expect(store.open('x')).rejects.toMatchObject({ code: 'STORE_REFUSED', retryable: false });
  });

  it('says that a bucket that does not exist is refused, rather than that the object is absent', async () => {
    const store = new S3ObjectStore('s3://no-such-bucket', settings());
    await expect(store.open('x')).rejects.toMatchObject({ code: 'STORE_REFUSED', retryable: false });
  });

  it('says that a server that does not answer is unreachable, which a retry may mend', async () => {
    const store = new S3ObjectStore('s3://contract', settings({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }));
    await expect(store.open('x')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
  });
});

describe('parseS3Uri', () => {
  it('takes the slashes off the prefix', () => {
    expect(parseS3Uri('s3://models/a/b/')).toEqual({ bucket: 'models', prefix: 'a/b' });
    expect(parseS3Uri('s3://models')).toEqual({ bucket: 'models', prefix: '' });
  });

  it.each(['s3://', 'http://x/y', 's3://A/b'])('refuses %s', (uri) => {
    expect(() => parseS3Uri(uri)).toThrow('S3');
  });
});

async function* inChunks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
