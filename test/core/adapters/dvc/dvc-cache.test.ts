import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DvcCache } from '../../../../core/adapters/dvc/dvc-cache.ts';
import { legacyObjectName } from '../../../../core/domain/data/dvc-object-key.ts';

const top = mkdtempSync(path.join(os.tmpdir(), 'tidegate-cache-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const bytes = async function* (text: string) {
  yield Buffer.from(text);
};

describe('DvcCache', () => {
  it('finds each of many objects as it finds one, and doubts what is writable', async () => {
    const folder = mkdtempSync(path.join(top, 'each-'));
    const writer = new DvcCache(folder);
    for (const text of ['right', 'writable', 'lie', 'old']) await writer.add(md5(text), bytes(text));
    await writer.add(legacyObjectName(md5('old')), bytes('old'));
    chmodSync(writer.path(md5('writable')), 0o644);
    chmodSync(writer.path(md5('lie')), 0o644);
    writeFileSync(writer.path(md5('lie')), 'another');
    const cache = new DvcCache(folder);
    const names = [md5('right'), md5('absent'), md5('writable'), md5('lie'), legacyObjectName(md5('old'))];
    expect(await cache.hasEach([...names, legacyObjectName(md5('right'))])).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(statSync(cache.path(md5('writable'))).mode & 0o777).toBe(0o444);
    expect(existsSync(cache.path(md5('lie')))).toBe(false);
    expect(await new DvcCache(path.join(top, 'nowhere')).hasEach(names)).toEqual(names.map(() => false));
  });

  it('keeps nothing of bytes that are not what they should be', async () => {
    const folder = mkdtempSync(path.join(top, 'wrong-'));
    const cache = new DvcCache(folder);
    expect(await cache.add(md5('right'), bytes('wrong'))).toMatchObject({ isKept: false, actual: md5('wrong') });
    expect(await cache.has(md5('right'))).toBe(false);
  });

  it('removes what runs that were killed left a day ago, and nothing younger', async () => {
    const folder = mkdtempSync(path.join(top, 'stale-'));
    const cache = new DvcCache(folder);
    cache.receive(md5('x')).begin(1 << 20);
    const dayMs = 24 * 60 * 60 * 1000;
    await cache.removeStale(Date.now());
    const left = () => readdirSync(path.join(folder, 'tidegate-tmp'));
    await cache.removeStale(Date.now());
    expect(left()).toHaveLength(1);
    await cache.removeStale(Date.now() + 2 * dayMs);
    expect(left()).toEqual([]);
  });
});
