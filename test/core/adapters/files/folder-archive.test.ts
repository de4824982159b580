import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { zstdCompressSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionsCacheService } from '../../../../core/adapters/actions/actions-cache-service.ts';
import { openActionsCache } from '../../../../core/adapters/actions/actions-folder-cache.ts';
import { packFolder, unpackFolder } from '../../../../core/adapters/files/folder-archive.ts';
import { type ResultsService, startResultsService } from '../../../../testkit/results-service.ts';

let root: string;
let into: string;
let results: ResultsService;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-archive-'));
  into = path.join(root, 'a', 'b', 'into');
  results = await startResultsService({ directory: path.join(root, 'results') });
});
afterEach(async () => {
  await results.stop();
  await rm(root, { recursive: true, force: true });
});

const LIMITS = { isWanted: () => true, mostBytes: 10_000_000, mostFiles: 100 };

/** The environment of a job of a repository's default branch, which may write into its cache. */
function job(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const claims = { repository: 'acme/flights', runId: 1, jobId: 'a', cacheScopes: ['refs/heads/main'] };
  return { ...results.environment({ ...claims, mayWriteCache: true }), RUNNER_TEMP: root, ...extra };
}

type Entry = Pick<Header, 'name'> & Partial<Header> & { readonly content?: string };

/** An archive of entries that someone chose. */
async function archiveOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content = '', ...header } of entries) tar.entry(header, content);
  tar.finalize();
  return zstdCompressSync(await buffer(Readable.from(tar, { objectMode: false })));
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

describe('unpackFolder', () => {
  it('gives back what packFolder packed, small files and large ones', async () => {
    const folder = path.join(root, 'folder');
    const contents = new Map([
      ['a/empty', Buffer.alloc(0)],
      ['é "1"', Buffer.from('x')],
      [`${'d'.repeat(90)}/${'f'.repeat(90)}`, randomBytes(700_000)],
    ]);
    for (const [name, bytes] of contents) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), bytes);
    }
    await symlink('/etc/passwd', path.join(folder, 'link'));
    const archive = path.join(root, 'archive');
    await packFolder(folder, [...contents.keys(), 'link', 'gone'], archive);
    expect(await unpackFolder(createReadStream(archive), into, LIMITS)).toBe(contents.size);
    for (const [name, bytes] of contents) expect((await readFile(path.join(into, name))).equals(bytes)).toBe(true);
    expect(existsSync(path.join(into, 'link'))).toBe(false);
  });

  it('leaves what is there as it is', async () => {
    await mkdir(into, { recursive: true });
    await writeFile(path.join(into, 'x'), 'mine');
    const archive = await archiveOf([
      { name: 'x', content: 'theirs' },
      { name: 'y', content: 'new' },
    ]);
    await unpackFolder(Readable.from([archive]), into, LIMITS);
    expect(await readFile(path.join(into, 'x'), 'utf8')).toBe('mine');
    expect(await readFile(path.join(into, 'y'), 'utf8')).toBe('new');
  });

  it.each<{ name: string; entries: readonly Entry[] }>([
    { name: 'an absolute path', entries: [{ name: '/tmp/tidegate-archive-ESCAPED', content: 'x' }] },
    { name: 'a path above', entries: [{ name: '../../ESCAPED', content: 'x' }] },
    { name: 'a path above within', entries: [{ name: 'a/../../../ESCAPED', content: 'x' }] },
    {
      name: 'a link',
      entries: [
        { name: 'l', type: 'symlink', linkname: '/' },
        { name: 'l/tmp/ESCAPED', content: 'x' },
      ],
    },
    { name: 'a hard link', entries: [{ name: 'l', type: 'link', linkname: '/etc/passwd' }] },
    { name: 'a pipe', entries: [{ name: 'p', type: 'fifo' }] },
    { name: 'a device', entries: [{ name: 'd', type: 'character-device' }] },
    { name: 'what nobody wants', entries: [{ name: 'unwanted', content: 'x' }] },
    { name: 'more bytes than may be', entries: [{ name: 'x', content: 'x'.repeat(1001) }] },
    { name: 'more files than may be', entries: Array.from({ length: 6 }, (_, i) => ({ name: `${i}` })) },
  ])('refuses an archive with $name, and writes nothing outside of the folder', async ({ entries }) => {
    const archive = await archiveOf(entries);
    const before = await filesUnder(root);
    const limits = { isWanted: (name: string) => name !== 'unwanted', mostBytes: 1000, mostFiles: 5 };
    await expect(unpackFolder(Readable.from([archive]), into, limits)).rejects.toThrow();
    expect((await filesUnder(root)).filter((file) => !file.startsWith(`${into}/`))).toEqual(before);
    expect(existsSync('/tmp/tidegate-archive-ESCAPED')).toBe(false);
  });

  it('refuses an archive that breaks off, or is none', async () => {
    const archive = await archiveOf([{ name: 'x', content: randomBytes(50_000).toString('hex') }]);
    for (const bytes of [archive.subarray(0, -1000), Buffer.from('no archive')]) {
      await expect(unpackFolder(Readable.from([bytes]), into, LIMITS)).rejects.toThrow();
    }
  });
});

describe('openActionsCache', () => {
  it('gives a later job what an earlier one kept, by its key or the newest with a prefix', async () => {
    const folder = path.join(root, 'folder');
    const cache = openActionsCache(job(), () => {});
    for (const key of ['data-1', 'data-2']) {
      await mkdir(path.join(folder, 'd'), { recursive: true });
      await writeFile(path.join(folder, 'd', 'x'), key);
      await cache?.save(folder, key, ['d/x']);
    }
    const restored = async (key: string, prefixes: readonly string[]) => {
      const to = path.join(root, `to-${key}`);
      const found = await openActionsCache(job(), () => {})?.restore(to, { key, prefixes }, LIMITS);
      return [found, found === undefined ? undefined : await readFile(path.join(to, 'd', 'x'), 'utf8')];
    };
    expect(await restored('data-1', ['data-'])).toEqual(['data-1', 'data-1']);
    expect(await restored('data-3', ['data-'])).toEqual(['data-2', 'data-2']);
    expect(await restored('other', [])).toEqual([undefined, undefined]);
    expect((await readdir(root)).filter((name) => name.startsWith('tidegate-cache'))).toEqual([]);
  });

  it('keeps an archive of many blocks whole', async () => {
    const folder = path.join(root, 'folder');
    await mkdir(folder);
    const bytes = randomBytes(70 << 20);
    await writeFile(path.join(folder, 'x'), bytes);
    const cache = openActionsCache(job(), () => {});
    await cache?.save(folder, 'large', ['x']);
    await cache?.restore(into, { key: 'large' }, { ...LIMITS, mostBytes: 2 ** 30 });
    expect((await readFile(path.join(into, 'x'))).equals(bytes)).toBe(true);
  });

  it('says what cannot be read, and writes nothing outside of the folder, whoever filled the cache', async () => {
    const archive = path.join(root, 'poison');
    await writeFile(archive, await archiveOf([{ name: path.join(root, 'ESCAPED'), content: 'x' }]));
    expect(await ActionsCacheService.of(job())?.keep('data-1', archive)).toBe(true);
    const lines: string[] = [];
    const found = await openActionsCache(job(), (line) => lines.push(line))?.restore(into, { key: 'data-1' }, LIMITS);
    expect(found).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining('The Actions cache cannot be read')]);
    await expect(stat(path.join(root, 'ESCAPED'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does what ACTIONS_CACHE_MODE allows, and nothing outside of a runner', async () => {
    const folder = path.join(root, 'folder');
    await mkdir(folder);
    await writeFile(path.join(folder, 'x'), 'x');
    await openActionsCache(job({ ACTIONS_CACHE_MODE: 'read' }), () => {})?.save(folder, 'k', ['x']);
    expect(results.cacheKeys('acme/flights')).toEqual([]);
    await openActionsCache(job(), () => {})?.save(folder, 'k', ['x']);
    const mode = { ACTIONS_CACHE_MODE: 'write-only' };
    expect(await openActionsCache(job(mode), () => {})?.restore(into, { key: 'k' }, LIMITS)).toBeUndefined();
    expect(openActionsCache(job({ ACTIONS_CACHE_MODE: 'none' }), () => {})).toBeUndefined();
    expect(openActionsCache({}, () => {})).toBeUndefined();
  });
});
