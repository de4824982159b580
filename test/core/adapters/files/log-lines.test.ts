import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { filesOf, logLines } from '../../../../core/adapters/files/log-lines.ts';

const folder = await mkdtemp(join(tmpdir(), 'tidegate-log-'));
await mkdir(join(folder, 'b/data'), { recursive: true });
await mkdir(join(folder, '.hidden'));
const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
await put('b/data/data.1.log', '{"a":1}\n\n{"a":2}\r\n');
await put('a.json', '{"a":3}');
await put('c.jsonl.gz', gzipSync('{"a":4}\n{"a":'));
await put('.hidden/x.json', '{}');
await put('.x.json', '{}');

afterAll(() => rm(folder, { recursive: true, force: true }));

async function linesIn(...names: readonly string[]) {
  return Array.fromAsync(logLines(names.map((name) => join(folder, name))));
}

describe('filesOf', () => {
  const named = async (path: string) => (await filesOf(path)).map((file) => relative(folder, file));

  it('finds a file, all files of a folder but hidden ones, and those of a pattern', async () => {
    expect(await named(folder)).toEqual(['a.json', 'b/data/data.1.log', 'c.jsonl.gz']);
    expect(await named(join(folder, 'a.json'))).toEqual(['a.json']);
    expect(await named(join(folder, '*.json'))).toEqual(['a.json']);
    expect(await named(join(folder, '**/*.log'))).toEqual(['b/data/data.1.log']);
    expect(await named(join(folder, 'b/*/data.?.log'))).toEqual(['b/data/data.1.log']);
  });

  it('follows links to files, as those of a cache, and ends in a folder that links to itself', async () => {
    const linked = await mkdtemp(join(tmpdir(), 'tidegate-log-links-'));
    await symlink(join(folder, 'a.json'), join(linked, 'a.json'));
    await symlink(linked, join(linked, 'round'));
    expect(await filesOf(linked)).toEqual([join(linked, 'a.json')]);
    await rm(linked, { recursive: true, force: true });
  });

  it('is an error where there is none', async () => {
    for (const name of ['no.json', 'no/*.json', '*.txt', 'no']) {
      await expect(filesOf(join(folder, name))).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
    }
  });
});

describe('logLines', () => {
  it('reads lines with their numbers, whatever their ends', async () => {
    const file = join(folder, 'b/data/data.1.log');
    expect(await linesIn('b/data/data.1.log')).toEqual([
      { file, line: 1, text: '{"a":1}', isOpen: false },
      { file, line: 3, text: '{"a":2}', isOpen: false },
    ]);
    expect(await linesIn('a.json')).toMatchObject([{ line: 1, text: '{"a":3}', isOpen: true }]);
  });

  it('reads what is in a gzip file, and refuses one that is cut', async () => {
    expect(await linesIn('c.jsonl.gz')).toMatchObject([
      { text: '{"a":4}', isOpen: false },
      { text: '{"a":', isOpen: true },
    ]);
    await put('cut.jsonl.gz', gzipSync('{"a":4}\n'.repeat(5000)).subarray(0, 60));
    await expect(linesIn('cut.jsonl.gz')).rejects.toThrow('is not a whole gzip file');
    await rm(join(folder, 'cut.jsonl.gz'));
  });

  it('takes a character that is cut at the end for a cut line, and one elsewhere for another encoding', async () => {
    await put('cut.txt', Buffer.from('{"a":"é').subarray(0, -1));
    expect(await linesIn('cut.txt')).toMatchObject([{ text: '{"a":"\uFFFD', isOpen: true }]);
    await put('latin.txt', Buffer.from('{"a":"é"}\n', 'latin1'));
    await expect(linesIn('latin.txt')).rejects.toThrow('not encoded in UTF-8');
  });

  it('joins a line of many parts', async () => {
    const long = 'x'.repeat(1_000_000);
    await put('long.txt', `${long}\nshort\n${long}`);
    const lines = await linesIn('long.txt');
    expect(lines.map(({ text, line, isOpen }) => [text.length, line, isOpen])).toEqual([
      [1_000_000, 1, false],
      [5, 2, false],
      [1_000_000, 3, true],
    ]);
    await rm(join(folder, 'long.txt'));
  });

  it('refuses tables', async () => {
    await put('t.parquet', 'PAR1');
    await expect(linesIn('t.parquet')).rejects.toMatchObject({ code: 'DATA_UNSUPPORTED' });
  });
});
