import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DvcCache } from '../../../core/adapters/dvc/dvc-cache.ts';
import type { DataCache } from '../../../core/ports/data/data-cache.ts';
import { InMemoryDataCache } from '../../../testkit/fakes/in-memory-data-cache.ts';
import { useFolders } from './folder-under-test.ts';

const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');
const md5 = (text: string) => hex('md5', text);

async function* chunksOf(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}

/** What every `DataCache` keeps, and the `ObjectWrite` that it gives. */
function contract(name: string, create: () => Promise<DataCache>): void {
  const textOf = async (cache: DataCache, object: string) =>
    Buffer.concat(await Array.fromAsync((await cache.content(object)).open())).toString();

  describe(name, () => {
    it('keeps bytes under their digest, and finds each of many objects as it finds one', async () => {
      const cache = await create();
      const added = await cache.add(md5('right'), chunksOf('ri', 'ght'));
      expect(added).toMatchObject({ isKept: true, actual: md5('right'), sha256: hex('sha256', 'right'), sizeBytes: 5 });
      expect(await cache.has(md5('right'))).toBe(true);
      expect(await cache.hasEach([md5('absent'), md5('right')])).toEqual([false, true]);
      expect(await textOf(cache, md5('right'))).toBe('right');
      expect((await cache.content(md5('right'))).sizeBytes).toBe(5);
    });

    it('keeps nothing of bytes that are not what they should be', async () => {
      const cache = await create();
      const added = await cache.add(md5('right'), chunksOf('wrong'));
      expect(added).toMatchObject({ isKept: false, actual: md5('wrong') });
      expect(await cache.has(md5('right'))).toBe(false);
    });

    it('hands the error of a source on, and keeps nothing', async () => {
      const cache = await create();
      const broken = async function* () {
        yield Buffer.from('ri');
        throw new RangeError('cut');
      };
      await expect(cache.add(md5('right'), broken())).rejects.toThrow(RangeError);
      expect(await cache.has(md5('right'))).toBe(false);
    });

    it('takes an object that is sent, and begins again when its sender does', async () => {
      const cache = await create();
      const write = cache.receive(md5('right'));
      write.begin(5);
      write.write(Buffer.from('wro'));
      write.begin(5);
      write.write(Buffer.from('ri'));
      write.write(Buffer.from('ght'));
      expect(await write.finish()).toMatchObject({ isKept: true, actual: md5('right'), sizeBytes: 5 });
      expect(await textOf(cache, md5('right'))).toBe('right');
    });

    it('keeps nothing of an object that is discarded, or that has other bytes', async () => {
      const cache = await create();
      const discarded = cache.receive(md5('right'));
      discarded.begin(5);
      discarded.write(Buffer.from('right'));
      discarded.discard();
      const wrong = cache.receive(md5('right'));
      wrong.begin(5);
      wrong.write(Buffer.from('wrong'));
      expect(await wrong.finish()).toMatchObject({ isKept: false, actual: md5('wrong') });
      expect(await cache.has(md5('right'))).toBe(false);
    });

    it('keeps the list of a folder under its own name, twice as once', async () => {
      const cache = await create();
      const text = '[{"md5": "ab", "relpath": "é"}]';
      expect(await cache.addManifest(text)).toBe(`${md5(text)}.dir`);
      expect(await cache.addManifest(text)).toBe(`${md5(text)}.dir`);
      expect(await textOf(cache, `${md5(text)}.dir`)).toBe(text);
    });
  });
}

const folderOf = useFolders();

contract('DvcCache', async () => new DvcCache(await folderOf()));
contract('InMemoryDataCache', async () => new InMemoryDataCache());
