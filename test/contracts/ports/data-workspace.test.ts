import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DvcCache } from '../../../core/adapters/dvc/dvc-cache.ts';
import { DvcWorkspace } from '../../../core/adapters/dvc/dvc-workspace.ts';
import { legacyObjectName } from '../../../core/domain/data/dvc-object-key.ts';
import type { DataCache } from '../../../core/ports/data/data-cache.ts';
import type { DataWorkspace, WorkspaceEntry } from '../../../core/ports/data/data-workspace.ts';
import { InMemoryDataCache } from '../../../testkit/fakes/in-memory-data-cache.ts';
import { InMemoryDataWorkspace } from '../../../testkit/fakes/in-memory-data-workspace.ts';
import { useFolders } from './folder-under-test.ts';

interface World {
  readonly cache: DataCache;
  /** The workspace of a run; what the run before remembers is kept first. */
  readonly nextRun: () => DataWorkspace;
  /** Changes a file of the workspace as a person does, or makes the file of an absolute path. */
  readonly write: (path: string, text: string) => void;
  readonly removeByHand: (path: string) => Promise<void>;
  /** Puts a link to a folder at a path of the workspace. */
  readonly link: (path: string) => void;
}

const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');
const md5 = (text: string) => hash('md5', text);
const FOLDER_MD5 = `${'ab'.repeat(16)}.dir`;
const DIGEST = `sha256:${'cd'.repeat(32)}`;

async function* chunksOf(text: string) {
  yield Buffer.from(text);
}

const textOf = async (workspace: DataWorkspace, file: string) =>
  Buffer.concat(await Array.fromAsync(workspace.content(file))).toString();

function pathsOf(entry: WorkspaceEntry | undefined): readonly string[] | undefined {
  return entry?.kind === 'folder' ? entry.files.map((file) => file.path).sort() : undefined;
}

/** What every `DataWorkspace` keeps. */
function contract(name: string, create: () => Promise<World>): void {
  describe(name, () => {
    /** A folder `data` with the files a and sub/b, as a first run found and confirmed it. */
    async function confirmed(): Promise<World> {
      const world = await create();
      world.write('data/sub/b', 'b');
      world.write('data/a', 'a');
      const first = world.nextRun();
      await first.inspect('data');
      first.confirm('data', FOLDER_MD5, ['a', 'sub/b']);
      return world;
    }

    /** A placement of an object that the cache has. */
    async function inCache({ cache }: World, text: string, at: string) {
      expect((await cache.add(md5(text), chunksOf(text))).isKept).toBe(true);
      return { path: at, md5: md5(text), isExecutable: false, within: at };
    }

    it('tells what is at a path: a file, a folder or nothing', async () => {
      const { nextRun, write } = await create();
      write('data/sub/b', 'bé');
      write('data/a', '');
      const workspace = nextRun();
      const paths = ['data', 'data/a', 'data/absent', 'data/a/below', 'absent'];
      expect(await Promise.all(paths.map((one) => workspace.exists(one)))).toEqual([true, true, false, false, false]);
      const file = { kind: 'file', md5: md5('bé'), sizeBytes: 3, isExecutable: false };
      expect(await workspace.inspect('data/sub/b')).toEqual(file);
      expect(await workspace.inspect('data/absent')).toBeUndefined();
      expect(await workspace.inspect('data/a/below')).toBeUndefined();
      const folder = await workspace.inspect('data');
      expect(folder?.kind === 'folder' ? folder.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) : []).toEqual([
        { path: 'a', md5: md5(''), sizeBytes: 0 },
        { path: 'sub/b', md5: md5('bé'), sizeBytes: 3 },
      ]);
    });

    it('computes names of objects in the way of DVC 2 where that is asked for', async () => {
      const { nextRun, write } = await create();
      write('data/a', 'x\r\ny\r\n');
      const workspace = nextRun();
      const legacy = legacyObjectName(md5('x\ny\n'));
      expect(await workspace.inspect('data/a', 'md5-dos2unix')).toMatchObject({ md5: legacy });
      expect(await workspace.inspect('data', 'md5-dos2unix')).toMatchObject({ files: [{ md5: legacy, sizeBytes: 6 }] });
      expect(await workspace.inspect('data/a')).toMatchObject({ md5: md5('x\r\ny\r\n') });
    });

    it('sees what changed between two looks, in this run and in the next', async () => {
      const { nextRun, write } = await create();
      write('data/a', 'one');
      const workspace = nextRun();
      await workspace.inspect('data');
      write('data/a', 'other');
      expect(await workspace.inspect('data/a')).toMatchObject({ md5: md5('other') });
      expect(await workspace.inspect('data')).toMatchObject({ files: [{ md5: md5('other') }] });
      expect(await workspace.sha256('data/a', 'data')).toBe(hash('sha256', 'other'));
      write('data/a', 'third');
      expect(await nextRun().inspect('data')).toMatchObject({ files: [{ md5: md5('third') }] });
    });

    it('knows a folder that was confirmed, in a later run', async () => {
      const found = await (await confirmed()).nextRun().unchanged('data', FOLDER_MD5);
      expect(found?.count).toBe(2);
      expect([...(found?.files() ?? [])]).toEqual([
        { path: 'a', md5: md5('a') },
        { path: 'sub/b', md5: md5('b') },
      ]);
    });

    it.each<readonly [string, (world: World) => void | Promise<void>]>([
      ['a file got other bytes', ({ write }) => write('data/a', 'other')],
      ['a file was added', ({ write }) => write('data/sub/c', '')],
      ['a file was removed', ({ removeByHand }) => removeByHand('data/sub/b')],
      ['all is gone', ({ removeByHand }) => removeByHand('data')],
    ])('does not know it where %s', async (_, change) => {
      const world = await confirmed();
      await change(world);
      expect(await world.nextRun().unchanged('data', FOLDER_MD5)).toBeUndefined();
    });

    it('does not know it as another object, nor a folder that was never confirmed', async () => {
      const world = await confirmed();
      world.write('other/a', 'a');
      const next = world.nextRun();
      expect(await next.unchanged('data', `${'0'.repeat(32)}.dir`)).toBeUndefined();
      expect(await next.unchanged('other', FOLDER_MD5)).toBeUndefined();
      expect(await next.unchanged('absent', FOLDER_MD5)).toBeUndefined();
    });

    it('places an object of the cache, and one whose bytes come along, making the folders above', async () => {
      const world = await create();
      const workspace = world.nextRun();
      await workspace.place(await inCache(world, 'cached', 'data/sub/a'));
      const bytes = Buffer.from('along');
      const along = { path: 'data/b', md5: md5('along'), isExecutable: true, within: 'data' };
      await workspace.place({ ...along, bytes, sha256: hash('sha256', 'along') });
      expect(await textOf(workspace, 'data/sub/a')).toBe('cached');
      expect(await workspace.inspect('data/b')).toEqual({
        ...{ kind: 'file', md5: md5('along'), sizeBytes: 5 },
        isExecutable: true,
      });
      expect(await workspace.sha256('data/b', 'data')).toBe(hash('sha256', 'along'));
      expect(pathsOf(await workspace.inspect('data'))).toEqual(['b', 'sub/a']);
    });

    it('replaces a file that is there', async () => {
      const world = await create();
      world.write('a', 'old');
      const workspace = world.nextRun();
      await workspace.inspect('a');
      await workspace.place(await inCache(world, 'new', 'a'));
      expect(await textOf(workspace, 'a')).toBe('new');
      expect(await world.nextRun().inspect('a')).toMatchObject({ md5: md5('new') });
    });

    it('leaves what is there where the object is not', async () => {
      const world = await create();
      world.write('a', 'old');
      const workspace = world.nextRun();
      const absent = { path: 'a', md5: md5('absent'), isExecutable: false, within: 'a' };
      await expect(workspace.place(absent)).rejects.toThrow();
      expect(await textOf(workspace, 'a')).toBe('old');
    });

    it('places a file that was made for it, and copies of it before that', async () => {
      const world = await create();
      const workspace = world.nextRun();
      const made = workspace.newFile();
      expect(workspace.newFile()).not.toBe(made);
      world.write(made, 'made');
      const placement = { md5: md5('made'), isExecutable: false, within: 'data', sha256: hash('sha256', 'made') };
      await workspace.place({ ...placement, path: 'data/copy', copyOf: made });
      await workspace.place({ ...placement, path: 'data/last', spare: made });
      expect(await textOf(workspace, 'data/copy')).toBe('made');
      expect(await textOf(workspace, 'data/last')).toBe('made');
      expect(pathsOf(await workspace.inspect('data'))).toEqual(['copy', 'last']);
    });

    it('writes and removes nothing through a link', async () => {
      const world = await create();
      world.link('data/linked');
      const workspace = world.nextRun();
      const unsafe = { code: 'PATH_UNSAFE' };
      await expect(workspace.place(await inCache(world, 'x', 'data/linked/a'))).rejects.toMatchObject(unsafe);
      await expect(workspace.makeFolder('data/linked/sub')).rejects.toMatchObject(unsafe);
      await expect(workspace.remove('data/linked/a')).rejects.toMatchObject(unsafe);
    });

    it('makes an empty folder, twice as once', async () => {
      const workspace = (await create()).nextRun();
      await workspace.makeFolder('data/empty');
      await workspace.makeFolder('data/empty');
      expect(await workspace.inspect('data/empty')).toEqual({ kind: 'folder', files: [] });
      expect(await workspace.exists('data')).toBe(true);
    });

    it('removes a file, a folder or nothing, and folders that become empty below one', async () => {
      const { nextRun, write } = await create();
      for (const file of ['data/a', 'data/x/y/b', 'data/x/c', 'other/d']) write(file, file);
      const workspace = nextRun();
      await workspace.remove('data/absent');
      await workspace.remove('other');
      expect(await workspace.exists('other')).toBe(false);
      await workspace.remove('data/x/y/b', 'data');
      expect([await workspace.exists('data/x/y'), await workspace.exists('data/x')]).toEqual([false, true]);
      await workspace.remove('data/x/c', 'data');
      await workspace.remove('data/a', 'data');
      expect([await workspace.exists('data/x'), await workspace.exists('data')]).toEqual([false, true]);
    });

    it('fails to read a file that is not there', async () => {
      const workspace = (await create()).nextRun();
      await expect(textOf(workspace, 'absent')).rejects.toThrow();
      await expect(workspace.sha256('absent', 'absent')).rejects.toThrow();
    });

    it('remembers what pulls brought, in later runs too', async () => {
      const { nextRun } = await create();
      const { pulls } = nextRun();
      pulls.rememberFetched(md5('a'));
      pulls.rememberParts('data', ['sub', 'x']);
      pulls.rememberParts('whole', ['a']);
      pulls.rememberParts('whole', undefined);
      for (const known of [pulls, nextRun().pulls]) {
        expect([known.wasFetched(md5('a')), known.wasFetched(md5('b'))]).toEqual([true, false]);
        expect([known.broughtParts('data'), known.broughtParts('whole')]).toEqual([['sub', 'x'], undefined]);
      }
    });

    it('remembers the digest of a set of data until a file of it has other bytes', async () => {
      const world = await confirmed();
      const dataset = [{ path: 'data', md5: FOLDER_MD5, parts: [''] }];
      const first = world.nextRun();
      expect(first.digests.find(dataset)).toBeUndefined();
      first.digests.keep(dataset, DIGEST);
      const second = world.nextRun();
      expect(second.digests.find(dataset)).toBe(DIGEST);
      expect(second.digests.find([{ path: 'data', md5: FOLDER_MD5, parts: ['sub'] }])).toBeUndefined();
      world.write('data/a', 'other');
      await second.inspect('data');
      expect(second.digests.find(dataset)).toBeUndefined();
    });
  });
}

const folderOf = useFolders();

contract('DvcWorkspace', async () => {
  const root = await folderOf();
  const cache = new DvcCache(path.join(root, '.dvc', 'cache'));
  const ownFolder = path.join(root, '.dvc', 'tmp', 'tidegate');
  let last: DvcWorkspace | undefined;
  const nextRun = () => {
    last?.flush();
    last = new DvcWorkspace({ root, ownFolder, cache, linkTypes: ['copy'], ignoreFiles: [] });
    return last;
  };
  let writes = 0;
  const write = (file: string, text: string) => {
    const absolute = path.resolve(root, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
    // A file of this very tick is read again in any case: what is remembered would not be tested.
    writes += 1;
    utimesSync(absolute, writes, writes);
  };
  const link = (at: string) => {
    mkdirSync(path.join(root, 'elsewhere'), { recursive: true });
    mkdirSync(path.dirname(path.join(root, at)), { recursive: true });
    symlinkSync(path.join(root, 'elsewhere'), path.join(root, at));
  };
  const removeByHand = (at: string) => rm(path.join(root, at), { recursive: true });
  return { cache, nextRun, write, link, removeByHand };
});

contract('InMemoryDataWorkspace', async () => {
  const cache = new InMemoryDataCache();
  const workspace = new InMemoryDataWorkspace(cache);
  return {
    cache,
    nextRun: () => workspace,
    write: (at, text) => workspace.write(at, text),
    link: (at) => workspace.link(at),
    removeByHand: (at) => workspace.remove(at),
  };
});
