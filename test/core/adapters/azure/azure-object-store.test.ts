import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAzureUri } from '../../../../core/adapters/azure/azure-location.ts';
import { AzureObjectStore } from '../../../../core/adapters/azure/azure-object-store.ts';
import { textContent } from '../../../../core/domain/model/text-content.ts';
import { type AzureServer, azureEnvironment, connectionStringOf, startAzurite } from '../../../../testkit/azurite.ts';
import { type FaultyProxy, startFaultyProxy } from '../../../../testkit/faulty-proxy.ts';
import { objectStoreContract } from '../../../contracts/ports/object-store.ts';

const MIB = 1024 * 1024;
let azure: AzureServer;
let proxy: FaultyProxy;
let directory: string;
let proxied: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'tidegate-azure-'));
  azure = await startAzurite({ directory });
  await azure.createContainer('contract');
  proxy = await startFaultyProxy(azure.port);
  proxied = connectionStringOf({ ...azure, port: Number(new URL(proxy.endpoint).port) });
}, 300_000);

afterAll(async () => {
  await proxy?.close();
  await azure?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

const freshStore = () => new AzureObjectStore(`azure://contract/${randomUUID()}`, { env: azureEnvironment(azure) });
const behindProxy = (uri = `azure://contract/${randomUUID()}`) =>
  new AzureObjectStore(uri, { env: { AZURE_STORAGE_CONNECTION_STRING: proxied } });

objectStoreContract('AzureObjectStore', async () => freshStore());

describe('AzureObjectStore, beyond the contract', () => {
  it('stores an object of several blocks, once', async () => {
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
    const keys = Array.from({ length: 5003 }, (_, index) => `many/${index}`);
    const waiting = [...keys];
    const write = async () => {
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
        await store.put(key, textContent('x'), 'replace');
    };
    await Promise.all(Array.from({ length: 16 }, write));
    const listed = (await Array.fromAsync(store.list('many/'))).map(({ key }) => key);
    expect(listed.toSorted()).toEqual(keys.toSorted());
  });

  it('says that a container that does not exist is refused, rather than that the object is absent', async () => {
    const store = new AzureObjectStore('azure://no-such-container', { env: azureEnvironment(azure) });
    const refused = {
      code: 'STORE_REFUSED',
      retryable: false,
      message: expect.stringContaining('azure://no-such-container'),
    };
    await expect(store.open('x')).rejects.toMatchObject(refused);
    await expect(store.put('x', textContent('x'), 'if-absent')).rejects.toMatchObject(refused);
    await expect(Array.fromAsync(store.list(''))).rejects.toMatchObject(refused);
  });

  it.each([401, 403])('says that a request with %i is refused: the object is not called absent', async (status) => {
    proxy.rule(() => ({ kind: 'status', status }));
    const refused = { code: 'STORE_REFUSED', retryable: false, fix: expect.stringMatching(/^(?:Check the key|Give)/) };
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
    proxy.rule(({ method, url }) =>
      method === 'GET' && url.includes('/k') ? { kind: 'cut', afterBytes: 10, declared: 'right' } : undefined,
    );
    const read = async () => Array.fromAsync((await store.open('k')) ?? []);
    await expect(read()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
  });

  it('says that a server that does not answer is unreachable, which a retry may mend', async () => {
    const store = new AzureObjectStore('azure://contract', {
      env: { AZURE_STORAGE_CONNECTION_STRING: connectionStringOf({ ...azure, port: 1 }) },
    });
    await expect(store.open('x')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
  });

  it.each([
    ['no account at all', {}, 'CREDENTIALS_MISSING', 'no account is named'],
    [
      'a connection string that is none',
      { AZURE_STORAGE_CONNECTION_STRING: 'key=geheim' },
      'INPUT_INVALID',
      'is not one',
    ],
    [
      'an account that is none',
      { AZURE_STORAGE_ACCOUNT: 'evil.example/' },
      'INPUT_INVALID',
      'is not the name of an account',
    ],
  ])('refuses %s, with the address and without a secret', async (_, env, code, message) => {
    const opened = new AzureObjectStore('azure://contract/m', { env }).open('x');
    await expect(opened).rejects.toMatchObject({
      code,
      message: expect.stringMatching(`^azure://contract/m: .*${message}`),
    });
    await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('geheim') });
  });

  it('says that a wrong key is refused, which no retry mends', async () => {
    const wrong = connectionStringOf({ ...azure, key: Buffer.from('wrong').toString('base64') });
    const store = new AzureObjectStore('azure://contract', { env: { AZURE_STORAGE_CONNECTION_STRING: wrong } });
    const refused = { code: 'STORE_REFUSED', retryable: false, message: expect.stringContaining('HTTP 403') };
    await expect(store.open('x')).rejects.toMatchObject(refused);
  });
});

describe('parseAzureUri', () => {
  it('takes the slashes off the prefix', () => {
    expect(parseAzureUri('azure://models/a/b/')).toEqual({
      container: 'models',
      prefix: 'a/b',
      uri: 'azure://models/a/b',
    });
    expect(parseAzureUri('azure://models')).toEqual({ container: 'models', prefix: '', uri: 'azure://models' });
  });

  it.each(['azure://', 'http://x/y', 'azure://A/b', 'azure://ab/c', 'azure://a--b/c'])('refuses %s', (uri) => {
    expect(() => parseAzureUri(uri)).toThrow('Azure Blob Storage');
  });
});

async function* piecesOf(piece: Uint8Array, count: number, rest: number): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield piece;
  if (rest > 0) yield piece.subarray(0, rest);
}
