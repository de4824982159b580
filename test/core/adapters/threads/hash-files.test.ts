import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hashFiles } from '../../../../core/adapters/threads/hash-files.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'tidegate-hash-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, bytes: Buffer) {
  const file = path.join(root, name);
  writeFileSync(file, bytes);
  const [md5, sha256] = ['md5', 'sha256'].map((algorithm) => createHash(algorithm).update(bytes).digest('hex'));
  return { file, sizeBytes: bytes.length, expected: { md5, sha256 } };
}

describe('hashFiles', () => {
  it('gives the digests of files of all sizes in the order of the list', async () => {
    const mebibyte = 1 << 20;
    const sizes = [0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte, 17 * mebibyte];
    const files = sizes.map((size) => write(`size-${size}`, randomBytes(size)));
    const many = Array.from({ length: 450 }, (_, index) => write(`many-${index}`, Buffer.from(`${index}`)));
    const list = [...many.slice(0, 200), ...files, ...many.slice(200)];
    expect(await hashFiles(list, ['md5', 'sha256'])).toEqual(list.map(({ expected }) => expected));
    const sha256 = list.map(({ expected }) => ({ sha256: expected.sha256 }));
    expect(await hashFiles(list, ['sha256'])).toEqual(sha256);
  });

  it('is nothing for nothing', async () => {
    expect(await hashFiles([], ['md5'])).toEqual([]);
  });

  it('throws the error of a file that cannot be read', async () => {
    const list = [{ file: path.join(root, 'absent'), sizeBytes: 1 }];
    await expect(hashFiles(list, ['sha256'])).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
