import { createHash } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileDataBytes } from '../../../core/adapters/dvc/data-bytes.ts';
import { formatDirectoryManifest } from '../../../core/domain/data/directory-manifest.ts';
import type { DataBytes } from '../../../core/ports/data/data-bytes.ts';
import { InMemoryDataBytes } from '../../../testkit/fakes/in-memory-data-bytes.ts';
import { useFolders } from './folder-under-test.ts';

const FILES = { 'alone.csv': 'x\n1\n', 'data/b.csv': '', 'data/a/c.csv': 'é' };
const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');
const ENTRIES = [
  { path: 'a/c.csv', md5: hex('md5', 'é') },
  { path: 'b.csv', md5: hex('md5', '') },
];
const OBJECT = `${hex('md5', formatDirectoryManifest(ENTRIES))}.dir`;

/** What every `DataBytes` keeps. `create` gives one, and the absolute folder of FILES. */
function contract(name: string, create: () => Promise<{ readonly bytes: DataBytes; readonly folder: string }>): void {
  describe(name, () => {
    it('computes the digests of files in the order that was asked for, and names of objects where they are asked for', async () => {
      const { bytes, folder } = await create();
      const like = '0'.repeat(32);
      const found = await bytes.digests([
        { file: `${folder}/data/b.csv`, like: undefined },
        { file: `${folder}/alone.csv`, like },
      ]);
      expect(found).toEqual([
        { sha256: `sha256:${hex('sha256', '')}`, objectName: undefined },
        { sha256: `sha256:${hex('sha256', 'x\n1\n')}`, objectName: hex('md5', 'x\n1\n') },
      ]);
      expect(await bytes.digests([])).toEqual([]);
    });

    it('gives the files of a folder that is the object, and of no other folder', async () => {
      const { bytes, folder } = await create();
      expect(await bytes.folderFiles(OBJECT, `${folder}/data`)).toEqual(ENTRIES);
      expect(await bytes.folderFiles(`${'0'.repeat(32)}.dir`, `${folder}/data`)).toBeUndefined();
      expect(await bytes.folderFiles(OBJECT, `${folder}/data/a`)).toBeUndefined();
    });
  });
}

const folderOf = useFolders();

contract('FileDataBytes', async () => {
  const [folder, cache] = [await folderOf(FILES), await folderOf()];
  return { bytes: new FileDataBytes((object) => path.join(cache, object)), folder };
});
contract('InMemoryDataBytes', async () => {
  const files = Object.fromEntries(Object.entries(FILES).map(([file, text]) => [`/work/${file}`, text]));
  return { bytes: new InMemoryDataBytes(files), folder: '/work' };
});
