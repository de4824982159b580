import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DvcCache } from '../../../../core/adapters/dvc/dvc-cache.ts';
import { DvcWorkspace } from '../../../../core/adapters/dvc/dvc-workspace.ts';

const top = mkdtempSync(path.join(os.tmpdir(), 'tidegate-workspace-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const MD5 = 'd751713988987e9331980363e24189ce.dir';
let count = 0;

function open(root: string, ignored = ''): DvcWorkspace {
  const cache = new DvcCache(path.join(root, '.dvc', 'cache'));
  const ignoreFiles = ignored === '' ? [] : [{ folder: '', text: ignored }];
  const ownFolder = path.join(root, '.dvc', 'tmp', 'tidegate');
  return new DvcWorkspace({ root, ownFolder, cache, linkTypes: ['copy'], ignoreFiles });
}

/** A folder `data` that two runs found unchanged: the first by a look at everything, the second by what it left. */
async function confirmed(): Promise<string> {
  count += 1;
  const root = path.join(top, String(count));
  for (const folder of ['sub', 'empty']) mkdirSync(path.join(root, 'data', folder), { recursive: true });
  for (const file of ['a', 'sub/b']) writeFileSync(path.join(root, 'data', file), file);
  // Changed in this tick, they would be read again.
  for (const name of ['a', 'sub/b', 'sub', 'empty', '.']) utimesSync(path.join(root, 'data', name), 1, 1);
  const first = open(root);
  await first.inspect('data');
  first.confirm('data', MD5, ['a', 'sub/b']);
  first.flush();
  for (let run = 0; run < 2; run += 1) {
    const next = open(root);
    const found = await next.unchanged('data', MD5);
    expect([...(found?.files() ?? [])].map((file) => file.path)).toEqual(['a', 'sub/b']);
    next.flush();
  }
  return root;
}

describe('DvcWorkspace.unchanged', () => {
  it('knows a folder only as the object that it was confirmed to be', async () => {
    const root = await confirmed();
    expect(await open(root).unchanged('data', `${'0'.repeat(32)}.dir`)).toBeUndefined();
  });

  const changes = [
    { name: 'a file got other bytes', change: (data: string) => writeFileSync(path.join(data, 'a'), 'b') },
    { name: 'a file was removed', change: (data: string) => rmSync(path.join(data, 'sub', 'b')) },
    { name: 'a file was added', change: (data: string) => writeFileSync(path.join(data, 'sub', 'c'), '') },
    {
      name: 'a file came into an empty folder',
      change: (data: string) => writeFileSync(path.join(data, 'empty', 'c'), ''),
    },
    { name: 'all is gone', change: (data: string) => rmSync(data, { recursive: true }) },
    {
      name: 'a link to the same bytes stands for a file',
      change: (data: string) => {
        writeFileSync(path.join(data, '..', 'elsewhere'), 'a');
        rmSync(path.join(data, 'a'));
        symlinkSync('../elsewhere', path.join(data, 'a'));
      },
    },
  ];
  it.each(changes)('sees that $name', async ({ change }) => {
    const root = await confirmed();
    change(path.join(root, 'data'));
    expect(await open(root).unchanged('data', MD5)).toBeUndefined();
  });

  it('looks again when .dvcignore names other files', async () => {
    const root = await confirmed();
    expect(await open(root, 'a\n').unchanged('data', MD5)).toBeUndefined();
    const other = open(root, 'nothing\n');
    expect(await other.unchanged('data', MD5)).toBeDefined();
    other.flush();
    expect(await open(root, 'a\n').unchanged('data', MD5)).toBeUndefined();
  });

  it('looks again when a .dvcignore in the folder names other files', async () => {
    const root = await confirmed();
    writeFileSync(path.join(root, 'data', 'sub', '.dvcignore'), 'b\n');
    const next = open(root);
    const found = await next.inspect('data');
    expect(found?.kind === 'folder' ? found.files.map((file) => file.path).sort() : []).toEqual([
      'a',
      'sub/.dvcignore',
    ]);
  });
});

describe('DvcWorkspace.digests', () => {
  const dataset = [{ path: 'data', md5: MD5, parts: [''] }];
  const digest = `sha256:${'ab'.repeat(32)}`;

  it('remembers the digest of a set until a file of it has other bytes', async () => {
    const root = await confirmed();
    const first = open(root);
    expect(first.digests.find(dataset)).toBeUndefined();
    first.digests.keep(dataset, digest);
    first.flush();
    expect(open(root).digests.find(dataset)).toBe(digest);
    expect(open(root).digests.find([{ path: 'data', md5: MD5, parts: ['sub'] }])).toBeUndefined();
    writeFileSync(path.join(root, 'data', 'a'), 'other bytes');
    const second = open(root);
    await second.inspect('data');
    expect(second.digests.find(dataset)).toBeUndefined();
    second.flush();
    expect(open(root).digests.find(dataset)).toBeUndefined();
  });
});
