import { describe, expect, it } from 'vitest';
import { textContent } from '../../../core/domain/model/text-content.ts';
import { compareCodePoints } from '../../../core/domain/text/compare-code-points.ts';
import { UserError } from '../../../core/errors.ts';
import type { ObjectStore } from '../../../core/ports/store/object-store.ts';

/** What every `ObjectStore` keeps. `createStore` gives an empty store at each call. */
export function objectStoreContract(name: string, createStore: () => Promise<ObjectStore>): void {
  describe(name, () => {
    it('gives back the bytes that were put', async () => {
      const store = await createStore();
      expect(await store.put('a/b.txt', textContent('hé'), 'if-absent')).toBe('created');
      expect(await read(store, 'a/b.txt')).toBe('hé');
      expect(await store.stat('a/b.txt')).toEqual({ key: 'a/b.txt', sizeBytes: 3 });
    });
    it('says undefined for what is not there, a folder included', async () => {
      const store = await createStore();
      await store.put('a/b', textContent('x'), 'if-absent');
      expect(await store.open('a')).toBeUndefined();
      expect(await store.stat('a/c')).toBeUndefined();
    });
    it('never replaces under if-absent and always under replace', async () => {
      const store = await createStore();
      await store.put('k', textContent('1'), 'if-absent');
      expect(await store.put('k', textContent('2'), 'if-absent')).toBe('exists');
      expect(await read(store, 'k')).toBe('1');
      expect(await store.put('k', textContent('3'), 'replace')).toBe('replaced');
      expect(await read(store, 'k')).toBe('3');
    });
    it('lets exactly one of racing if-absent writes win', async () => {
      const store = await createStore();
      const writes = Array.from({ length: 8 }, (_, index) => store.put('race', textContent(`${index}`), 'if-absent'));
      const results = await Promise.all(writes);
      expect(results.filter((result) => result === 'created')).toHaveLength(1);
      expect(await read(store, 'race')).toBe(`${results.indexOf('created')}`);
    });
    it('stores empty objects', async () => {
      const store = await createStore();
      await store.put('empty', textContent(''), 'if-absent');
      expect(await read(store, 'empty')).toBe('');
    });
    it('lists by prefix', async () => {
      const store = await createStore();
      for (const key of ['b/2', 'a/é', 'b/10', 'b-1', 'a/z']) await store.put(key, textContent(key), 'if-absent');
      expect((await collect(store.list(''))).map(({ key }) => key).sort(compareCodePoints)).toEqual([
        'a/z',
        'a/é',
        'b-1',
        'b/10',
        'b/2',
      ]);
      expect((await collect(store.list('b/'))).sort((a, b) => compareCodePoints(a.key, b.key))).toEqual([
        { key: 'b/10', sizeBytes: 4 },
        { key: 'b/2', sizeBytes: 3 },
      ]);
      expect(await collect(store.list('zz'))).toEqual([]);
    });
    it('keeps names apart that an encoding could make one of, and lists each as it is', async () => {
      const store = await createStore();
      const keys = [
        ...[
          'h/a b',
          'h/a+b',
          'h/a%20b',
          'h/a%2Fb',
          'h/a%252Fb',
          'h/a?b',
          'h/a#b',
          'h/a&b=c',
          'h/a;b',
          'h/a:b@c',
          "h/a'b",
        ],
        ...['h/\u00e9', 'h/e\u0301', 'h/\u{1f600}', 'h/..a', 'h/a..', 'h/%2e%2e/b', 'h/<a>"&amp;', 'h/$(a)`b`', 'h/~a'],
        ...['h/A', 'h/a', `h/${'n'.repeat(180)}`],
      ];
      for (const key of keys) expect(await store.put(key, textContent(`is ${key}`), 'if-absent')).toBe('created');
      for (const key of keys) expect(await read(store, key)).toBe(`is ${key}`);
      const listed = await collect(store.list('h/'));
      expect(listed.map(({ key }) => key).sort(compareCodePoints)).toEqual(keys.toSorted(compareCodePoints));
      expect((await collect(store.list('h/a%2'))).map(({ key }) => key).sort(compareCodePoints)).toEqual([
        'h/a%20b',
        'h/a%252Fb',
        'h/a%2Fb',
      ]);
    });
    it('keeps nothing of content whose size is not what it said', async () => {
      const store = await createStore();
      const content = { ...textContent('abc'), sizeBytes: 4 };
      await expect(store.put('short', content, 'if-absent')).rejects.toThrow(RangeError);
      expect(await store.stat('short')).toBeUndefined();
    });
    it.each(['../x', '/x', 'a//b', 'a/../../b', '', 'a\\b', 'a/./b'])('refuses the key %j', async (key) => {
      const store = await createStore();
      await expect(store.put(key, textContent('x'), 'if-absent')).rejects.toThrow(UserError);
      await expect(store.open(key)).rejects.toMatchObject({ code: 'PATH_UNSAFE' });
    });
  });
}

async function read(store: ObjectStore, key: string): Promise<string> {
  const chunks = await collect(await store.open(key));
  return Buffer.concat(chunks).toString('utf8');
}

async function collect<T>(items: AsyncIterable<T> | undefined): Promise<T[]> {
  const all: T[] = [];
  if (items !== undefined) for await (const item of items) all.push(item);
  return all;
}
