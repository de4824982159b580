import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LegacyMd5 } from '../../../../core/adapters/dvc/legacy-md5.ts';

const MEBIBYTE = 1 << 20;

function digests(bytes: Buffer, chunkBytes: number): readonly string[] {
  const md5 = new LegacyMd5();
  for (let at = 0; at < bytes.length; at += chunkBytes) md5.update(bytes.subarray(at, at + chunkBytes));
  return md5.digests();
}

const md5 = (text: string | Buffer) => createHash('md5').update(text).digest('hex');

describe('LegacyMd5', () => {
  it('folds line ends of text, and of nothing else', () => {
    expect(digests(Buffer.from('a\r\nb\r\n'), 2)).toEqual([md5('a\nb\n'), md5('a\nb\n')]);
    const binary = Buffer.from([0, 13, 10]);
    expect(digests(binary, 1)).toEqual([md5(binary), md5(binary)]);
    expect(digests(Buffer.alloc(0), 1)).toEqual([md5(''), md5('')]);
  });

  it('takes 30 percent of other bytes for text, and more for none', () => {
    const text = (other: number) => Buffer.from(`${'é'.repeat(other)}${'a'.repeat(98 - 2 * other)}\r\n`, 'utf8');
    expect(digests(text(15), 7)[0]).toBe(md5(text(15).toString('utf8').replace('\r\n', '\n')));
    expect(digests(text(16), 7)[0]).toBe(md5(text(16)));
  });

  it('leaves a CRLF alone that lies across two pieces of a mebibyte', () => {
    const bytes = Buffer.alloc(MEBIBYTE + 1, 'a');
    bytes.write('\r\n', MEBIBYTE - 1);
    expect(digests(bytes, 100_000)).toEqual([md5(bytes), md5(bytes)]);
  });

  it('knows that DVC 2 looked at the file and DVC 3 looks at each piece', () => {
    const bytes = Buffer.alloc(2 * MEBIBYTE, 'a');
    bytes.fill(0, MEBIBYTE, MEBIBYTE + 10);
    bytes.write('\r\n', MEBIBYTE + 100);
    const [byFile, byPiece] = digests(bytes, 65_536);
    expect(byPiece).toBe(md5(bytes));
    expect(byFile).toBe(md5(Buffer.concat([bytes.subarray(0, MEBIBYTE + 100), bytes.subarray(MEBIBYTE + 101)])));
  });
});
