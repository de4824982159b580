import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3DataRemote } from '../../../core/adapters/aws/s3-data-remote.ts';
import { AzureDataRemote } from '../../../core/adapters/azure/azure-data-remote.ts';
import { FolderDataRemote } from '../../../core/adapters/files/folder-data-remote.ts';
import { GcsDataRemote } from '../../../core/adapters/gcs/gcs-data-remote.ts';
import { HttpDataRemote } from '../../../core/adapters/http/http-data-remote.ts';
import type { DataRemote } from '../../../core/ports/data/data-remote.ts';
import type { ObjectContent } from '../../../core/ports/store/object-store.ts';
import { ensurePythonEnvironment } from '../../../scripts/python-environment.ts';
import { type AzureServer, azureEnvironment, startAzurite } from '../../../testkit/azurite.ts';
import { InMemoryByteSink, InMemoryDataRemote } from '../../../testkit/fakes/in-memory-data-remote.ts';
import { CAN_START_GCS, type GcsServer, gcsEnvironment, startGcs } from '../../../testkit/gcs.ts';
import { type LoopbackServer, listenOnLoopback } from '../../../testkit/http.ts';
import { type S3Server, s3Environment, startS3 } from '../../../testkit/s3.ts';
import { useFolders } from './folder-under-test.ts';

interface World {
  readonly remote: DataRemote;
  /** Puts an object there in another way than by the remote. */
  readonly place: (key: string, bytes: Uint8Array) => Promise<void>;
}

const KEY = 'files/md5/ac/bd18db4cc2f85cedef654fccc4a4d8';
const OTHER = 'files/md5/37/b51d194a7513e45b56f6524f2d51f2';
const bytesOf = (text: string) => new TextEncoder().encode(text);

function contentOf(bytes: Uint8Array, sizeBytes = bytes.length): ObjectContent {
  return {
    sizeBytes,
    open: async function* () {
      yield bytes;
    },
  };
}

/** What every `DataRemote` keeps that is read from. */
function readingContract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    it.each([
      { size: 'none', bytes: bytesOf('') },
      { size: 'few', bytes: bytesOf('é') },
      { size: 'three million', bytes: Buffer.alloc(3_000_000, 'a line of a file\n') },
    ])('reads an object of $size bytes, and knows its size', async ({ bytes }) => {
      const { remote, place } = await create();
      await place(KEY, bytes);
      const sink = new InMemoryByteSink();
      expect(await remote.read(KEY, sink)).toBe(true);
      expect(Buffer.from(sink.bytes).equals(bytes)).toBe(true);
      expect(await remote.stat(KEY)).toEqual({ key: KEY, sizeBytes: bytes.length });
    });

    it('tells of an object that is not there', async () => {
      const { remote, place } = await create();
      await place(KEY, bytesOf('x'));
      expect(await remote.read(OTHER, new InMemoryByteSink())).toBe(false);
      expect(await remote.stat(OTHER)).toBeUndefined();
    });

    it('refuses a key that could leave it', async () => {
      const { remote } = await create();
      // A remote may throw at once or reject.
      const read = async () => remote.read('../x', new InMemoryByteSink());
      await expect(read()).rejects.toMatchObject({ code: 'PATH_UNSAFE' });
    });
  });
}

/** What every `DataRemote` keeps that is written to as well. */
function contract(name: string, create: () => Promise<World>): void {
  readingContract(name, create);
  describe(name, () => {
    it('stores an object, and replaces it', async () => {
      const { remote } = await create();
      for (const text of ['one', 'another']) {
        await remote.put(KEY, contentOf(bytesOf(text)));
        const sink = new InMemoryByteSink();
        expect(await remote.read(KEY, sink)).toBe(true);
        expect(Buffer.from(sink.bytes).toString()).toBe(text);
      }
    });

    it('keeps nothing of content with another number of bytes than it said', async () => {
      const { remote } = await create();
      await expect(remote.put(KEY, contentOf(bytesOf('three'), 3))).rejects.toThrow();
      expect(await remote.stat(KEY)).toBeUndefined();
    });

    it('lists the keys that start with a prefix', async () => {
      const { remote, place } = await create();
      for (const key of [KEY, OTHER]) await place(key, bytesOf('x'));
      const listed = async (prefix: string) =>
        (await Array.fromAsync(remote.listPages(prefix) ?? [])).flat().toSorted();
      expect(await listed('files/md5/')).toEqual([OTHER, KEY]);
      expect(await listed('files/md5/ac')).toEqual([KEY]);
      expect(await listed('files/md5/00')).toEqual([]);
    });
  });
}

const folderOf = useFolders();
let s3: S3Server | undefined;
let gcs: GcsServer | undefined;
let azure: AzureServer | undefined;
let web: LoopbackServer | undefined;
let root = '';
const served = new Map<string, Uint8Array>();

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-remotes-'));
  s3 = await startS3({ directory: root, binary: path.join(bin, 'weed') });
  await s3.createBucket('contract');
  if (CAN_START_GCS) {
    gcs = await startGcs({ directory: path.join(root, 'gcs') });
    await gcs.createBucket('contract');
  }
  azure = await startAzurite({ directory: path.join(root, 'azure') });
  await azure.createContainer('contract');
  web = await listenOnLoopback((request, response) => {
    const found = served.get(request.url ?? '');
    response.writeHead(found === undefined ? 404 : 200, { 'content-length': found?.length ?? 0 });
    response.end(request.method === 'HEAD' ? undefined : found);
  });
});
afterAll(async () => {
  await web?.close();
  await s3?.stop();
  await gcs?.stop();
  await azure?.stop();
  if (root !== '') await rm(root, { recursive: true, force: true });
});

contract('S3DataRemote', async () => {
  if (s3 === undefined) throw new Error('the server did not start');
  const remote = new S3DataRemote(`s3://contract/${randomUUID()}`, { env: s3Environment(s3), jobs: 4 });
  return { remote, place: (key, bytes) => remote.put(key, contentOf(bytes)) };
});

describe.skipIf(!CAN_START_GCS)('with fake-gcs-server, which Go builds', () => {
  contract('GcsDataRemote', async () => {
    if (gcs === undefined) throw new Error('the server did not start');
    const remote = new GcsDataRemote(`gs://contract/${randomUUID()}`, { env: gcsEnvironment(gcs), jobs: 4 });
    return { remote, place: (key, bytes) => remote.put(key, contentOf(bytes)) };
  });
});

contract('AzureDataRemote', async () => {
  if (azure === undefined) throw new Error('the server did not start');
  const remote = new AzureDataRemote(`azure://contract/${randomUUID()}`, { env: azureEnvironment(azure), jobs: 4 });
  return { remote, place: (key, bytes) => remote.put(key, contentOf(bytes)) };
});

contract('FolderDataRemote', async () => {
  const remote = new FolderDataRemote(await folderOf(), 4);
  return { remote, place: (key, bytes) => remote.put(key, contentOf(bytes)) };
});

readingContract('HttpDataRemote', async () => {
  const folder = randomUUID();
  const remote = new HttpDataRemote(`http://127.0.0.1:${web?.port}/${folder}`, { jobs: 4, env: {} });
  return { remote, place: async (key, bytes) => void served.set(`/${folder}/${key}`, bytes) };
});

describe('HttpDataRemote', () => {
  it('cannot list, and refuses to be written to', async () => {
    const remote: DataRemote = new HttpDataRemote(`http://127.0.0.1:${web?.port}`, { jobs: 4, env: {} });
    expect(remote.listPages('files/md5/')).toBeUndefined();
    await expect(remote.put(KEY, contentOf(bytesOf('x')))).rejects.toMatchObject({ code: 'DVC_UNSUPPORTED' });
  });
});

contract('InMemoryDataRemote', async () => {
  const remote = new InMemoryDataRemote();
  return { remote, place: async (key, bytes) => void remote.objects.set(key, bytes) };
});
