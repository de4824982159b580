import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGcsUri } from '../../../../core/adapters/gcs/gcs-location.ts';
import { GcsObjectStore } from '../../../../core/adapters/gcs/gcs-object-store.ts';
import { textContent } from '../../../../core/domain/model/text-content.ts';
import { type FaultyProxy, startFaultyProxy } from '../../../../testkit/faulty-proxy.ts';
import { CAN_START_GCS, type GcsServer, gcsEnvironment, startGcs } from '../../../../testkit/gcs.ts';
import { objectStoreContract } from '../../../contracts/ports/object-store.ts';

const MIB = 1024 * 1024;
let gcs: GcsServer;
let proxy: FaultyProxy;
let directory: string;

beforeAll(async () => {
  if (!CAN_START_GCS) return;
  directory = await mkdtemp(path.join(os.tmpdir(), 'tidegate-gcs-'));
  gcs = await startGcs({ directory });
  await gcs.createBucket('contract');
  proxy = await startFaultyProxy(gcs.port);
}, 300_000);

afterAll(async () => {
  await proxy?.close();
  await gcs?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

const freshStore = () => new GcsObjectStore(`gs://contract/${randomUUID()}`, { env: gcsEnvironment(gcs) });
const behindProxy = (uri = `gs://contract/${randomUUID()}`) =>
  new GcsObjectStore(uri, { env: { STORAGE_EMULATOR_HOST: proxy.endpoint } });

describe.skipIf(!CAN_START_GCS)('with fake-gcs-server, which Go builds', () => {
  objectStoreContract('GcsObjectStore', async () => freshStore());
});

describe.skipIf(!CAN_START_GCS)('GcsObjectStore, beyond the contract (fake-gcs-server, which Go builds)', () => {
  it('stores an object of several chunks, once', async () => {
    const store = freshStore();
    const piece = Buffer.alloc(MIB, 'abcdefg');
    const content = { sizeBytes: 40 * MIB + 7, open: () => piecesOf(piece, 40, 7) };
    expect(await store.put('big', content, 'if-absent')).toBe('created');
    expect(await store.put('big', content, 'if-absent')).toBe('exists');
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.open('big')) ?? []) chunks.push(chunk);
    const expected = await Array.fromAsync(content.open());
    expect(Buffer.concat(chunks).equals(Buffer.concat(expected))).toBe(true);
  });

  it.each([MIB, -MIB])('keeps nothing of a large object that is %i bytes longer than it said', async (more) => {
    const store = freshStore();
    const content = { sizeBytes: 40 * MIB - more, open: () => piecesOf(Buffer.alloc(MIB), 40, 0) };
    await expect(store.put('big', content, 'if-absent')).rejects.toThrow(RangeError);
    expect(await store.stat('big')).toBeUndefined();
  });

  it('lets one of racing large if-absent writes win', async () => {
    const store = freshStore();
    const contentOf = (text: string) => ({ sizeBytes: 17 * MIB, open: () => piecesOf(Buffer.alloc(MIB, text), 17, 0) });
    const results = await Promise.all(['a', 'b'].map((text) => store.put('race', contentOf(text), 'if-absent')));
    expect(results.toSorted()).toEqual(['created', 'exists']);
  });

  it('lists all pages', async () => {
    const store = freshStore();
    const keys = Array.from({ length: 1003 }, (_, index) => `many/${index}`);
    for (const key of keys) await store.put(key, textContent('x'), 'replace');
    const listed = (await Array.fromAsync(store.list('many/'))).map(({ key }) => key);
    expect(listed.toSorted()).toEqual(keys.toSorted());
  });

  it('says that a bucket that does not exist is refused, rather than that the object is absent', async () => {
    const store = new GcsObjectStore('gs://no-such-bucket', { env: gcsEnvironment(gcs) });
    const refused = {
      code: 'STORE_REFUSED',
      retryable: false,
      message: expect.stringContaining('gs://no-such-bucket'),
    };
    await expect(store.open('x')).rejects.toMatchObject(refused);
    await expect(store.put('x', textContent('x'), 'if-absent')).rejects.toMatchObject(refused);
    await expect(Array.fromAsync(store.list(''))).rejects.toMatchObject(refused);
  });

  it.each([401, 403])('says that a request with %i is refused: the object is not called absent', async (status) => {
    proxy.rule(() => ({ kind: 'status', status }));
    const refused = { code: 'STORE_REFUSED', retryable: false, fix: expect.stringMatching(/^(?:Log in|Give)/) };
    const store = behindProxy();
    await expect(store.open('x')).rejects.toMatchObject(refused);
    await expect(store.put('x', textContent('x'), 'if-absent')).rejects.toMatchObject(refused);
    await expect(Array.fromAsync(store.list(''))).rejects.toMatchObject(refused);
  });

  it('asks again where the server is busy', async () => {
    proxy.rule(({ times }) => (times === 1 ? { kind: 'status', status: 503 } : undefined));
    const store = behindProxy();
    expect(await store.put('k', textContent('x'), 'replace')).toBe('replaced');
    expect(await store.stat('k')).toEqual({ key: 'k', sizeBytes: 1 });
  });

  it('fails where a connection breaks off in the middle of an object', async () => {
    proxy.rule(() => undefined);
    const store = behindProxy();
    await store.put('k', textContent('x'.repeat(1000)), 'replace');
    proxy.rule(({ url }) =>
      url.includes('alt=media') ? { kind: 'cut', afterBytes: 10, declared: 'right' } : undefined,
    );
    const read = async () => Array.fromAsync((await store.open('k')) ?? []);
    await expect(read()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
  });

  it('says that a server that does not answer is unreachable, which a retry may mend', async () => {
    const store = new GcsObjectStore('gs://contract', { env: { STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1' } });
    await expect(store.open('x')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
  });

  it('names the file of credentials that is not there, and sends nothing', async () => {
    const env = { GOOGLE_APPLICATION_CREDENTIALS: path.join(directory, 'none.json') };
    const store = new GcsObjectStore('gs://contract/m', { env });
    await expect(store.open('x')).rejects.toMatchObject({
      code: 'CREDENTIALS_MISSING',
      message: expect.stringMatching(/^gs:\/\/contract\/m: .*none\.json/),
      fix: expect.stringContaining('google-github-actions/auth'),
    });
  });
});

describe.skipIf(!CAN_START_GCS)('credentials of a remote (fake-gcs-server, which Go builds)', () => {
  const connect = async (written: object, endpointUrl = 'https://storage.googleapis.com') => {
    const credentialPath = path.join(directory, `${randomUUID()}.json`);
    await writeFile(credentialPath, JSON.stringify(written));
    return new GcsObjectStore('gs://contract/m', { env: {}, credentialPath, endpointUrl }).stat('x');
  };

  it.each(['external_account', 'authorized_user', 'impersonated_service_account'])(
    'of the type %s are refused: they name programs, files and servers',
    async (type) => {
      const written = { type, credential_source: { file: '/etc/passwd' }, token_url: proxy.endpoint };
      await expect(connect(written)).rejects.toMatchObject({ code: 'DVC_UNSUPPORTED' });
    },
  );

  it('are not sent to a server that is not of Google', async () => {
    proxy.rule(() => undefined);
    const key = {
      type: 'service_account',
      client_email: 'a@example.com',
      private_key: 'none',
      token_uri: proxy.endpoint,
    };
    expect(await connect(key, proxy.endpoint)).toBeUndefined();
    expect(proxy.seen.length).toBeGreaterThan(0);
    expect(proxy.seen.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
  });
});

describe('parseGcsUri', () => {
  it('takes the slashes off the prefix', () => {
    expect(parseGcsUri('gs://models/a/b/')).toEqual({ bucket: 'models', prefix: 'a/b', uri: 'gs://models/a/b' });
    expect(parseGcsUri('gs://models')).toEqual({ bucket: 'models', prefix: '', uri: 'gs://models' });
  });

  it.each(['gs://', 'http://x/y', 'gs://A/b', 'gs://ab/c'])('refuses %s', (uri) => {
    expect(() => parseGcsUri(uri)).toThrow('Google Cloud Storage');
  });
});

async function* piecesOf(piece: Uint8Array, count: number, rest: number): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield piece;
  if (rest > 0) yield piece.subarray(0, rest);
}
