import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { S3DataRemote } from '../../../../core/adapters/aws/s3-data-remote.ts';
import { DvcCache } from '../../../../core/adapters/dvc/dvc-cache.ts';
import { DvcWorkspace } from '../../../../core/adapters/dvc/dvc-workspace.ts';
import { mapParallel } from '../../../../core/async/map-parallel.ts';
import { formatDirectoryManifest } from '../../../../core/domain/data/directory-manifest.ts';
import { dvcObjectKey } from '../../../../core/domain/data/dvc-object-key.ts';
import type { TrackedOutput } from '../../../../core/domain/data/tracked-output.ts';
import { type PullRequest, pullData } from '../../../../core/usecases/data/pull-data.ts';
import type { TransferProgress } from '../../../../core/usecases/data/transfer-progress.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { type Fault, type FaultyProxy, type SeenRequest, startFaultyProxy } from '../../../../testkit/faulty-proxy.ts';
import { type ProcessResult, runProgram } from '../../../../testkit/run-program.ts';
import { type S3Server, startS3 } from '../../../../testkit/s3.ts';

const LARGE_BYTES = 34 * 1024 * 1024;
const SILENT = { start: () => {}, part: () => {}, add: () => {}, finish: () => {} };

let s3: S3Server;
let proxy: FaultyProxy;
let root: string;
let output: TrackedOutput;
let manyOutput: TrackedOutput;
const files = new Map<string, Buffer>();
const many = new Map(Array.from({ length: 1100 }, (_, index) => [`m-${index}`, Buffer.from(`many ${index}`)]));
const large = randomBytes(LARGE_BYTES);
const otherLarge = randomBytes(LARGE_BYTES);
let largeOutput: TrackedOutput;
let otherLargeOutput: TrackedOutput;

beforeAll(async () => {
  const { bin } = await ensurePythonEnvironment('demo');
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-faults-'));
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('data');
  proxy = await startFaultyProxy(Number(new URL(s3.endpoint).port));
  for (let index = 0; index < 150; index += 1) files.set(`f-${index}`, Buffer.from(`content ${index}`));
  files.set('middle', randomBytes(700_000));
  const store = remote({});
  output = await storeFolder(store, 'images', files);
  manyOutput = await storeFolder(store, 'many', many);
  await put(store, md5(large), large);
  await put(store, md5(otherLarge), otherLarge);
  otherLargeOutput = tracked('other.bin', md5(otherLarge));
  largeOutput = { ...tracked('large.bin', md5(large)), sizeBytes: LARGE_BYTES };
}, 240_000);

beforeEach(() => proxy.rule(() => undefined));

afterAll(async () => {
  await proxy?.close();
  await s3?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

async function storeFolder(store: S3DataRemote, where: string, contents: Map<string, Buffer>): Promise<TrackedOutput> {
  const list = Buffer.from(
    formatDirectoryManifest([...contents].map(([name, bytes]) => ({ path: name, md5: md5(bytes) }))),
  );
  await mapParallel([...contents.values()], 32, (bytes) => put(store, md5(bytes), bytes));
  await put(store, `${md5(list)}.dir`, list);
  return tracked(where, `${md5(list)}.dir`);
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

function put(store: S3DataRemote, name: string, bytes: Buffer): Promise<void> {
  const open = async function* () {
    yield bytes;
  };
  return store.put(dvcObjectKey(name), { sizeBytes: bytes.length, open });
}

function tracked(where: string, name: string): TrackedOutput {
  return {
    path: where,
    md5: name,
    sizeBytes: undefined,
    isExecutable: false,
    isCached: true,
    isPushed: true,
    remote: undefined,
    declaredIn: `${where}.dvc`,
    line: 2,
    stage: undefined,
    imported: undefined,
    refusal: undefined,
  };
}

function remote(settings: { readonly readTimeoutMs?: number; readonly expired?: boolean }): S3DataRemote {
  const env = { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey };
  return new S3DataRemote('s3://data/dvc', {
    env: { ...env, AWS_ENDPOINT_URL: proxy.endpoint },
    jobs: 32,
    readTimeoutMs: settings.readTimeoutMs ?? 20_000,
  });
}

type PullOptions = Partial<PullRequest> & { readTimeoutMs?: number; progress?: TransferProgress };

/** A new workspace, and a pull into it. */
async function workspaceAt(folder = path.join(root, randomUUID())) {
  await mkdir(path.join(folder, '.dvc'), { recursive: true });
  const cacheFolder = path.join(folder, '.dvc/cache');
  const ownFolder = path.join(folder, '.dvc/tmp/tidegate');
  const pull = (wanted: readonly TrackedOutput[], options: PullOptions = {}) => {
    const cache = new DvcCache(cacheFolder);
    const workspace = new DvcWorkspace({ root: folder, ownFolder, cache, linkTypes: ['copy'], ignoreFiles: [] });
    const store = remote({ readTimeoutMs: options.readTimeoutMs ?? 20_000 });
    const request = {
      jobs: 32,
      allowMissing: false,
      force: false,
      keepCache: true,
      checkOnly: false,
      remote: undefined,
      areNamed: true,
      ...options,
    };
    return pullData(
      { ...request, wanted: wanted.map((one) => ({ output: one, parts: [''] })) },
      {
        cache,
        tellMissing: () => {},
        workspace,
        openRemote: () => ({ name: 'storage', remote: store }),
        progress: options.progress ?? SILENT,
        sources: { tracked: async () => undefined },
      },
    ).finally(() => workspace.flush());
  };
  return { folder, cacheFolder, pull };
}

/** A rule that spoils the first answers of requests that fit. */
function first(times: number, fits: (request: SeenRequest) => boolean, fault: Fault) {
  let left = times;
  return (request: SeenRequest): Fault | undefined => {
    if (left === 0 || !fits(request)) return undefined;
    left -= 1;
    return fault;
  };
}

async function expectWhole(folder: string): Promise<void> {
  expect(await readdir(path.join(folder, 'images'))).toHaveLength(files.size);
  for (const [name, bytes] of files) {
    expect((await readFile(path.join(folder, 'images', name))).equals(bytes), name).toBe(true);
  }
}

/** What is on disk under the cache has the digest that its name says. */
async function expectHonestCache(folder: string): Promise<void> {
  const base = path.join(folder, 'files/md5');
  for (const name of existsSync(base) ? await readdir(base, { recursive: true, withFileTypes: true }) : []) {
    if (!name.isFile()) continue;
    const digest = path.basename(name.parentPath) + name.name.replace('.dir', '');
    expect(md5(await readFile(path.join(name.parentPath, name.name)))).toBe(digest);
  }
}

/** Not the list of the folder, which is asked for alone. */
const isObject = ({ url }: SeenRequest) => !url.endsWith('.dir');
const keyOf = (bytes: Uint8Array) => dvcObjectKey(md5(bytes));
const middle = () => files.get('middle') ?? Buffer.alloc(0);
const isMiddle = ({ url }: SeenRequest) => url.includes(keyOf(middle()));

const KEEPING = [
  { name: 'with a copy in the cache', keepCache: true },
  { name: 'straight to the workspace', keepCache: false },
];

/** Bytes that all threads of this process have read so far. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);
}

describe('a second pull', () => {
  it.runIf(existsSync('/proc/self/io')).each(KEEPING)('reads no large file again ($name)', async (keeping) => {
    const { folder, pull } = await workspaceAt();
    await pull([largeOutput], keeping);
    const before = bytesRead();
    expect(await pull([largeOutput], keeping)).toMatchObject({ filesDownloaded: 0, filesUnchanged: 1 });
    expect(bytesRead() - before).toBeLessThan(LARGE_BYTES / 100);
    expect((await readFile(path.join(folder, 'large.bin'))).equals(large)).toBe(true);
  });

  it('sees a change that came right after the first', async () => {
    const { folder, pull } = await workspaceAt();
    await pull([largeOutput], { keepCache: false });
    const file = await open(path.join(folder, 'large.bin'), 'r+');
    await file.write(Buffer.of((large.readUInt8(1000) + 1) % 256), 0, 1, 1000);
    await file.close();
    await expect(pull([largeOutput])).rejects.toMatchObject({ code: 'DATA_MODIFIED' });
  });
});

describe('a pull survives', () => {
  const faults: [string, Fault, number][] = [
    ['500', { kind: 'status', status: 500, code: 'InternalError' }, 5],
    ['503 SlowDown', { kind: 'status', status: 503, code: 'SlowDown' }, 40],
    ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 3],
    ['credentials that expire', { kind: 'status', status: 400, code: 'ExpiredToken' }, 3],

    ['a reset before the first byte', { kind: 'cut', afterBytes: 0, declared: 'right' }, 5],
    ['one wrong byte', { kind: 'wrong-byte' }, 1],
    ['an answer that is cut and declared so', { kind: 'cut', afterBytes: 3, declared: 'cut' }, 1],
  ];
  it.each(faults)('%s', async (_, fault, times) => {
    const { folder, cacheFolder, pull } = await workspaceAt();
    proxy.rule(first(times, isObject, fault));
    const result = await pull([output]);
    expect(result).toMatchObject({ filesDownloaded: files.size + 1, missing: [] });
    await expectWhole(folder);
    await expectHonestCache(cacheFolder);
  });

  it.each([1, 65_536, 300_001, 699_999])('a reset after %i bytes, asking for the rest alone', async (afterBytes) => {
    const { folder, pull } = await workspaceAt();
    proxy.rule(first(1, isMiddle, { kind: 'cut', afterBytes, declared: 'right' }));
    await pull([output]);
    await expectWhole(folder);
    const asked = proxy.seen.filter(isMiddle);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('an answer that stalls', async () => {
    const { folder, pull } = await workspaceAt();
    proxy.rule(first(2, isMiddle, { kind: 'stall', afterBytes: 100_000 }));
    await pull([output], { readTimeoutMs: 1000 });
    await expectWhole(folder);
  });

  it('drops and stalls in the parts of a large file, without asking for a part twice that came', async () => {
    const { folder, pull } = await workspaceAt();
    const cut = first(3, ({ range }) => /^bytes=[1-9]/.test(range ?? ''), {
      kind: 'cut',
      afterBytes: 1_000_000,
      declared: 'right',
    });
    const stall = first(1, ({ range }) => range?.startsWith('bytes=0-8') ?? false, { kind: 'stall', afterBytes: 5 });
    proxy.rule((request) => cut(request) ?? stall(request));
    const progress = { bytes: 0, parts: 0 };
    const counting = {
      ...SILENT,
      add: (bytes: number) => {
        progress.bytes += bytes;
      },
      part: (bytes: number) => {
        progress.bytes += bytes;
        progress.parts += 1;
      },
    };
    const result = await pull([largeOutput], { readTimeoutMs: 1000, progress: counting });
    expect(result).toMatchObject({ filesDownloaded: 1, bytesDownloaded: LARGE_BYTES });
    expect(progress).toEqual({ bytes: LARGE_BYTES, parts: Math.ceil(LARGE_BYTES / (8 * 1024 * 1024)) });
    expect((await readFile(path.join(folder, 'large.bin'))).equals(large)).toBe(true);
    expect(proxy.seen.length).toBeLessThan(20);
  });

  it('several large files, one after the other', async () => {
    const { folder, pull } = await workspaceAt();
    proxy.rule(() => undefined);
    await pull([largeOutput, { ...otherLargeOutput, sizeBytes: undefined }]);
    expect(proxy.mostAtOnce()).toBeLessThanOrEqual(8);
    for (const name of ['large.bin', 'other.bin']) {
      expect((await readFile(path.join(folder, name))).equals(name === 'large.bin' ? large : otherLarge)).toBe(true);
    }
  });

  it('slow-downs by asking less at once', async () => {
    const { pull } = await workspaceAt();
    let answers = 0;
    proxy.rule(() => {
      answers += 1;
      return answers < 200 && proxy.mostAtOnce() > 8 && answers % 4 === 0
        ? { kind: 'status', status: 503, code: 'SlowDown' }
        : undefined;
    });
    const result = await pull([output]);
    expect(result.missing).toEqual([]);
  });
});

describe('a pull refuses', () => {
  it('one missing object of more than a thousand by name, and keeps the rest', async () => {
    const { folder, cacheFolder, pull } = await workspaceAt();
    const gone = many.get('m-777') ?? Buffer.alloc(0);
    const notFound: Fault = { kind: 'status', status: 404, code: 'NoSuchKey' };
    proxy.rule(({ url }) => (url.includes(keyOf(gone)) ? notFound : undefined));
    await expect(pull([manyOutput])).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      problems: [{ message: expect.stringContaining('many/m-777'), place: { file: 'many.dvc', line: 2 } }],
    });
    await expectHonestCache(cacheFolder);
    const allowed = await pull([manyOutput], { allowMissing: true });
    expect(allowed).toMatchObject({ missing: ['many/m-777'], filesDownloaded: 0 });
    proxy.rule(() => undefined);
    expect(await pull([manyOutput])).toMatchObject({ filesDownloaded: 1 });
    expect(await readdir(path.join(folder, 'many'))).toHaveLength(many.size);
  });

  it('403 for what may be missing or forbidden, also under allow-missing', async () => {
    const { pull } = await workspaceAt();
    proxy.rule(({ url }) =>
      url.includes(keyOf(middle())) ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined,
    );
    const refused = { code: 'OBJECT_FORBIDDEN', message: expect.stringContaining('images/middle') };
    await expect(pull([output])).rejects.toMatchObject(refused);
    await expect(pull([output], { allowMissing: true })).rejects.toMatchObject(refused);
  });

  it.each(KEEPING)('bytes that stay wrong, naming both digests, and nothing of them stays ($name)', async (keeping) => {
    const { folder, cacheFolder, pull } = await workspaceAt();
    proxy.rule((request) => (isMiddle(request) ? { kind: 'wrong-byte' } : undefined));
    await expect(pull([output], keeping)).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
      message: expect.stringContaining(md5(middle())),
    });
    expect(existsSync(path.join(cacheFolder, keyOf(middle())))).toBe(false);
    expect(existsSync(path.join(folder, 'images/middle'))).toBe(false);
    expect(proxy.seen.filter(isMiddle)).toHaveLength(2);
  });

  it.each(KEEPING)('a large file whose bytes stay wrong ($name)', async (keeping) => {
    const { folder, pull } = await workspaceAt();
    proxy.rule(({ range }) => (range?.startsWith('bytes=8388608-') ? { kind: 'wrong-byte' } : undefined));
    await expect(pull([largeOutput], keeping)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    expect(existsSync(path.join(folder, 'large.bin'))).toBe(false);
    const own = await readdir(path.join(folder, '.dvc/tmp/tidegate'));
    expect(own.filter((name) => /^\d+-\d+$/.test(name))).toEqual([]);
    const halves = path.join(folder, '.dvc/cache/tidegate-tmp');
    expect(existsSync(halves) ? await readdir(halves) : []).toEqual([]);
  });

  it('wrong keys at once', async () => {
    const { pull } = await workspaceAt();
    proxy.rule(() => ({ kind: 'status', status: 403, code: 'SignatureDoesNotMatch' }));
    await expect(pull([output])).rejects.toMatchObject({ code: 'STORE_REFUSED', retryable: false });
    expect(proxy.seen).toHaveLength(1);
  });
});

describe('a pull on a disk that is full', () => {
  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot || process.platform !== 'linux')(
    'says so, keeps nothing half-written, and goes on when there is room (skipped where tmpfs cannot be mounted)',
    async (context) => {
      const mount = await mkdtemp(path.join(root, 'small-'));
      const run = (program: string, ...args: string[]): Promise<ProcessResult> =>
        runProgram(program, args, { cwd: root, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
      const mounted = await run('mount', '-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', mount);
      if (mounted.exitCode !== 0) context.skip('tmpfs cannot be mounted here');
      try {
        const { folder, cacheFolder, pull } = await workspaceAt(path.join(mount, 'w'));
        await expect(pull([largeOutput])).rejects.toMatchObject({
          code: 'DISK_REFUSED',
          message: expect.stringContaining('full'),
        });
        expect(existsSync(path.join(folder, 'large.bin'))).toBe(false);
        expect(await readdir(path.join(cacheFolder, 'tidegate-tmp'))).toEqual([]);
        await run('mount', '-o', 'remount,size=200m', mount);
        expect(await pull([largeOutput])).toMatchObject({ filesDownloaded: 1 });
      } finally {
        // Lazily: threads that were told to end may still hold a file.
        await run('umount', '-l', mount);
      }
    },
  );
});

describe('a pull of a list that lies', () => {
  it.each([
    ['an absolute path', [{ md5: md5(Buffer.from('x')), relpath: '/etc/x' }]],
    [
      'a path twice',
      [
        { md5: md5(Buffer.from('x')), relpath: 'a' },
        { md5: md5(Buffer.from('y')), relpath: 'a' },
      ],
    ],
    [
      'a file that is also a folder',
      [
        { md5: md5(Buffer.from('x')), relpath: 'a' },
        { md5: md5(Buffer.from('y')), relpath: 'a/b' },
      ],
    ],
  ])('is refused for %s', async (_, entries) => {
    const { folder, pull } = await workspaceAt();
    const list = Buffer.from(JSON.stringify(entries));
    await put(remote({}), `${md5(list)}.dir`, list);
    await expect(pull([tracked('evil', `${md5(list)}.dir`)])).rejects.toMatchObject({ code: 'PATH_UNSAFE' });
    expect(existsSync(path.join(folder, 'evil'))).toBe(false);
  });
});

describe('verifying', () => {
  it('finds an object of the cache that lies', async () => {
    const { folder, cacheFolder, pull } = await workspaceAt();
    await pull([output]);
    const object = path.join(cacheFolder, keyOf(middle()));
    await rm(object);
    await writeFile(object, 'a lie', { mode: 0o444 });
    const cache = new DvcCache(cacheFolder, { verify: true });
    expect(await cache.has(md5(middle()))).toBe(false);
    await rm(path.join(folder, 'images/middle'));
    expect(await pull([output])).toMatchObject({ filesDownloaded: 1 });
    await expectWhole(folder);
  });
});
