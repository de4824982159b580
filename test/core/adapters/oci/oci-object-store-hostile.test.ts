import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpFetch } from '../../../../core/adapters/http/http-fetch.ts';
import { OciArtifactStore } from '../../../../core/adapters/oci/oci-artifact-store.ts';
import { OciObjectStore } from '../../../../core/adapters/oci/oci-object-store.ts';
import type { OciStoreAccess } from '../../../../core/adapters/oci/oci-repository.ts';
import type { HashedArtifact } from '../../../../core/domain/model/artifact-digest.ts';
import { textContent } from '../../../../core/domain/model/text-content.ts';
import { findProgram } from '../../../../scripts/system-programs.ts';
import { type RegistryProxy, startRegistryProxy } from '../../../../testkit/hostile-registry.ts';
import { type Registry, startRegistry } from '../../../../testkit/registry.ts';

const BINARY = findProgram('docker-registry');
const sha256 = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const waits: number[] = [];
const ACCESS: OciStoreAccess = {
  dockerConfig: undefined,
  fetch: createHttpFetch({}),
  sleep: async (milliseconds) => void waits.push(milliseconds),
};

afterEach(() => {
  waits.length = 0;
});

async function textOf(content: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> {
  if (content === undefined) return undefined;
  return Buffer.concat(await Array.fromAsync(content)).toString('utf8');
}

function fileArtifact(bytes: Uint8Array): HashedArtifact {
  const file = { path: 'model.bin', digest: sha256(bytes), sizeBytes: bytes.length };
  return { kind: 'file', digest: file.digest, sizeBytes: bytes.length, files: [file] };
}

const openBytes = (bytes: Uint8Array) =>
  async function* () {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  };

describe.skipIf(BINARY === undefined)(
  'a store in a registry that does not work as it should (needs docker-registry)',
  () => {
    let root: string;
    let registry: Registry;
    let proxy: RegistryProxy;
    let count = 0;
    beforeAll(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'tidegate-oci-store-'));
      registry = await startRegistry({ directory: root, binary: BINARY ?? '' });
      proxy = await startRegistryProxy(registry.host);
    });
    afterEach(() => proxy.interfere(undefined));
    afterAll(async () => {
      await proxy?.close();
      await registry?.stop();
      await rm(root, { recursive: true, force: true });
    });

    const place = () => `oci://${proxy.host}/team/m${count++}`;

    it('reads no other bytes of a layer than those of its digest, whatever comes', async () => {
      const store = new OciObjectStore(place(), ACCESS);
      await store.put('k.json', textContent('{"a":1}'), 'if-absent');
      for (const other of ['{"a":2}', '{"a":1', '{"a":1}}', '']) {
        proxy.interfere((request, response) => isBlobRead(request.url) && end(response, 200, other));
        await expect(textOf(await store.open('k.json')), other).rejects.toMatchObject({
          code: other.length < 7 ? 'STORE_UNREACHABLE' : 'STORE_CORRUPT',
        });
      }
      proxy.interfere((request, response) => isBlobRead(request.url) && end(response, 404, ''));
      await expect(textOf(await store.open('k.json'))).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    });

    it('believes no manifest of another digest than was asked for, and none of another artifact', async () => {
      const uri = place();
      const artifacts = new OciArtifactStore(uri, ACCESS);
      const [one, other] = [Buffer.from('judged'), Buffer.from('planted')];
      for (const bytes of [one, other]) await artifacts.put(fileArtifact(bytes), openBytes(bytes));
      const planted = await textOf(await bodyOf(artifacts.uriOf(fileArtifact(other)), registry.host));
      proxy.interfere((request, response) => /manifests/.test(request.url ?? '') && end(response, 200, planted ?? ''));
      const wanted = fileArtifact(one);
      const byUri = artifacts.files({ digest: wanted.digest, uri: artifacts.uriOf(wanted) });
      await expect(byUri).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
      // By the digest alone a tag is asked, and one that was moved is not the artifact's.
      expect(await artifacts.files({ digest: wanted.digest })).toEqual([]);
      proxy.interfere(undefined);
      // A URI whose tag claims other bytes than its manifest has.
      const lying = artifacts
        .uriOf(fileArtifact(other))
        .replace(fileArtifact(other).digest.slice(7), wanted.digest.slice(7));
      await expect(artifacts.files({ digest: wanted.digest, uri: lying })).rejects.toMatchObject({
        code: 'STORE_CORRUPT',
      });
    });

    it('is read on where a connection broke off', async () => {
      const uri = place();
      const bytes = randomBytes(3 << 20);
      const artifacts = new OciArtifactStore(uri, ACCESS);
      await artifacts.put(fileArtifact(bytes), openBytes(bytes));
      const ranges: (string | undefined)[] = [];
      proxy.interfere((request, response) => {
        if (!isBlobRead(request.url)) return false;
        ranges.push(request.headers.range);
        const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        // The first two bring a part each; the second answers with the whole, as a registry without ranges does.
        if (ranges.length > 2) return false;
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, start + 1_200_000), () => response.destroy());
        return true;
      });
      const [file] = await artifacts.files({ digest: sha256(bytes), uri: artifacts.uriOf(fileArtifact(bytes)) });
      const read = Buffer.concat(await Array.fromAsync((await file?.open()) ?? []));
      expect(read.equals(bytes)).toBe(true);
      expect(ranges[0]).toBeUndefined();
      expect(ranges.length).toBeGreaterThan(1);
    });

    it('waits as long as Retry-After says, and logs in again where a token has expired', async () => {
      const store = new OciObjectStore(place(), ACCESS);
      let answered = 0;
      proxy.interfere((request, response) => {
        if (request.method !== 'PUT' || answered++ > 0) return false;
        request.resume();
        response.writeHead(429, { 'retry-after': '7' }).end();
        return true;
      });
      expect(await store.put('k', textContent('bytes'), 'if-absent')).toBe('created');
      expect(waits).toEqual([7000]);
      expect(await textOf(await store.open('k'))).toBe('bytes');
    });

    it('has nothing of an upload that was cut off, and takes it up again as a whole', async () => {
      const store = new OciObjectStore(place(), ACCESS);
      let cut = 0;
      proxy.interfere((request, response) => {
        if (request.method !== 'PUT' || !/uploads/.test(request.url ?? '') || cut++ > 1) return false;
        request.once('data', () => response.destroy());
        return true;
      });
      expect(await store.put('k', textContent('x'.repeat(100_000)), 'if-absent')).toBe('created');
      expect(await textOf(await store.open('k'))).toHaveLength(100_000);
      // One that never ends well leaves no tag.
      proxy.interfere((request, response) => {
        if (request.method !== 'PUT') return false;
        response.destroy();
        return true;
      });
      await expect(store.put('k2', textContent('x'), 'if-absent')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
      proxy.interfere(undefined);
      expect(await store.stat('k2')).toBeUndefined();
    });

    it.each([
      ['a proxy that refuses large bodies', 413],
      ['a proxy that drops large bodies', undefined],
    ])('takes a large blob in chunks behind %s', async (_, status) => {
      const uri = place();
      const bytes = randomBytes(9 << 20);
      const limit = 5 << 20;
      proxy.interfere((request, response) => {
        if (Number(request.headers['content-length'] ?? 0) <= limit) return false;
        if (status === undefined) request.once('data', () => response.destroy());
        else {
          request.resume();
          response.writeHead(status).end();
        }
        return true;
      });
      const artifacts = new OciArtifactStore(uri, ACCESS);
      proxy.seen.length = 0;
      await artifacts.put(fileArtifact(bytes), openBytes(bytes));
      expect(proxy.seen.filter((line) => line.startsWith('PATCH'))).toHaveLength(3);
      const [file] = await artifacts.files({ digest: sha256(bytes) });
      expect(Buffer.concat(await Array.fromAsync((await file?.open()) ?? [])).equals(bytes)).toBe(true);
    });

    it('sends a large blob in one request that says its length, as all registries take it', async () => {
      const bytes = randomBytes(9 << 20);
      const lengths: (string | undefined)[] = [];
      proxy.interfere((request) => {
        if (request.method === 'PUT' && /uploads/.test(request.url ?? '')) {
          expect(request.headers['transfer-encoding']).toBeUndefined();
          lengths.push(request.headers['content-length']);
        }
        return false;
      });
      const artifacts = new OciArtifactStore(place(), ACCESS);
      await artifacts.put(fileArtifact(bytes), openBytes(bytes));
      expect(lengths[0]).toBe(String(bytes.length));
      const [file] = await artifacts.files({ digest: sha256(bytes) });
      expect(Buffer.concat(await Array.fromAsync((await file?.open()) ?? [])).equals(bytes)).toBe(true);
      // Bytes that are not those that were judged are stored by no means.
      const changed = artifacts.put(fileArtifact(randomBytes(9 << 20)), openBytes(bytes));
      await expect(changed).rejects.toThrow('content changed while it was read');
    });

    it('starts again where the answer to a chunk was lost, and the registry the upload with it', async () => {
      const uri = place();
      const bytes = randomBytes(9 << 20);
      const statuses: number[] = [];
      let chunks = 0;
      proxy.interfere(async (request, response) => {
        if (Number(request.headers['content-length'] ?? 0) > 5 << 20) {
          request.resume();
          response.writeHead(413).end();
          return true;
        }
        if (request.method !== 'PATCH' || chunks++ > 0) return false;
        const sent = await fetch(`http://${registry.host}${request.url}`, {
          method: 'PATCH',
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(await Array.fromAsync(request)),
        });
        statuses.push(sent.status);
        response.destroy();
        return true;
      });
      const artifacts = new OciArtifactStore(uri, ACCESS);
      await artifacts.put(fileArtifact(bytes), openBytes(bytes));
      expect(statuses).toEqual([202]);
      expect(chunks).toBeGreaterThan(3);
      const [file] = await artifacts.files({ digest: sha256(bytes) });
      expect(Buffer.concat(await Array.fromAsync((await file?.open()) ?? [])).equals(bytes)).toBe(true);
    });

    it('needs no manifest that has no tag, so that a registry may delete those', async () => {
      const uri = place();
      const [objects, artifacts] = [new OciObjectStore(uri, ACCESS), new OciArtifactStore(uri, ACCESS)];
      const bytes = Buffer.from('model');
      await objects.put('runs/a.json', textContent('1'), 'replace');
      await objects.put('runs/a.json', textContent('2'), 'replace');
      await artifacts.put(fileArtifact(bytes), openBytes(bytes));
      // The same bytes under another name are another manifest, and must not take the tag of the first.
      const renamed = { ...fileArtifact(bytes), files: [{ ...fileArtifact(bytes).files[0], path: 'other.bin' }] };
      await artifacts.put(renamed as HashedArtifact, openBytes(bytes));
      const name = uri.replace(`oci://${proxy.host}/`, '');
      const { tags } = (await (await fetch(`http://${registry.host}/v2/${name}/tags/list`)).json()) as {
        tags: string[];
      };
      const tagged = await Promise.all(tags.map((tag) => digestAt(registry.host, name, tag)));
      for (const artifact of [fileArtifact(bytes), renamed as HashedArtifact]) {
        expect(tagged).toContain(artifacts.uriOf(artifact).split('@')[1]);
      }
      expect(tags.filter((tag) => tag.startsWith('object.'))).toHaveLength(1);
      expect(await textOf(await objects.open('runs/a.json'))).toBe('2');
    });

    it('is refused with the permission that is missing', async () => {
      const store = new OciObjectStore(place(), ACCESS);
      proxy.interfere((request, response) => {
        if (request.method === 'GET') return false;
        request.resume();
        return end(response, 403, '{}');
      });
      const put = store.put('k', textContent('x'), 'if-absent');
      await expect(put).rejects.toMatchObject({ code: 'STORE_REFUSED', retryable: false });
      await expect(put).rejects.toThrow(/this job may not write there without a login \(127\.0\.0\.1:\d+: HTTP 403\)/);
    });

    function end(response: ServerResponse, status: number, body: string): true {
      response.writeHead(status).end(body);
      return true;
    }
  },
);

function isBlobRead(url: string | undefined): boolean {
  return /\/blobs\/sha256:/.test(url ?? '');
}

/** The manifest that a URI names, straight from the registry. */
async function bodyOf(uri: string, registry: string): Promise<AsyncIterable<Uint8Array>> {
  const [, name, digest] = /^oci:\/\/[^/]+\/(.+):model-[^@]+@(.+)$/.exec(uri) ?? [];
  const response = await fetch(`http://${registry}/v2/${name}/manifests/${digest}`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  return (async function* () {
    yield new Uint8Array(await response.arrayBuffer());
  })();
}

async function digestAt(registry: string, name: string, tag: string): Promise<string | null> {
  const response = await fetch(`http://${registry}/v2/${name}/manifests/${tag}`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  await response.arrayBuffer();
  return response.headers.get('docker-content-digest');
}
